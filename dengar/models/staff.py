"""Staff: a person who works with reports, and what they may do."""

import hashlib
from datetime import datetime
from typing import Literal

from dengar.models.record import Record

# petugas: an officer of one unit; verifikator: checks what units closed (Biro Pemerintahan); analis: labels and trains;
# humas: the communications team; auditor: reads everything, changes nothing; pelapor: who said it, by the key of a
# tracking number
Role = Literal["operator", "petugas", "verifikator", "analis", "humas", "admin", "auditor", "pelapor"]


class Staff(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A person: the name under which they act, their role, and the unit of an officer.

    `area` (a code, or how codes begin) narrows what somebody sees to a part of the city.
    `key_hash` is the SHA-256 of the key with which they call the API (hex), `password_hash` the argon2id hash of the
    password with which they sign in; who left has an `ended_at`.
    """

    name: str
    role: Role
    unit: str | None = None
    area: str | None = None
    key_hash: str
    password_hash: str | None = None
    added_at: datetime
    ended_at: datetime | None = None


def hash_key(key: str) -> str:
    """Give what is stored of a key; keys are long and random, so that one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()
