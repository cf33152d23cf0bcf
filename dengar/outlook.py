"""What is to be expected of every source: when it is read next, what usually comes, and what it may still use."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dengar.habits import Habits
from dengar.ingest.protocol import Limits, Source
from dengar.models import BudgetUse, HourCount, SourceOutlook
from dengar.silence import HOUR, Usual
from dengar.store import Store
from dengar.timetable import make_timetable

HOURS_SHOWN = 24


def make_outlooks(store: Store, sources: Sequence[Source], habits: Habits, now: datetime) -> dict[str, SourceOutlook]:
    """Look at every configured source."""
    begin = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - (HOURS_SHOWN - 1) * HOUR
    counts, usual = store.tallies.since(begin), habits.usual(now)
    return {
        one.name: SourceOutlook(
            name=one.name,
            is_pulled=one.is_pulled,
            next_run=_next_run(one, now),
            hours=tuple(_hours(counts.get(one.name, {}), usual.get(one.name), begin)),
            budgets=tuple(_budgets(store, one, now)),
        )
        for one in sources
    }


def _next_run(source: Source, now: datetime) -> datetime | None:
    timetable = make_timetable(source.settings) if source.settings.enabled else None
    return timetable.get_next_fire_time(None, now) if timetable else None


def _hours(counts: Mapping[datetime, int], usual: Usual | None, begin: datetime) -> Iterator[HourCount]:
    for at in (begin + timedelta(hours=n) for n in range(HOURS_SHOWN)):
        rate = usual.rates[at.weekday() * 24 + at.hour] if usual else None
        yield HourCount(at=at, came=counts.get(at, 0), usual=rate)


def _budgets(store: Store, source: Source, now: datetime) -> Iterator[BudgetUse]:
    limits: Limits = source.settings.budget
    if limits == Limits():
        return  # most sources cost nothing: they need no look
    today, month = store.spending.on_day(source.name, now), store.spending.in_month(source.name, now)
    uses = (
        ("posts", "day", today.posts, limits.posts_per_day),
        ("posts", "month", month.posts, limits.posts_per_month),
        ("money", "day", today.money, limits.money_per_day),
        ("money", "month", month.money, limits.money_per_month),
    )
    for what, span, used, allowed in uses:
        if allowed is not None:
            yield BudgetUse(what=what, span=span, used=used, allowed=allowed)  # type: ignore[arg-type]
