"""Run, gap, source state: what the scheduler leaves behind."""

from datetime import datetime

from dengar.models.record import Record

WENT_WELL = ("done", "empty")


class Run(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One run of one source; `outcome` is `running` until it ends, `crashed` when it never did.

    Other outcomes: done, empty, and the `outcome` of the error in `dengar.errors` that stopped it. `cost` is in US
    dollars.
    """

    id: str
    source: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = "running"
    items: int = 0
    poison: int = 0
    cost: float = 0.0
    error: str | None = None


class Silence(Record, frozen=True, kw_only=True):
    """Since when a source is quieter than it ever is by chance: so many messages came where `expected` usually do."""

    since: datetime
    expected: float
    came: int = 0


class Gap(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A window of a source that was not read and why; `closed_at` when it was filled later."""

    source: str
    since: datetime
    until: datetime
    cause: str
    noticed_at: datetime
    closed_at: datetime | None = None
