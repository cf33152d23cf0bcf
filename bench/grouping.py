"""How well and how fast posts become reports: `python bench/grouping.py [--problems 300] [--open 1000000]`.

Made posts with known answers (townspeople.py) go through the real classifier, locator and joiner, in three orders. Then
the cost of a post is measured beside no, many and very many open reports.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from townspeople import Told, Town

from dengar.classify import Classifier
from dengar.classify.saved import FOLDER
from dengar.geocode import Locator
from dengar.ingest.formats.row import read_point
from dengar.models import Clue, Event, Item, Pending, Point, Post, Report, post_id
from dengar.pipeline import Pipeline
from dengar.routing.gist import make_gist
from dengar.routing.joining import make_voice
from dengar.routing.rules import BUILT_IN, load_rules
from dengar.routing.states import fold
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.store.documents import to_document
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import category_codes
from dengar.working import Working

START = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 20, tzinfo=UTC)
PATTERNS = 2000
DAYS_OPEN = 300  # a million open reports are those of most of a year at 3,000 a day
KEY = b"the key of the bench"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What came of a grouping."""

    posts: int
    problems: int
    reports: int
    precision: float
    recall: float
    mixed_reports: float
    suggestions: int
    right_suggestions: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        """Give one line."""
        mixed = f"reports with more than one problem {self.mixed_reports:.2%}"
        hints = f"{self.suggestions} suggestions, {self.right_suggestions} of them right"
        quality = f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"
        return f"{self.posts} posts of {self.problems} problems in {self.reports} reports: {quality}; {mixed}; {hints}"


def make_item(one: Told, number: int) -> Item:
    """Give the post as the item of a file."""
    return Item(
        channel=str(one.row["channel"]),
        account="berkas",
        native_id=str(one.row["id"]),
        collector="files",
        source="kotak",
        payload=json.dumps(one.row).encode(),
        media_type="application/json",
        observed_at=NOW + timedelta(seconds=number),
    )


@cache
def make_judges() -> tuple[Classifier, Locator]:
    """Load what judges."""
    return Classifier.load(FOLDER), Locator()


def make_pipeline(store: Store) -> Pipeline:
    """Give the real path from items to reports."""
    classifier, locator = make_judges()
    units = {unit.code: unit for unit in make_units(locator.areas)}
    return Pipeline(
        store=store,
        classifier=classifier,
        locator=locator,
        router=load_rules(BUILT_IN, set(category_codes().values()), units),
        categories=category_codes(),
        author_key=KEY,
    )


def group(store: Store, told: Sequence[Told], batch: int) -> dict[str, str | None]:
    """Send the posts through the real path; gives the report of each by its id."""
    working = Working(store, make_pipeline(store), lambda: NOW + timedelta(days=1), "bench")
    items = [make_item(one, number) for number, one in enumerate(told)]
    for start in range(0, len(items), batch):
        store.save_batch("kotak", items[start : start + batch])
        working.drain()
    posts = store.posts.find_all(post_id(item.id) for item in items)
    return {item.native_id: posts[post_id(item.id)].report for item in items if post_id(item.id) in posts}


def measure(store: Store, told: Sequence[Told], grouped: Mapping[str, str | None]) -> Figures:
    """Compare the reports with the truth, over pairs of posts; chain messages have no truth."""
    truth = {str(one.row["id"]): one.problem for one in told}
    reports: defaultdict[str, list[str]] = defaultdict(list)
    for key, report in grouped.items():
        reports[report or f"none {key}"].append(truth[key])
    together = right = mixed = 0
    for problems in reports.values():
        counts = Counter(problems)
        together += _pairs(sum(counts.values()))
        right += sum(map(_pairs, counts.values()))
        mixed += len(counts) > 1
    possible = sum(map(_pairs, Counter(truth.values()).values()))
    suggested = list(_suggested(store))
    of_report = {number: Counter(problems).most_common(1)[0][0] for number, problems in reports.items()}
    return Figures(
        posts=len(told),
        problems=len(set(truth.values())),
        reports=len(reports),
        precision=right / (together or 1),
        recall=right / (possible or 1),
        mixed_reports=mixed / len(reports),
        suggestions=len(suggested),
        right_suggestions=sum(of_report.get(one) == of_report.get(other) for one, other in suggested),
    )


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _suggested(store: Store) -> Iterator[tuple[str, str]]:
    for report in store.reports.newest(10_000):
        yield from ((report.number, one.related) for one in report.needs_review if one.related)


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--problems", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--texts", nargs="*", default=["tuned", "held_out"])
    asked.add_argument("--open", type=int, default=1_000_000, help="open reports beside which the cost is measured")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder), cache_gb=1)
        mongo.start()
        try:
            for texts in options.texts:
                measure_texts(mongo.uri, texts, options)
            if options.open:
                measure_cost(mongo.uri, options)
        finally:
            mongo.stop()


