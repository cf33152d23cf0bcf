"""Staff: a person who works with reports, and what they may do."""

import hashlib
import secrets
from datetime import datetime
from typing import Literal, get_args

from dengar.models.record import Record

KEY_BYTES = 24

# petugas: an officer of one unit; verifikator: checks what units closed (Biro Pemerintahan); analis: labels and trains;
# humas: the communications team; auditor: reads everything, changes nothing; pelapor: who said it, by the key of a
# tracking number
Role = Literal["operator", "petugas", "verifikator", "analis", "humas", "admin", "auditor", "pelapor"]
ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "pelapor")  # of people who sign in


class Staff(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A person: the name under which they act, their role, and the unit of an officer.

    `area` (a code, or how codes begin) narrows what somebody sees to a part of the city.
    `key_hash` is the SHA-256 of the key with which they call the API (hex), `password_hash` the argon2id hash of the
    password with which they sign in; who left has an `ended_at`. `must_renew`: somebody else made the password, and it
    opens nothing but the page on which they choose their own. `is_demo`: they exist only while the sample day is shown.
    """

    name: str
    role: Role
    unit: str | None = None
    area: str | None = None
    key_hash: str
    password_hash: str | None = None
    added_at: datetime
    ended_at: datetime | None = None
    must_renew: bool = False
    is_demo: bool = False


def hash_key(key: str) -> str:
    """Give what is stored of a key; keys are long and random, so that one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_key() -> str:
    """Make a key for the API."""
    return secrets.token_urlsafe(KEY_BYTES)
