"""Who is how responsive: the deeds of units and people, from the store, ranked."""

from datetime import datetime, timedelta

from dengar.models import Record
from dengar.models.months import month_of
from dengar.routing.ranking import Ranked, gather, rank_all
from dengar.store import Store

STAFF = "staff"
MONTHS_BACK = 2


class Ranking(Record, frozen=True, kw_only=True):
    """The rows of one level, best first, and of which reports they speak: received in [since, until)."""

    level: str
    since: datetime
    until: datetime
    rows: tuple[Ranked, ...]
    names: dict[str, str]


def usual_start(now: datetime) -> datetime:
    """Give the beginning of the month two before this one."""
    month = month_of(now)
    for _ in range(MONTHS_BACK):
        month = month_of(month - timedelta(days=1))
    return month


def compare(store: Store, level: str, since: datetime, until: datetime, now: datetime) -> Ranking:
    """Rank the units of a kind, or `staff`, by the reports that were received in [since, until)."""
    if level == STAFF:
        people = store.performance.of_staff(since, until, now)
        return Ranking(level=level, since=since, until=until, rows=tuple(rank_all(people)), names={})
    units = store.units.find_all()
    rows = rank_all(gather(store.performance.of_units(since, until, now), units, level))
    names = {row.code: units[row.code].name for row in rows}
    return Ranking(level=level, since=since, until=until, rows=tuple(rows), names=names)
