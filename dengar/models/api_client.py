"""ApiClient: a program of others that may post reports."""

from datetime import datetime

from dengar.models.record import Record


class ApiClient(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An integrator: the name of their program, how to reach them, and the SHA-256 of their key (hex).

    Whose key was taken away has an `ended_at`.
    """

    name: str
    contact: str
    key_hash: str
    added_at: datetime
    ended_at: datetime | None = None
