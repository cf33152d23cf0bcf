"""Seconds to rank units over a million reports: `python bench/ranking.py [--reports N]`.

Reports of a year are made in a MongoDB of their own: 267 kelurahan and the branches of agencies, 12 categories, some
open, rejected, duplicate, late, opened again. Measured: the first ranking (it adds every month up), the next ones
(nothing changed; 1,000 reports changed), all levels, a window with broken months, staff, and the same sums straight
from the reports, without the months. The second figure is what both processes computed: it does not grow when others
use the machine.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tqdm import tqdm

from dengar.classify.taxonomy import CATEGORIES as TAXONOMY
from dengar.comparing import compare, usual_start
from dengar.geocode.tables import read_areas
from dengar.models import Report, Routing, State
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.store.documents import Document, to_document
from dengar.store.embedded import EmbeddedMongo

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
YEAR, DAY = timedelta(days=365), timedelta(days=1)
CATEGORIES = tuple(one.code for one in TAXONOMY if one.is_complaint)
STATES: Sequence[State] = ("selesai", "ditolak", "duplikat")
LEVELS = ("kelurahan", "kecamatan", "kota", "dinas", "sudin")
BATCH = 5_000
ROUNDS = 3


def make_rows(count: int, units: Sequence[str], seed: int = 0) -> Iterator[Document]:
    """Give so many reports of the last year, in the order in which they were received."""
    rng = random.Random(seed)  # noqa: S311  nothing is secret here
    for number in range(count):
        received = NOW - YEAR * (1 - number / count)
        allowed = timedelta(hours=rng.choice((24, 48, 72, 120)))
        answered = received + timedelta(hours=rng.lognormvariate(1.5, 1.2))
        closed = answered + allowed * rng.lognormvariate(-1.2, 0.9)
        is_open = closed > NOW or rng.random() < 0.02  # noqa: PLR2004  forgotten ones
        report = Report(
            number=f"DKI-{number:07d}",
            category=rng.choice(CATEGORIES),
            title="Lampu jalan mati di depan pasar sejak tiga hari yang lalu",
            urgency="routine",
            confidence=0.9,
            place=None,
            kel="_",
            unit=rng.choice(units),
            state="proses" if is_open else rng.choices(STATES, (91, 4, 5))[0],
            routing=Routing(
                unit=units[0], rule="aturan", reason="Ditangani unit itu.",
                respond_by=received + DAY, resolve_by=received + allowed,
            ),
            created_at=received, received_at=received, routed_at=received, last_voice_at=received,
            updated_at=min(closed, NOW - DAY),
            answered_at=answered if answered < NOW else None,
            closed_at=None if is_open else closed,
            reopened=int(rng.random() < 0.03),  # noqa: PLR2004  a share
            rating=rng.randint(1, 5) if rng.random() < 0.1 else None,  # noqa: PLR2004  a share
            handled_by=f"petugas {rng.randint(1, 600)}",
            version=4, voices=1, authors=("0123456789abcdef0123",), channels=("form",), numbers=(f"DKI-{number:07d}",),
            gist=("lampu", "jalan", "mati", "pasar"), traits=("a", "b", "c"),
        )  # fmt: skip
        yield to_document(report) | {"_id": report.number}


def computed(process: int) -> float:
    """Give the seconds that another process and this one have computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + time.process_time()


class Stopwatch:
    """Measures wall seconds and computed seconds, the best of some rounds."""

    def __init__(self, mongod: int) -> None:
        self._mongod = mongod

    def __call__(self, do: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
        """Do it some times."""
        times = []
        for _ in range(rounds):
            start, before = time.perf_counter(), computed(self._mongod)
            do()
            times.append((time.perf_counter() - start, computed(self._mongod) - before))
        return min(times)


def fill(store: Store, count: int) -> None:
    """Write the units and the reports; the indexes are made in the end, which is much faster."""
    units = make_units(read_areas())
    store.units.save(units)
    busy = [one.code for one in units if one.kind in {"kelurahan", "sudin", "utility"}]
    indexes = store.data["reports"].index_information()
    store.data["reports"].drop_indexes()
    batch: list[Document] = []
    for row in tqdm(make_rows(count, busy), total=count, unit=" reports"):
        batch.append(row)
        if len(batch) == BATCH:
            store.data["reports"].insert_many(batch, ordered=False)
            batch.clear()
    if batch:
        store.data["reports"].insert_many(batch, ordered=False)
    for name, options in indexes.items():
        if name != "_id_":
            store.data["reports"].create_index(options.pop("key"), name=name, **options)


def touch(store: Store, since: datetime, now: datetime) -> None:
    """Change a thousand reports that were received since then."""
    rows = store.data["reports"].find({"received_at": {"$gte": since}}, {"_id": 1}).limit(1000)
    store.data["reports"].update_many({"_id": {"$in": [row["_id"] for row in rows]}}, {"$set": {"updated_at": now}})


def measure(store: Store, seconds: Stopwatch) -> Iterator[tuple[str, tuple[float, float]]]:
    """Give what was measured, with its seconds."""
    usual, year = usual_start(NOW), NOW - YEAR

    def rank(level: str, since: datetime, now: datetime) -> Callable[[], object]:
        return partial(compare, store, level, since, now, now)

    yield "first ranking, every month is added up", seconds(rank("kelurahan", usual, NOW), 1)
    later = NOW + timedelta(hours=1)
    for level in LEVELS:
        yield f"{level}, nothing changed", seconds(rank(level, usual, later))
    yield "kelurahan over the year", seconds(rank("kelurahan", year, later))
    odd = partial(compare, store, "kelurahan", usual + 12 * DAY, NOW - 5 * DAY, later)
    yield "kelurahan, window of broken months", seconds(odd)
    latest = later + timedelta(hours=1)
    touch(store, NOW - 2 * DAY, latest)
    yield "kelurahan, reports of this month changed", seconds(rank("kelurahan", usual, latest), 1)
    yield "staff, usual window", seconds(rank("staff", usual, latest))
    yield "staff over the year", seconds(rank("staff", year, latest), 1)
    chosen = {"received_at": {"$gte": usual}, "state": {"$ne": "duplikat"}}
    yield "straight from the reports, usual window", seconds(lambda: store.performance._count(chosen, "unit", later))  # noqa: SLF001
    everything: Document = {"state": {"$ne": "duplikat"}}
    yield "straight from the reports, all", seconds(lambda: store.performance._count(everything, "unit", later), 1)  # noqa: SLF001


def main() -> None:
    """Fill a MongoDB, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    count = parser.parse_args().reports
    with tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder))
        mongo.start()
        try:
            store = Store.connect(mongo.uri, "bench", key=b"key of the bench")
            fill(store, count)
            for name, (wall, cpu) in measure(store, Stopwatch(mongo.pid)):
                print(f"{name:45} {wall:7.2f} s {cpu:7.2f} s", flush=True)
            months, rows = store.data["deeds"].distinct("month"), store.data["deeds"].estimated_document_count()
            print(f"{count:,} reports, {rows:,} rows of deeds in {len(months)} months")
            store.close()
        finally:
            mongo.stop()


if __name__ == "__main__":
    main()
