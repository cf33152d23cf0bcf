"""Rows a second and memory of `dengar classify` and `dengar locate` in a pipe: `python bench/filters.py`.

Each reads 1,000 and then 10,000 rows from `cat`. The speed is that of the further rows, so that starting does not
count; memory must be the same for both. `cat` in their place shows what the pipe costs; its memory is what the bench
itself has, below which nothing can be measured.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from posts import write_posts
from tqdm import tqdm

DENGAR = [sys.executable, "-m", "dengar"]
FILTERS = {"cat": ["cat"], "dengar classify": [*DENGAR, "classify"], "dengar locate": [*DENGAR, "locate"]}


class Answered(NamedTuple):
    """Seconds of the clock and peak memory of a filter that has ended."""

    seconds: float
    peak_mb: float


def run_filter(command: list[str], rows: Path, answers: Path) -> Answered:
    """Send a file of rows through a filter; its exit code must be 0."""
    started = time.perf_counter()
    with answers.open("wb") as target, subprocess.Popen(["cat", rows], stdout=subprocess.PIPE) as source:
        running = subprocess.Popen(command, stdin=source.stdout, stdout=target)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {running.returncode}")
    return Answered(time.perf_counter() - started, used.ru_maxrss / 1024)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    few = given.rows // 10
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    lines = []
    with tempfile.TemporaryDirectory(prefix="dengar-bench-") as name:
        folder = Path(name)
        write_posts(folder / "few.jsonl", few)
        write_posts(folder / "many.jsonl", given.rows)
        for title, command in tqdm(FILTERS.items(), unit=" filters"):
            short = run_filter(command, folder / "few.jsonl", folder / "answers.jsonl")
            long = run_filter(command, folder / "many.jsonl", folder / "answers.jsonl")
            speed = (given.rows - few) / (long.seconds - short.seconds)
            lines.append(f"  {title:18}{speed:12,.0f}{short.seconds:12.1f}{short.peak_mb:16,.1f}{long.peak_mb:16,.1f}")
    print(f"filter on one core{'rows/s':>14}{'start, s':>12}{f'MB at {few:,}':>16}{f'MB at {given.rows:,}':>16}")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
