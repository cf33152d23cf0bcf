"""How well copies of photos are found, and how fast among a million: `python bench/prints.py`.

Each row of the first table is what somebody may do to a copy: the bits of 64 in which its hash differs from that of the
photo (median, 90 %, most), the share that the hash finds in any of its eight ways, and the share that the comparison
of pixels then confirms. The scenes are drawn (tests/drawn.py). "The place again" is an honest photo from nearly the
same standpoint after the repair, "other scenes" are all pairs of them.

The second is the store with so many photos on a mongod of its own.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from tqdm import tqdm

from dengar.ingest.formats.printing import is_copy, make_print, make_prints
from dengar.models import Media, Post
from dengar.models.prints import BITS, NEAR_IDENTICAL, differing_bits
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.store.migrations import PRINT_INDEXES

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from drawn import COPIES, draw_scene, encode, take_again

LATER = datetime(2026, 1, 1, tzinfo=UTC)
PER_INSERT = 20_000
QUESTIONS = 40
NEAREST = 200


def show_copies(count: int) -> None:
    """Print the table of copies."""
    scenes = [draw_scene(seed) for seed in range(count)]
    whole = [encode(scene) for scene in scenes]
    prints = [make_print(one) for one in whole]
    print(f"{'':28}  bits: median   90 %   most     found  confirmed")
    for name, change in {**COPIES, "the place again": take_again}.items():
        copies = [encode(change(scene)) for scene in scenes]
        ways = [make_prints(one) for one in copies]
        bits = [min(differing_bits(way, one) for way in some) for some, one in zip(ways, prints, strict=True)]
        is_found = [one <= NEAR_IDENTICAL for one in bits]
        is_sure = [found and is_copy(*pair) for found, *pair in zip(is_found, copies, whole, strict=True)]
        row = f"{np.median(bits):14.0f} {np.quantile(bits, 0.9):6.0f} {max(bits):6d}"
        print(f"{name:28} {row} {np.mean(is_found):8.1%} {np.mean(is_sure):9.1%}")
    show_others(prints, whole)


def show_others(prints: list[str], whole: list[bytes]) -> None:
    """Print how often other scenes look alike, to the hash and, where they come near to it, pixel by pixel."""
    bits = {pair: differing_bits(*(prints[n] for n in pair)) for pair in combinations(range(len(prints)), 2)}
    near = sorted(bits, key=lambda pair: bits[pair])[:NEAREST]
    found = sum(one <= NEAR_IDENTICAL for one in bits.values())
    sure = sum(is_copy(whole[one], whole[other]) for one, other in near)
    print(f"other scenes: {len(bits)} pairs, at least {min(bits.values())} bits: {found} found")
    print(f"  of the {len(near)} nearest (within {bits[near[-1]]} bits) {sure} confirmed")


def measure_speed(data: bytes) -> None:
    """Print what one photo costs."""
    acts: dict[str, Callable[[bytes], object]] = {
        "hash": make_print,
        "eight hashes": make_prints,
        "comparison": lambda one: is_copy(one, one),
    }
    for name, act in acts.items():
        started = time.perf_counter()
        for _ in range(20):
            act(data)
        print(f"{name}: {(time.perf_counter() - started) / 20 * 1000:.1f} ms a photo of {len(data) / 1e3:.0f} kB")


def measure_store(store: Store, count: int) -> None:
    """Fill the store with random hashes, and ask for copies of some that differ by as many bits as are told."""
    random = np.random.default_rng(20261122)
    prints = make_hashes(random, count)
    store.data["prints"].drop_indexes()
    for start in tqdm(range(0, count, PER_INSERT), "photos", unit_scale=PER_INSERT):
        store.prints.save([make_post(n, prints[n]) for n in range(start, min(count, start + PER_INSERT))])
    store.data["prints"].create_indexes(PRINT_INDEXES)
    print(f"{'':20}     median ms   95 %     found  others")
    for ways in (1, 8):
        for bits in (0, 4, 6, 8, 10):
            asked = [int(one) for one in random.integers(count, size=QUESTIONS)]
            seconds, found, others = [], 0, 0
            for n in asked:
                question = [flip(random, prints[n], bits), *make_hashes(random, ways - 1)]
                started = time.perf_counter()
                answers = store.prints.find_near(question)
                seconds.append(time.perf_counter() - started)
                is_there = any(one.media == f"{n:032x}" for one in answers)
                found += is_there
                others += len(answers) - is_there
            row = f"{np.median(seconds) * 1000:9.0f} {np.quantile(seconds, 0.95) * 1000:6.0f}"
            print(f"{ways} ways, {bits:2} bits off    {row}  {found / QUESTIONS:8.0%}  {others / QUESTIONS:6.2f}")
    size = store.data.command("collstats", "prints")
    print(f"{size['size'] / count:.0f} bytes a photo and {size['totalIndexSize'] / count:.0f} of indexes")


def make_hashes(random: np.random.Generator, count: int) -> list[str]:
    """Make hashes of which half the bits are set, as they are of photos."""
    order = np.argsort(random.random((count, BITS)), axis=1) < BITS // 2
    return [row.tobytes().hex() for row in np.packbits(order, axis=1)]


def flip(random: np.random.Generator, one: str, bits: int) -> str:
    """Change so many bits of a hash."""
    mask = sum(1 << int(bit) for bit in random.permutation(BITS)[:bits])
    return f"{int(one, 16) ^ mask:016x}"


def make_post(number: int, one: str) -> Post:
    """Make a post with one photo."""
    return Post(
        id=f"{number:032x}",
        item_id=str(number),
        source="bench",
        channel="bench",
        author="",
        text="",
        created_at=LATER,
        observed_at=LATER,
        report=str(number),
        media=(Media(id=f"{number:032x}", media_type="image/jpeg", size=0, print=one),),
    )


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--photos", type=int, default=1_000_000)
    given = parser.parse_args()
    if given.scenes:
        show_copies(given.scenes)
        measure_speed(encode(draw_scene(0).resize((1600, 1200)), 85))
    if given.photos:
        folder = Path(tempfile.mkdtemp(prefix="dengar-bench-"))
        mongo = EmbeddedMongo(folder, cache_gb=1.0)
        mongo.start()
        try:
            store = Store.connect(mongo.uri, "bench", key=b"bench")
            measure_store(store, given.photos)
            store.close()
        finally:
            mongo.stop()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
