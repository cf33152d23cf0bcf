"""City: what is open, came in and was solved in every area and at every unit, kept and renewed in the background."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to show."""
        return not (self.open or any(self.received) or any(self.solved))


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """All sums at one moment: of the whole city, by area code and by unit code (with all units below)."""

    at: datetime
    days: tuple[date, ...]
    whole: Sum
    areas: Mapping[str, Sum]
    units: Mapping[str, Sum]
    solved: tuple[Report, ...]


def read_city(store: Store, units: Mapping[str, Unit], now: datetime) -> City:
    """Ask the store for everything."""
    start = days_back(now, DAYS)
    days = tuple(day_of(start) + timedelta(days=n) for n in range(DAYS))
    adder = _Adder(units, days)
    for heap in store.pulse.open_now(now):
        for one in adder.sums_of(heap):
            one.waiting += heap.waiting
            one.working += heap.reports - heap.waiting
            one.late += heap.late
            one.open_categories[heap.category] += heap.reports
    adder.add_days(store.pulse.received(start), "received")
    adder.add_days(store.pulse.solved(start), "solved")
    solved = tuple(store.pulse.last_solved(start, SOLVED_SHOWN))
    return City(at=now, days=days, whole=adder.whole, areas=adder.areas, units=adder.units, solved=solved)


class _Adder:
    """Adds heaps to all sums that they belong to."""

    def __init__(self, units: Mapping[str, Unit], days: Sequence[date]) -> None:
        self._known = units
        self._places = {day.isoformat(): place for place, day in enumerate(days)}
        self.whole = Sum()
        self.areas: defaultdict[str, Sum] = defaultdict(Sum)
        self.units: defaultdict[str, Sum] = defaultdict(Sum)

    def sums_of(self, heap: Heap) -> Iterator[Sum]:
        yield self.whole
        yield from (self.areas[code] for code in (heap.kota, heap.kecamatan, heap.kelurahan) if code)
        yield from (self.units[unit.code] for unit in climb(heap.unit, self._known))

    def add_days(self, heaps: Iterable[Heap], name: str) -> None:
        for heap in heaps:
            place = self._places.get(heap.day)
            if place is None:  # a clock that runs ahead of ours
                continue
            for one in self.sums_of(heap):
                getattr(one, name)[place] += heap.reports
                if name == "received":
                    one.categories[heap.category] += heap.reports


def keep_city(store: Store, units: Callable[[], Mapping[str, Unit]], clock: Callable[[], datetime]) -> Kept[City]:
    """Keep the figures; they are some seconds old."""
    return Kept(lambda: read_city(store, units(), clock()), FRESH_SECONDS, STALE_SECONDS)
