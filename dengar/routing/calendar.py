"""Working days and office hours of Jakarta: weekends, public holidays, shared days off (cuti bersama), own exceptions.

Cuti bersama count as free: the ministers' decision (SKB 3 Menteri) closes offices on them as on holidays.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache

import msgspec

from dengar.models.record import WIB, Timeless

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = tuple[time, time]
# Perpres 21/2023: 37.5 hours a week beside the breaks, which are not taken out of a deadline.
OFFICE_HOURS: Mapping[str, Hours] = {day: (time(7, 30), time(16)) for day in WEEKDAYS[:4]} | {
    "fri": (time(7, 30), time(16, 30))
}


class Calendar(Timeless, frozen=True, kw_only=True):
    """When offices work: hours by weekday, closed days beside the holidays, open days in spite of all.

    An open day whose weekday has no hours has those of Monday, or of the first weekday that has some.
    """

    hours: Mapping[str, Hours] = msgspec.field(default_factory=lambda: OFFICE_HOURS)
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()

    def why_free(self, day: date) -> str | None:
        """Say why nobody works that day, in Indonesian; None for a working day."""
        if day in self.opened:
            return None
        if day in self.closed:
            return "Libur tambahan"
        holiday = holidays_of(day.year).get(day)
        if holiday is not None:
            return holiday
        return None if WEEKDAYS[day.weekday()] in self.hours else "Akhir pekan"

    def is_working(self, day: date) -> bool:
        """Say whether offices work that day."""
        return self.why_free(day) is None

    def office_hours(self, day: date) -> tuple[datetime, datetime] | None:
        """Give when offices open and close that day; None for a free one."""
        if not self.is_working(day):
            return None
        opens, closes = self.hours.get(WEEKDAYS[day.weekday()]) or self._ordinary_hours()
        return datetime.combine(day, opens, WIB), datetime.combine(day, closes, WIB)

    def working_day(self, count: int, after: date) -> date:
        """Give the working day with this number, from 1, behind a day."""
        for day in days_from(after + DAY):
            count -= self.is_working(day)
            if count <= 0:
                return day
        raise AssertionError  # days do not end

    def closing(self, day: date) -> datetime:
        """Give when offices close on a working day."""
        hours = self.office_hours(day)
        if hours is None:
            msg = f"{day} is no working day"
            raise ValueError(msg)
        return hours[1]

    def add_office_time(self, at: datetime, length: timedelta) -> datetime:
        """Give the moment when this much office time has gone by since then."""
        if length <= timedelta():
            return at
        for opens, closes in self._openings(at):
            if closes - opens >= length:
                return opens + length
            length -= closes - opens
        raise AssertionError  # days do not end

    def office_time(self, start: datetime, end: datetime) -> timedelta:
        """Give how much office time lies between two moments."""
        total = timedelta()
        for opens, closes in self._openings(start):
            if opens >= end:
                return total
            total += min(closes, end) - opens
        raise AssertionError  # days do not end

    def _openings(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give what is left of that day's office hours, then those of the days behind it, without end."""
        for day in days_from(at.astimezone(WIB).date()):
            hours = self.office_hours(day)
            if hours is not None and hours[1] > at:
                yield max(hours[0], at), hours[1]

    def _ordinary_hours(self) -> Hours:
        return next(self.hours[day] for day in WEEKDAYS if day in self.hours)


@cache
def holidays_of(year: int) -> Mapping[date, str]:
    """Give Indonesia's public holidays and cuti bersama of a year, with their Indonesian names."""
    from holidays import country_holidays

    return dict(country_holidays("ID", years=year, categories=("public", "government"), language="id"))


@cache
def knows_shared_leave(year: int) -> bool:
    """Say whether the cuti bersama of a year are known; the ministers decide upon them in the autumn before."""
    return any("Cuti Bersama" in name for name in holidays_of(year).values())


def days_from(day: date) -> Iterator[date]:
    """Give this day and all behind it."""
    while True:
        yield day
        day += DAY
