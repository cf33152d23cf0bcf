"""Texts a second of the locator, beside spaCy's own gazetteer: `python bench/locate.py`.

Made posts go, on one core, to the locator with the built-in names, to the locator with a million imported names, to
spaCy's tokenizer alone, and to spaCy's PhraseMatcher with the built-in names. The rounds alternate and the best of each
counts, so that all meet the same machine. Also: seconds and megabytes to load a million names, and how long a point
takes to get its kelurahan. Each load is measured in a process of its own.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from posts import make_posts
from spacy.matcher import PhraseMatcher
from tqdm import tqdm

from dengar.geocode import Locator
from dengar.geocode.ground import built_in_ground
from dengar.geocode.importing.layer import LayerFile, write_layer
from dengar.geocode.sights import Key, Name
from dengar.geocode.tables import Spot, read_names
from dengar.geocode.text import canonical

ROUNDS, BATCH = 5, 500
SYLLABLES = "ba be bu ca da di do ga gu ha ja ju ka ke la li ma me na ni pa pu ra ri sa se su ta te tu wa yu rang sung"
HEADS = ("Jalan", "Jalan", "Jalan", "Gang", "Komplek", "Toko", "Warung", "Masjid")
KINDS = {"Jalan": "street", "Gang": "street", "Komplek": "area"}
Reader = Callable[[Sequence[str]], Any]


def make_names(count: int, seed: int = 0) -> Iterator[tuple[Key, Name]]:
    """Give so many names of streets, complexes and shops, each somewhere in the city."""
    rng = random.Random(seed)  # noqa: S311  nothing is secret here
    areas = [area for area in built_in_ground().areas if area.level == "kelurahan"]
    syllables = SYLLABLES.split()
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))).capitalize() for _ in range(40_000)]
    made: set[Key] = set()
    while len(made) < count:
        head = rng.choice(HEADS)
        name = " ".join([head, *rng.choices(words, k=rng.randint(1, 3)), str(rng.randint(1, 40))])
        key, area = (canonical(name), KINDS.get(head, "landmark")), rng.choice(areas)
        if key not in made:
            made.add(key)
            spot = Spot(area.code, area.lat + rng.uniform(-0.004, 0.004), area.lon + rng.uniform(-0.004, 0.004))
            yield key, Name(name, key[1], (spot,), 60, "osm")


def make_peer() -> tuple[Reader, Reader]:
    """Give spaCy's tokenizer, and its PhraseMatcher over the built-in names."""
    nlp = spacy.blank("id")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("NAME", [nlp.make_doc(name) for name in dict.fromkeys(name for name, _ in read_names())])
    return (
        lambda texts: [nlp.make_doc(text) for text in texts],
        lambda texts: [matcher(nlp.make_doc(text)) for text in texts],
    )


def seconds(read: Reader, texts: Sequence[str]) -> float:
    """Give the seconds for all texts."""
    started = time.perf_counter()
    for at in range(0, len(texts), BATCH):
        read(texts[at : at + BATCH])
    return time.perf_counter() - started


def load(path: str | None) -> None:
    """Load a locator and print its seconds and megabytes."""
    started = time.perf_counter()
    Locator(None, [LayerFile(Path(path), "osm")] if path else []).locate(["banjir di Palmerah"])
    spent = time.perf_counter() - started
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    print(f"{spent:.1f} s, {int(status['VmHWM'].split()[0]) / 1024:.0f} MB")


def apart(*words: str) -> str:
    """Run a part of this bench in a process of its own, and give what it prints."""
    return subprocess.run(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def point_seconds(count: int = 1_000_000) -> float:
    """Give the seconds a point takes to get its kelurahan."""
    points, random = built_in_ground().points, np.random.default_rng(0)
    lats, lons = random.uniform(-6.38, -6.07, count), random.uniform(106.68, 106.98, count)
    started = time.perf_counter()
    points.kelurahan_of(lats, lons)
    return (time.perf_counter() - started) / count


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--load", help=argparse.SUPPRESS)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load is not None:
        load(given.load or None)
    elif given.write:
        write_layer(Path(given.write), dict(tqdm(make_names(given.names), total=given.names, unit=" names")))
    else:
        bench(given.texts, given.names)


def bench(text_count: int, name_count: int) -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    texts = [str(post["text"]) for post in make_posts(text_count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "osm.npz"
        apart("--write", str(path), "--names", str(name_count))
        tokenizer, matcher = make_peer()
        readers: dict[str, Reader] = {
            "built-in names": Locator().locate,
            f"and {name_count:,}": Locator(None, [LayerFile(path, "osm")]).locate,
            "spaCy tokenizer": tokenizer,
            "spaCy PhraseMatcher": matcher,
        }
        spent: dict[str, list[float]] = {name: [] for name in readers}
        for number in tqdm(range(ROUNDS), unit=" rounds"):
            for name, read in readers.items():
                spent[name].append(seconds(read, texts[number::ROUNDS]))
        mean = sum(map(len, texts)) / len(texts)
        print(f"\n{f'{mean:.0f} letters a text':24}{'texts/s':>12}{'beside tokenizer':>18}")
        for name, rounds in spent.items():
            ratio = min(spent["spaCy tokenizer"]) / min(rounds)
            print(f"{name:24}{len(texts) / ROUNDS / min(rounds):12,.0f}{ratio:18.2f}")
        print(f"load: {apart('--load', '')}; with {name_count:,} names {apart('--load', str(path))}")
        print(f"kelurahan of a point: {point_seconds() * 1e6:.2f} microseconds")


if __name__ == "__main__":
    main()
