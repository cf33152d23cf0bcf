"""From a file to stored reports, paired with obsei: `python bench/ingest.py [--posts 20000] [--rounds 4]`.

The posts are cut into rounds. In every round first Dengar takes its share (collect, judge, group, route, majority
writes), then obsei takes the same share into its own store with no analysis, both on one core, and both stores grow.
The figures are medians over the rounds, so that a noisy minute of the machine does not decide.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from dengar_side import STAGES, Taken, Watch, open_dengar
from posts import write_posts
from tqdm import tqdm

ROOT = Path(__file__).parent.parent
OBSEI_LOCK = Path(__file__).with_name("requirements-obsei.lock")
OBSEI_VENV = ROOT / ".venv-obsei"
OBSEI_PYTHON = OBSEI_VENV / "bin" / "python"


def make_obsei() -> bool:
    """Make obsei's virtual environment from the lock file, unless it is there; say whether it can be used."""
    stamp = OBSEI_VENV / OBSEI_LOCK.name
    if stamp.exists() and stamp.read_bytes() == OBSEI_LOCK.read_bytes():
        return True
    print("Making obsei's virtual environment, once ...", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", OBSEI_VENV], check=True)
        pip = [str(OBSEI_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", OBSEI_LOCK], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print("obsei could not be installed (is there a network?): only Dengar is measured.")
        return False
    stamp.write_bytes(OBSEI_LOCK.read_bytes())
    return True


def run_obsei(path: Path, database: Path) -> Taken:
    """Let obsei take a file's posts into its store."""
    command = [OBSEI_PYTHON, Path(__file__).with_name("obsei_side.py"), path, database]
    environment = os.environ | {"OBSEI_PSEUDONYM_SALT": "salt of invented authors"}
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout
    return Taken(**json.loads(answer))


def run_rounds(posts: int, rounds: int, folder: Path, *, with_obsei: bool) -> tuple[list[Taken], list[Taken]]:
    """Give what Dengar and obsei needed in each round."""
    ours: list[Taken] = []
    theirs: list[Taken] = []
    with open_dengar(folder / "dengar") as dengar:
        for number in range(rounds):
            path = folder / f"posts{number}.jsonl"
            write_posts(path, posts // rounds, seed=number)
            with tqdm(total=posts // rounds, desc=f"Round {number + 1} of {rounds}: Dengar", unit=" posts") as progress:
                ours.append(dengar.take(path, progress))
            if with_obsei:
                print(f"Round {number + 1} of {rounds}: obsei ...", flush=True)
                theirs.append(run_obsei(path, folder / "obsei.duckdb"))
        print_stages(dengar.watch, sum(one.posts for one in ours))
        store = dengar.parts.store
        print(f"{store.posts.count():,} posts, {store.reports.count():,} reports stored.\n")
    return ours, theirs


def print_stages(watch: Watch, posts: int) -> None:
    """Print where the processor's time went."""
    print(f"\nDengar, microseconds of processor a post{'Python':>14}{'mongod':>9}{'share':>8}")
    for stage in STAGES:
        own, store = watch.own[stage], watch.store[stage]
        print(f"  {stage:38}{own / posts * 1e6:14,.0f}{store / posts * 1e6:9,.0f}{(own + store) / watch.total():8.0%}")
    own, store = sum(watch.own.values()), sum(watch.store.values())
    print(f"  {'together':38}{own / posts * 1e6:14,.0f}{store / posts * 1e6:9,.0f}")
    own, store = watch.peaks_mb()
    print(f"  {'peak memory, MB':38}{own:14,.0f}{store:9,.0f}")


def print_sides(ours: list[Taken], theirs: list[Taken]) -> None:
    """Print both sides and their ratio."""
    print(f"posts/s, median of the rounds{'clock':>13}{'processor':>11}{'peak MB':>9}   each round by the clock")
    for name, rounds in (("Dengar, full judgement", ours), ("obsei 1.1.1, no analysis", theirs)):
        if rounds:
            each = " ".join(f"{one.posts / one.wall:,.0f}" for one in rounds)
            print(f"  {name:32}{speed(rounds):8,.0f}{cpu_speed(rounds):11,.0f}{rounds[-1].peak_mb:9,.0f}   {each}")
    dengar = f"\nDengar: {speed(ours):,.0f} posts/s with full judgement; "
    if not theirs:
        print(f"{dengar}obsei is not here to compare with.")
        return
    by_cpu = cpu_speed(ours) / cpu_speed(theirs)
    print(
        f"{dengar}obsei: {speed(theirs):,.0f} posts/s without any; ratio {speed(ours) / speed(theirs):.1f} "
        f"(by processor time {by_cpu:.1f})"
    )


def speed(rounds: list[Taken]) -> float:
    """Give the median of posts a second."""
    return median(one.posts / one.wall for one in rounds)


def cpu_speed(rounds: list[Taken]) -> float:
    """Give the median of posts a second of processor time."""
    return median(one.posts / one.cpu for one in rounds)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--no-obsei", action="store_true", help="Only Dengar.")
    given = parser.parse_args()
    with_obsei = not given.no_obsei and make_obsei()
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    print(
        f"{given.posts:,} posts on core {core}: Dengar with its mongod, then obsei, in {given.rounds} rounds.",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="dengar-bench-") as folder:
        ours, theirs = run_rounds(given.posts, given.rounds, Path(folder), with_obsei=with_obsei)
    print_sides(ours, theirs)


if __name__ == "__main__":
    main()
