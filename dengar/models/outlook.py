"""Outlook: what is to be expected of a source, beside what came."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record


class HourCount(Record, frozen=True, kw_only=True):
    """The messages that came in the hour from `at`, and how many usually do (None: not known yet)."""

    at: datetime
    came: int
    usual: float | None = None


class BudgetUse(Record, frozen=True, kw_only=True):
    """What was used of a limit: posts, or US dollars, of this day or month (UTC)."""

    what: Literal["posts", "money"]
    span: Literal["day", "month"]
    used: float
    allowed: float


class SourceOutlook(Record, frozen=True, kw_only=True):
    """One source: when it is read next (None: not by the clock), its hours, and its budgets."""

    name: str
    is_pulled: bool
    next_run: datetime | None = None
    hours: tuple[HourCount, ...] = ()
    budgets: tuple[BudgetUse, ...] = ()
