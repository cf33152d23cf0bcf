"""City: what is open, came in and was solved in every area and at every unit, kept and renewed in the background."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from dengar.models import Report, Unit
from dengar.models.months import day_of
from dengar.routing.units import climb
from dengar.store import Store
from dengar.store.pulse import Heap, days_back
from dengar.web.figures import Kept

DAYS = 14
SOLVED_SHOWN = 6
FRESH_SECONDS, STALE_SECONDS = 20.0, 600.0
PAST_FRESH_SECONDS, PAST_STALE_SECONDS = 300.0, 3600.0


@dataclass(slots=True)
class Sum:
    """The figures of one area or unit: by day where they are of days, the oldest first; categories by what came in."""

    waiting: int = 0
    working: int = 0
    late: int = 0
    received: list[int] = field(default_factory=lambda: [0] * DAYS)
    solved: list[int] = field(default_factory=lambda: [0] * DAYS)
    categories: Counter[str] = field(default_factory=Counter)
    open_categories: Counter[str] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        """Count what is open."""
        return self.waiting + self.working

    def copy(self) -> "Sum":
        """Give the same figures in lists of their own."""
        lists = {name: getattr(self, name).copy() for name in ("received", "solved", "categories", "open_categories")}
        return replace(self, **lists)


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """All sums at one moment: of the whole city, by area code and by unit code (with all units below)."""

    at: datetime
    days: tuple[date, ...]
    whole: Sum
    areas: Mapping[str, Sum]
    units: Mapping[str, Sum]
    solved: tuple[Report, ...]


class Sums:
    """Sums of the whole city, of areas and of units, and adding heaps to all of those that they belong to."""

    def __init__(self, units: Mapping[str, Unit], days: Sequence[date]) -> None:
        self._known = units
        self._places = {day.isoformat(): place for place, day in enumerate(days)}
        self.days = tuple(days)
        self.whole = Sum()
        self.areas: defaultdict[str, Sum] = defaultdict(Sum)
        self.units: defaultdict[str, Sum] = defaultdict(Sum)

    def copy(self) -> "Sums":
        """Give sums to which may be added without changing these."""
        copied = Sums(self._known, self.days)
        copied.whole = self.whole.copy()
        copied.areas.update((code, one.copy()) for code, one in self.areas.items())
        copied.units.update((code, one.copy()) for code, one in self.units.items())
        return copied

    def add_open(self, heaps: Iterable[Heap]) -> None:
        """Add what is open."""
        for heap in heaps:
            for one in self._of(heap):
                one.waiting += heap.waiting
                one.working += heap.reports - heap.waiting
                one.late += heap.late
                one.open_categories[heap.category] += heap.reports

    def add_received(self, heaps: Iterable[Heap]) -> None:
        """Add what came in, by day and category."""
        for heap in heaps:
            for one in self._of(heap):
                one.received[self._places[heap.day]] += heap.reports
                one.categories[heap.category] += heap.reports

    def add_solved(self, heaps: Iterable[Heap]) -> None:
        """Add what was solved, by day."""
        for heap in heaps:
            for one in self._of(heap):
                one.solved[self._places[heap.day]] += heap.reports

    def _of(self, heap: Heap) -> Iterator[Sum]:
        yield self.whole
        yield from (self.areas[code] for code in (heap.kota, heap.kecamatan, heap.kelurahan) if code)
        yield from (self.units[unit.code] for unit in climb(heap.unit, self._known))


class Reader:
    """Reads the city: today and what is open every time, the days before every few minutes, because they rest."""

    def __init__(self, store: Store, units: Callable[[], Mapping[str, Unit]], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._units = units
        self._clock = clock
        self._past = Kept(self._read_past, PAST_FRESH_SECONDS, PAST_STALE_SECONDS)

    def read(self) -> City:
        """Ask the store."""
        now, pulse = self._clock(), self._store.pulse
        past = self._past.value()
        if past.days[-1] != day_of(now):  # midnight
            past = self._read_past()
        sums, today, end = past.copy(), days_back(now, 1), days_back(now, 0)
        sums.add_open(pulse.open_now(now))
        sums.add_received(pulse.received(today, end))
        sums.add_solved(pulse.solved(today, end))
        last = tuple(pulse.last_solved(days_back(now, DAYS), SOLVED_SHOWN))
        return City(at=now, days=sums.days, whole=sums.whole, areas=sums.areas, units=sums.units, solved=last)

    def _read_past(self) -> Sums:
        now, pulse = self._clock(), self._store.pulse
        start, today = days_back(now, DAYS), days_back(now, 1)
        sums = Sums(self._units(), [day_of(start) + timedelta(days=n) for n in range(DAYS)])
        sums.add_received(pulse.received(start, today))
        sums.add_solved(pulse.solved(start, today))
        return sums


def keep_city(store: Store, units: Callable[[], Mapping[str, Unit]], clock: Callable[[], datetime]) -> Kept[City]:
    """Keep the figures; they are some seconds old."""
    return Kept(Reader(store, units, clock).read, FRESH_SECONDS, STALE_SECONDS)
