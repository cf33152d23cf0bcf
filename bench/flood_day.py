"""A day of flood: `python bench/flood_day.py [--posts 40000]`.

Made posts of two hours, 60 % of them repetitions (reposts, copied texts), the rest in own words about flooded areas
and about everything else, go through the real path as fast as it takes them, while operators take and decide the next
report without a pause. Printed are reports per post, the latency of the next-item call, and the memory as it grows.
"""

import argparse
import random
import resource
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from grouping import KEY, make_item, make_judges, make_pipeline
from townspeople import Problem, Told, Town

from dengar.desk import Desk
from dengar.errors import BadRequest
from dengar.models import DoubtKind, Item, Staff
from dengar.proving import Proving
from dengar.routing import commands as do
from dengar.routing.rules import BUILT_IN, Router, load_rules
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import category_codes
from dengar.working import Working

START = datetime(2026, 12, 20, 10, tzinfo=UTC)
HOURS = 2
REPEATED = 0.6
FLOODED = 0.75  # of what is said in own words
PER_AREA = 80  # people in own words about one flooded area
OPERATORS = 10
BATCH = 500
HAZARDS: tuple[DoubtKind, ...] = ("duplicate", "safety", "personal_data", "spam")
STEPS = 8
PAUSE_SECONDS = 1.0  # what an operator takes for a decision, at most


def make_day(count: int, seed: int = 7) -> list[Told]:
    """Give the posts of the day in the order of their times."""
    rng = random.Random(seed)  # noqa: S311  the same day each time
    town = Town(seed, START)
    own = round(count * (1 - REPEATED))
    areas = round(own * FLOODED / PER_AREA)
    problems = [one for one in town.problems(20 * areas + own, days=0) if one.is_plain]
    floods = [_in_time(one, PER_AREA, rng) for one in problems if one.kind == "genangan"][:areas]
    rest = [_in_time(one, min(one.people, 4), rng) for one in problems if one.kind != "genangan"]
    told = [one for one in town.tell([*floods, *rest]) if not one.problem.startswith("chain")]
    flooded = {flood.key for flood in floods}
    others = rng.sample([one for one in told if one.problem not in flooded], own - areas * PER_AREA)
    said = [one for one in told if one.problem in flooded] + others
    return sorted([*said, *_repeat(said, count - len(said), rng)], key=lambda one: one.said_at)


def _in_time(problem: Problem, people: int, rng: random.Random) -> Problem:
    """Let it begin at some time of the day, and be spoken of until its end."""
    after = rng.uniform(0, HOURS)
    return replace(problem, start=START + timedelta(hours=after), hours=HOURS - after, people=people)


def _repeat(said: list[Told], count: int, rng: random.Random) -> list[Told]:
    """Let others repeat posts: a repost names the post, a copy only has its text."""
    repeated = []
    for number in range(count):
        one = rng.choice(said)
        at = min(one.said_at + timedelta(minutes=rng.uniform(1, 40)), START + timedelta(hours=HOURS))
        row = {key: value for key, value in one.row.items() if key not in {"lat", "lon", "repost_of"}}
        row |= {"id": f"again-{number}", "author": f"pengulang {number}", "created_at": at.isoformat()}
        if number % 2:
            row |= {"repost_of": one.row["id"], "text": f"RT {one.row['text']}"}
        repeated.append(replace(one, said_at=at, row=row))
    return repeated


class Operator(threading.Thread):
    """Takes the next report and decides it, again and again."""

    def __init__(self, desk: Desk, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._desk = desk
        self._who = Staff(name=f"operator {number}", role="operator", key_hash=str(number), added_at=START)
        self._stopping = stop
        self.waits: list[float] = []
        self.decided = 0

    def run(self) -> None:
        """Work until told to stop."""
        while not self._stopping.is_set():
            began = time.perf_counter()
            report = self._desk.next(self._who)
            self.waits.append(time.perf_counter() - began)
            if report is None:
                self._stopping.wait(0.05)
                continue
            try:
                self._desk.act(self._who, report.number, do.Reroute(unit="dinas:bpbd", reason="Banjir."))
                self._desk.act(self._who, report.number, do.Settle(kinds=HAZARDS))
            except BadRequest:
                self._desk.release(self._who, report.number)
            self.decided += 1
            self._stopping.wait(PAUSE_SECONDS)


def run_day(store: Store, told: list[Told]) -> None:
    """Let the day happen and print what was seen."""
    stop = threading.Event()
    operators = [Operator(make_desk(store), number, stop) for number in range(OPERATORS)]
    working = Working(store, make_pipeline(store), lambda: START + timedelta(hours=HOURS), "bench")
    for operator in operators:
        operator.start()
    began = time.perf_counter()
    items: list[Item] = [make_item(one, number) for number, one in enumerate(told)]
    step = max(BATCH, len(items) // STEPS)
    for first in range(0, len(items), BATCH):
        store.save_batch("kotak", items[first : first + BATCH])
        working.drain()
        if first % step < BATCH:
            print(f"{first + BATCH:>6} posts: {store.reports.count()} reports, {resident_mb():.0f} MB resident")
    took = time.perf_counter() - began
    stop.set()
    for operator in operators:
        operator.join()
    tell(store, len(items), took, operators)


def tell(store: Store, posts: int, took: float, operators: list[Operator]) -> None:
    """Print the figures."""
    waits = [wait for operator in operators for wait in operator.waits]
    cuts = quantiles(waits, n=100)
    reports = store.reports.count()
    print(f"{posts} posts in {took:.0f} s ({posts / took:.0f}/s; {HOURS} hours bring {posts / HOURS / 3600:.1f}/s)")
    print(f"{reports} reports: {reports / posts:.1%} of the posts; {store.reports.count_review()} wait for a person")
    print(
        f"next item, {OPERATORS} operators: median {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, "
        f"p99 {cuts[98] * 1000:.0f} ms over {len(waits)} calls; {sum(one.decided for one in operators)} decided"
    )


def make_desk(store: Store) -> Desk:
    """Give a desk over the store."""
    router = make_router()
    locator = make_judges()[1]
    proving = Proving(store, locator.kelurahan_of)
    return Desk(store, lambda: router, lambda _: None, lambda: START, proving=proving, number_key=KEY)


def make_router() -> Router:
    """Give the built-in rules."""
    units = {unit.code: unit for unit in make_units(make_judges()[1].areas)}
    return load_rules(BUILT_IN, set(category_codes().values()), units)


def resident_mb() -> float:
    """Give the memory that this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=40_000)
    wanted = parser.parse_args()
    told = make_day(wanted.posts)
    print(f"{len(told)} posts about {len({one.problem for one in told})} problems")
    with tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder))
        mongo.start()
        store = Store.connect(mongo.uri, "flood", key=KEY)
        try:
            run_day(store, told)
        finally:
            store.close()
            mongo.stop()


if __name__ == "__main__":
    main()
