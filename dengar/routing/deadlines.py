"""Durations in words, and the moments at which they end.

- "24 hours": the clock never stops.
- "8 office hours": only office hours of working days count; what begins outside of them begins when offices open.
- "5 working days": the first working day behind the day of receipt (in WIB, whatever the hour) is day 1; it ends when
  offices close on day 5. So what came on a Friday and what came on the Saturday behind it end at the same moment.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from dengar.models import WIB
from dengar.models.record import Timeless
from dengar.routing.calendar import Calendar, days_from

_WORDS = re.compile(r"(\d{1,4}) (hour|office hour|working day)s?")
Kind = Literal["hour", "office hour", "working day"]
_KINDS: dict[str, Kind] = {"hour": "hour", "office hour": "office hour", "working day": "working day"}


class Duration(Timeless, frozen=True, kw_only=True):
    """How long something may take."""

    count: int
    kind: Kind

    def __str__(self) -> str:
        return f"{self.count} {self.kind}{'' if self.count == 1 else 's'}"

    def end(self, at: datetime, calendar: Calendar) -> datetime:
        """Give the moment at which it is over when it begins then; nothing at all ends at once."""
        if self.count == 0:
            return at
        if self.kind == "hour":
            return at + timedelta(hours=self.count)
        if self.kind == "office hour":
            return calendar.add_office_time(at, timedelta(hours=self.count))
        return calendar.closing(calendar.working_day(self.count, at.astimezone(WIB).date()))

    def move(self, end: datetime, since: datetime, at: datetime, calendar: Calendar) -> datetime:
        """Give the new end after the clock stood still from `since` to `at`.

        What was left is counted on: hours by the clock, everything else in office time, to the minute. An end that was
        missed before stays missed.
        """
        if end <= since:
            return end
        if self.kind == "hour":
            return end + (at - since)
        return calendar.add_office_time(at, calendar.office_time(since, end))


class Counted(Timeless, frozen=True, kw_only=True):
    """One day on the way to a deadline: why it is free, or how much of the duration is behind when it ends."""

    day: date
    free: str | None
    behind: float


def parse_duration(text: str) -> Duration:
    """Read "24 hours", "8 office hours" or "5 working days"; raises ValueError for anything else."""
    found = _WORDS.fullmatch(text.strip())
    if found is None:
        msg = f"{text!r} is no duration: write for example '24 hours', '8 office hours' or '5 working days'"
        raise ValueError(msg)
    return Duration(count=int(found[1]), kind=_KINDS[found[2]])


def count_days(duration: Duration, at: datetime, calendar: Calendar) -> Iterator[Counted]:
    """Tell day by day, from the day of receipt, how a duration in office hours or working days is counted."""
    end = duration.end(at, calendar)
    behind = 0.0
    for day in days_from(at.astimezone(WIB).date()):
        behind += _counts(duration, day, at, end, calendar)
        yield Counted(day=day, free=calendar.why_free(day), behind=behind)
        if day >= end.astimezone(WIB).date():
            return


def _counts(duration: Duration, day: date, at: datetime, end: datetime, calendar: Calendar) -> float:
    hours = calendar.office_hours(day)
    if hours is None:
        return 0
    if duration.kind == "working day":
        return day > at.astimezone(WIB).date()
    return max(min(hours[1], end) - max(hours[0], at), timedelta()) / timedelta(hours=1)
