"""Counts: how much waits, by kind, counted at most every few seconds for each area that somebody works in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import get_args

from dengar.models import DoubtKind, Record
from dengar.store import Store
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 4.0, 20.0
MOST_COUNTED = 10_000  # nobody works through more; counting on would cost what reading costs


class Count(Record, frozen=True, kw_only=True):
    """How much waits for a person, by kind of doubt, and how much is past a deadline; at most MOST_COUNTED."""

    waiting: int
    kinds: Mapping[DoubtKind, int]
    overdue: int


class Counts:
    """The counts of each area."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str | None, Kept[Count]] = {}
        self._lock = Lock()

    def of(self, area: str | None) -> Count:
        """Give the counts of an area; None is the whole city."""
        with self._lock:
            kept = self._kept.get(area)
            if kept is None:
                kept = self._kept[area] = Kept(lambda: self._count(area), FRESH_SECONDS, STALE_SECONDS)
        return kept.value()

    def _count(self, area: str | None) -> Count:
        queue = self._store.queue
        kinds: dict[DoubtKind, int] = {
            kind: queue.count(kind, area, None, MOST_COUNTED) for kind in get_args(DoubtKind)
        }
        return Count(
            waiting=queue.count(None, area, None, MOST_COUNTED),
            kinds=kinds,
            overdue=queue.count_overdue(self._clock(), area, MOST_COUNTED),
        )
