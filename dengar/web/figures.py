"""Figures: names that many pages show, and how to keep what is read from the store for some seconds."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from dengar.models import Unit
from dengar.store import Store

T = TypeVar("T")
UNITS_SECONDS = 10.0
RESTS = 10  # times as long as reading took, a value is left alone


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    value: T
    at: float
    took: float


class Kept(Generic[T]):
    """A value that is renewed in the background when it is old, and at once when it is empty or too old to show.

    One caller at a time reads it, however many wait; what takes long to read is read the more seldom.
    """

    def __init__(self, read: Callable[[], T], fresh: float, stale: float) -> None:
        self._read = read
        self._fresh = fresh
        self._stale = stale
        self._kept: _Read[T] | None = None
        self._failed: tuple[Exception, float] | None = None
        self._lock = Lock()
        self._reading = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="figures")

    def value(self) -> T:
        """Give the value; the first call and the first after a long silence wait for the store."""
        kept, now = self._kept, time.monotonic()
        if kept is None or not kept.value or now - kept.at > max(self._stale, 2 * RESTS * kept.took):
            return self._renew(now).value
        if now - kept.at > max(self._fresh, RESTS * kept.took) and self._lock.acquire(blocking=False):
            self._worker.submit(self._renew, now).add_done_callback(lambda _: self._lock.release())
        return kept.value

    def _renew(self, asked: float) -> _Read[T]:
        with self._reading:
            if self._kept and self._kept.value and self._kept.at > asked:
                return self._kept  # read by somebody else while we waited
            if self._failed and self._failed[1] > asked:
                raise self._failed[0]  # or each of them would wait for a dead store, one after the other
            started = time.monotonic()
            try:
                value = self._read()
            except Exception as error:
                self._failed = (error, time.monotonic())
                raise
            now = time.monotonic()
            self._kept = _Read(value, now, now - started)
            return self._kept


class Figures:
    """The units."""

    def __init__(self, store: Store) -> None:
        self._units = Kept(store.units.find_all, UNITS_SECONDS, UNITS_SECONDS * 6)

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
