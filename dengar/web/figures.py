"""Figures: counts and names that many pages show, read from the store at most every few seconds."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from dengar.models import Unit
from dengar.store import Store

T = TypeVar("T")
FRESH_SECONDS = 3.0
STALE_SECONDS = 30.0
UNITS_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What the first page counts."""

    reports: int
    posts: int
    waiting: int
    review: int


class Kept(Generic[T]):
    """A value that is renewed in the background when it is old, and at once when it is empty or too old to show."""

    def __init__(self, read: Callable[[], T], fresh: float, stale: float) -> None:
        self._read = read
        self._fresh = fresh
        self._stale = stale
        self._kept: tuple[T, float] | None = None
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="figures")

    def value(self) -> T:
        """Give the value; the first call and the first after a long silence wait for the store."""
        kept = self._kept
        age = time.monotonic() - kept[1] if kept else None
        if kept is None or age is None or not kept[0] or age > self._stale:
            return self._renew()
        if age > self._fresh and self._lock.acquire(blocking=False):
            self._worker.submit(self._renew).add_done_callback(lambda _: self._lock.release())
        return kept[0]

    def _renew(self) -> T:
        value = self._read()
        self._kept = (value, time.monotonic())
        return value


class Figures:
    """The counts and the units."""

    def __init__(self, store: Store) -> None:
        self._counts = Kept(lambda: count(store), FRESH_SECONDS, STALE_SECONDS)
        self._units = Kept(store.units.find_all, UNITS_SECONDS, UNITS_SECONDS * 6)

    def counts(self) -> Counts:
        """Give the counts."""
        return self._counts.value()

    def units(self) -> Mapping[str, Unit]:
        """Give the units by code."""
        return self._units.value()

    def areas(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Give the kelurahan that have an office, as (kota, [(code, name)]), for choosing one."""
        units = self.units().values()
        kotas = {unit.area: unit.name for unit in units if unit.kind == "kota" and unit.area}
        grouped: dict[str, list[tuple[str, str]]] = {}
        for unit in units:
            if unit.kind == "kelurahan" and unit.area:
                kota = kotas.get(unit.area[:5], unit.area[:5])
                grouped.setdefault(kota, []).append((unit.area, unit.name.removeprefix("Kelurahan ")))
        return [(kota, sorted(areas, key=lambda area: area[1])) for kota, areas in sorted(grouped.items())]


def count(store: Store) -> Counts:
    """Ask the store for the counts."""
    return Counts(
        reports=store.reports.count(),
        posts=store.posts.count(),
        waiting=store.items.count_pending(),
        review=store.reports.count_review(),
    )