def measure_texts(uri: str, texts: str, options: argparse.Namespace) -> None:
    """Print the figures of one file of phrases."""
    town = Town(options.seed, START, texts)
    told = town.tell(town.problems(options.problems))
    shuffled = random.Random(options.seed).sample(told, len(told))  # noqa: S311  nothing is secret here
    for name, posts, batch in (
        ("one by one", told, 1),
        ("batches of 500", told, 500),
        ("any order, batches of 500", shuffled, 500),
    ):
        with opened(uri) as store:
            print(f"{texts}, {name}: {measure(store, posts, group(store, posts, batch))}")


@contextmanager
def opened(uri: str) -> Iterator[Store]:
    """Open a database that is dropped afterwards."""
    store = Store.connect(uri, f"b{uuid4().hex[:12]}", key=KEY)
    yield store
    store.data.client.drop_database(store.data.name)
    store.close()


def measure_cost(uri: str, options: argparse.Namespace) -> None:
    """Print what grouping costs a post beside few and beside many open reports."""
    town = Town(options.seed + 1, START)
    told = [
        replace(one, row={**one.row, "created_at": (NOW - timedelta(minutes=n)).isoformat()})
        for n, one in enumerate(town.tell(town.problems(options.problems)))
    ]
    patterns = make_patterns(town)
    with opened(uri) as store:
        grown = 0
        for count in (0, options.open // 10, options.open):
            fill(store, count - grown, patterns, grown)
            grown = count
            print(f"{count:,} open reports: {'; '.join(time_joins(store, told))}", flush=True)
        sizes = store.data.command("collStats", "reports")["indexSizes"]
        print("Index sizes, MB:", {name: round(size / 1e6) for name, size in sizes.items()})


def time_joins(store: Store, told: Sequence[Told]) -> Iterator[str]:
    """Say how long the pipeline needs for a post, without the writing: nothing is kept."""
    pipeline = make_pipeline(store)
    items = [make_item(one, number) for number, one in enumerate(told)]
    pending = [Pending(item=item, order=str(number), revision=1) for number, item in enumerate(items)]
    for batch in (1, 100, 500):
        some = pending[: max(100, batch * 2)]
        took, used = time.perf_counter(), time.process_time()
        for start in range(0, len(some), batch):
            pipeline.process(some[start : start + batch], NOW)
        wall, own = time.perf_counter() - took, time.process_time() - used
        yield f"batches of {batch}: {1000 * wall / len(some):.2f} ms a post ({1000 * own / len(some):.2f} of our own)"


def fill(store: Store, count: int, patterns: Sequence[Post], first: int) -> None:
    """Write so many open reports of the last months, as the joiner would make them: the patterns, moved about."""
    rng = random.Random(first)  # noqa: S311  nothing is secret here
    for start in range(first + 1, first + count + 1, 2000):
        numbers = range(start, min(start + 2000, first + count + 1))
        reports = [make_report(move_about(rng.choice(patterns), number, rng), number) for number in numbers]
        rows = [to_document(report) | {"_id": report.number} for report in reports]
        store.data["reports"].insert_many(rows, ordered=False)


def make_patterns(town: Town) -> list[Post]:
    """Give judged posts of all kinds from all over the city, each of another problem."""
    told = town.tell([replace(one, people=1) for one in town.problems(PATTERNS)])
    texts = [str(one.row["text"]) for one in told]
    tags = [read_point(str(one.row.get("lat", "")), str(one.row.get("lon", ""))) for one in told]
    classifier, locator = make_judges()
    labels, located = classifier.label(texts), locator.locate(texts, [Clue(geotag=tag) for tag in tags])
    return [
        Post(
            id="", item_id="", source="kotak", channel="app", author="", text=text, created_at=START, observed_at=START,
            geotag=tag, labels=label, mentions=where.mentions, place=where.place,
        )
        for text, tag, label, where in zip(texts, tags, labels, located, strict=True)
    ]  # fmt: skip


def move_about(post: Post, number: int, rng: random.Random) -> Post:
    """Give the post of another person at another time; its geotag lies up to 500 m away."""
    at = NOW - timedelta(days=rng.uniform(0, DAYS_OPEN))
    other = post.replace(id=str(number), author=str(number), created_at=at, observed_at=at)
    if post.geotag is None or post.place is None:
        return other
    lat, lon = post.geotag.lat + rng.uniform(-0.004, 0.004), post.geotag.lon + rng.uniform(-0.004, 0.004)
    return other.replace(geotag=Point(lat=lat, lon=lon), place=post.place.replace(lat=lat, lon=lon))


def make_report(post: Post, number: int) -> Report:
    """Give the report that a post opens."""
    category = post.labels.category if post.labels else None
    received = Event(
        report=f"DKI-{number:08d}", seq=0, kind="received", at=post.observed_at, actor="bench", category=category,
        title=post.text[:90], urgency="routine", confidence=0.9, place=post.place, voice=make_voice(post),
        gist=make_gist(post),
    )  # fmt: skip
    return fold(None, received)


if __name__ == "__main__":
    main()
