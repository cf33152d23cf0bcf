"""Counts: how much waits, by kind and area, counted once for everybody and at most every few seconds."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import get_args

from dengar.models import DoubtKind, Record
from dengar.store import Store
from dengar.store.queue import Waiting
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 5.0, 60.0
MOST_COUNTED = 10_000  # nobody works through more; counting on would cost what reading costs


class Count(Record, frozen=True, kw_only=True):
    """How much waits for a person, by kind of doubt, and how much is past a deadline."""

    waiting: int
    kinds: Mapping[DoubtKind, int]
    overdue: int


class Census(Record, frozen=True, kw_only=True):
    """What waits and what is late, by kelurahan; at most MOST_COUNTED of each."""

    waiting: tuple[Waiting, ...]
    late: Mapping[str, int]


class Counts:
    """The counts of every area, from one census."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._kept = Kept(lambda: take_census(store, clock()), FRESH_SECONDS, STALE_SECONDS)

    def of(self, area: str | None) -> Count:
        """Give the counts of an area (a code, or how codes begin); None is the whole city."""
        return count(self._kept.value(), area or "")


def take_census(store: Store, now: datetime) -> Census:
    """Ask the store, in two questions."""
    waiting = tuple(store.queue.count_by_kind(MOST_COUNTED))
    return Census(waiting=waiting, late=store.queue.count_overdue(now, MOST_COUNTED))


def count(census: Census, area: str) -> Count:
    """Add up what lies in an area."""
    mine: Sequence[Waiting] = [one for one in census.waiting if one.kel.startswith(area)]
    kinds: Counter[DoubtKind] = Counter()
    for one in mine:
        kinds.update(dict.fromkeys(one.kinds, one.reports))
    return Count(
        waiting=sum(one.reports for one in mine),
        kinds={kind: kinds[kind] for kind in get_args(DoubtKind)},
        overdue=sum(n for kel, n in census.late.items() if kel.startswith(area)),
    )
