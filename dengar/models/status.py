"""Status: how the whole is doing, for the command line, the status page and other programs."""

from datetime import datetime

from dengar.models.record import Record
from dengar.models.run import Gap, Run


class SourceStatus(Record, frozen=True, kw_only=True, omit_defaults=False):
    """One source: its last run, whether a person must act (`ails`, one sentence), and what lies in quarantine."""

    name: str
    collector: str
    enabled: bool
    every: str | None = None
    is_pushed: bool = False
    last_run: Run | None = None
    quarantined: int = 0
    ails: str | None = None


class Status(Record, frozen=True, kw_only=True, omit_defaults=False):
    """The state of one Dengar at `at`; `problems` are sentences that an operator can act on."""

    at: datetime
    version: str
    store_ready: bool
    model: str | None = None
    scheduler: str | None = None
    posts: int = 0
    reports: int = 0
    waiting: int = 0
    review: int = 0
    quarantined: int = 0
    sources: tuple[SourceStatus, ...] = ()
    gaps: tuple[Gap, ...] = ()
    problems: tuple[str, ...] = ()
