"""Dengar's side of the ingest bench: the real path, with the processor's time split into stages."""

import os
import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Never

from dengar.ingest.protocol import Batch
from dengar.models import Changes, Clue, Labels, Located, Pending
from dengar.pipeline import Classifies, Locates, Pipeline
from dengar.settings import load_author_key, load_settings
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import Parts, category_codes, connect, make_source, open_mongo
from dengar.working import Working

if TYPE_CHECKING:
    from tqdm import tqdm

TICKS = os.sysconf("SC_CLK_TCK")
STAGES = ("collect, store items", "parse, mask", "label", "locate", "join, route", "queue, save")


class Taken(NamedTuple):
    """How long one side needed for one round's posts: seconds of the clock, of the processor; its peak memory."""

    posts: int
    wall: float
    cpu: float
    peak_mb: float


class Watch:
    """Splits processor time, of this process and of mongod, into stages."""

    def __init__(self, mongo: EmbeddedMongo) -> None:
        self._mongo = mongo
        self._last = (0.0, 0.0)
        self.own: defaultdict[str, float] = defaultdict(float)
        self.store: defaultdict[str, float] = defaultdict(float)
        self.start()

    def start(self) -> None:
        """Forget what was since the last mark."""
        self._last = (time.process_time(), self._mongo_seconds())

    def mark(self, stage: str) -> None:
        """Count what was since the last mark as this stage."""
        before, self._last = self._last, (time.process_time(), self._mongo_seconds())
        self.own[stage] += self._last[0] - before[0]
        self.store[stage] += self._last[1] - before[1]

    def total(self) -> float:
        """Give the seconds of all stages together."""
        return sum(self.own.values()) + sum(self.store.values())

    def peaks_mb(self) -> tuple[float, float]:
        """Give the peak memory of this process and of mongod."""
        status = Path(f"/proc/{self._mongo.pid}/status").read_text(encoding="ascii")
        mongo_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, mongo_kb / 1024

    def _mongo_seconds(self) -> float:
        fields = Path(f"/proc/{self._mongo.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


class Watched:
    """The classifier and the locator, with a mark before and after each."""

    def __init__(self, watch: Watch, classifier: Classifies, locator: Locates) -> None:
        self._watch = watch
        self._classifier = classifier
        self._locator = locator

    def label(self, texts: Sequence[str]) -> list[Labels]:
        """Judge a batch."""
        self._watch.mark("parse, mask")
        labels = self._classifier.label(texts)
        self._watch.mark("label")
        return labels

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        """Judge a batch."""
        located = self._locator.locate(texts, clues)
        self._watch.mark("locate")
        return located


class WatchedPipeline(Pipeline):
    """The pipeline, with a mark before and after each batch."""

    watch: Watch

    def process(self, pending: Sequence[Pending], now: datetime) -> Changes:
        """Judge a batch."""
        self.watch.mark("queue, save")
        changes = super().process(pending, now)
        self.watch.mark("join, route")
        return changes


class Dengar:
    """Dengar as it runs, with its own MongoDB."""

    def __init__(self, parts: Parts, watch: Watch) -> None:
        self.parts = parts
        self.watch = watch
        watched = Watched(watch, parts.judging, parts.locator)
        pipeline = WatchedPipeline(
            store=parts.store,
            classifier=watched,
            locator=watched,
            router=parts.router,
            categories=category_codes(),
            author_key=load_author_key(parts.settings),
        )
        pipeline.watch = watch
        self._working = Working(parts.store, pipeline, parts.clock, parts.holder)

    def take(self, path: Path, progress: "tqdm[Never]") -> Taken:
        """Take a file's posts in, until each is a stored post and part of a report."""
        source = make_source("bench", {"collector": "files", "path": path})
        self.watch.start()
        cpu, wall = self.watch.total(), time.perf_counter()

        def on_batch(batch: Batch) -> bool:
            progress.update(len(batch.items) / 2)
            return True

        def go_on(count: int) -> bool:
            progress.update(count / 2)
            return True

        self.parts.collecting.run(source, on_batch=on_batch)
        self.watch.mark("collect, store items")
        posts = self._working.drain(go_on)
        self.watch.mark("queue, save")
        return Taken(posts, time.perf_counter() - wall, self.watch.total() - cpu, sum(self.watch.peaks_mb()))


@contextmanager
def open_dengar(folder: Path) -> Iterator[Dengar]:
    """Start a Dengar of its own in an empty folder."""
    settings = load_settings(data_dir=folder, mongodb_uri=None, sources={})
    with open_mongo(settings, own=True) as (uri, mongo), connect(uri, settings) as store:
        if mongo is None:
            raise SystemExit("Unset DENGAR_MONGODB_URI: the bench measures the embedded MongoDB.")
        yield Dengar(Parts(settings, store), Watch(mongo))
