"""Months and days as Jakarta has them: all clocks are kept in UTC, what people count by the month is not."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")


def month_of(at: datetime) -> datetime:
    """Give the moment at which the month of `at` began."""
    return at.astimezone(JAKARTA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """Give the moment at which the month behind this one begins."""
    return month_of(month + timedelta(days=32))


def whole_months(since: datetime, until: datetime) -> Iterator[datetime]:
    """Give the months that lie wholly in [since, until)."""
    month = month_of(since)
    if month < since:
        month = next_month(month)
    while next_month(month) <= until:
        yield month
        month = next_month(month)


def day_of(at: datetime) -> date:
    """Give the day of `at`."""
    return at.astimezone(JAKARTA).date()
