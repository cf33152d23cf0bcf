"""Leader: the account of an RT's or RW's head, known by its pseudonym alone."""

from datetime import datetime

from dengar.models.record import Record


class Leader(Record, frozen=True, kw_only=True, omit_defaults=True):
    """For whom an account reports: `kel` is the kelurahan's code; an RW's own head has no `rt`."""

    author: str
    channel: str
    kel: str
    rw: str
    rt: str = ""
    added_at: datetime
