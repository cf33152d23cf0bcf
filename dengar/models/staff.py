"""Staff: a person who works with reports, and what they may do."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record

# petugas: an officer of one unit; verifikator: checks what units closed (Biro Pemerintahan); pelapor: who said it, by
# the key of a tracking number
Role = Literal["operator", "petugas", "verifikator", "admin", "pelapor"]


class Staff(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A person: the name under which they act, their role, and the unit of an officer.

    `key_hash` is the SHA-256 of the key with which they call the API (hex); who left has an `ended_at`.
    """

    name: str
    role: Role
    unit: str | None = None
    key_hash: str
    added_at: datetime
    ended_at: datetime | None = None
