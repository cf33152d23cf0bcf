"""Job: what somebody asked for on a page and the scheduler does."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record

# read: read a source now; fill: read a window of it again; replay: try what is in quarantine again
JobKind = Literal["read", "fill", "replay"]
JobState = Literal["waiting", "running", "done", "failed"]


class Job(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of work for the leading scheduler, which does it a few seconds at a time.

    `since` and `until` are the window of a `fill`; `done` counts messages, `total` how many there are where that is
    known; `stepped_at` is when the scheduler was at it last.
    """

    id: str
    kind: JobKind
    source: str
    asked_by: str
    asked_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    state: JobState = "waiting"
    done: int = 0
    total: int | None = None
    stepped_at: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None
