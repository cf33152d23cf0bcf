"""sessions: who is signed in; the browser holds a random token, the store only its hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from dengar.models import Record
from dengar.store.documents import Rows, Session, from_document

TOKEN_BYTES = 32
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
LONGEST_DEVICE = 200
_STALE = timedelta(minutes=5)  # a session's last use is written no more often


class SignedIn(Record, frozen=True, kw_only=True):
    """One session: `id` names it without opening it; `device` is what the browser calls itself."""

    id: str
    began_at: datetime
    ends_at: datetime
    device: str = ""
    address: str = ""

    @property
    def used_at(self) -> datetime:
        """Say when it was used last, to some minutes."""
        return max(self.began_at, self.ends_at - IDLE)


class Sessions:
    """Answers: who is signed in with this token."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def begin(self, name: str, now: datetime, device: str = "", address: str = "") -> str:
        """Sign a person in and give the token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        seen = {"device": device[:LONGEST_DEVICE], "address": address}
        row = {"_id": _hash(token), "name": name, "began_at": now, "ends_at": now + IDLE} | seen
        self._rows.insert_one(row)
        return token

    def find(self, token: str, now: datetime) -> str | None:
        """Give the name of who is signed in, and let the session live on; None when it has ended."""
        row = self._rows.find_one({"_id": _hash(token), "ends_at": {"$gt": now}})
        if row is None:
            return None
        until = min(now + IDLE, row["began_at"] + LONGEST)
        if until - row["ends_at"] > _STALE:
            self._rows.update_one({"_id": row["_id"]}, {"$set": {"ends_at": until}})
        return str(row["name"])

    def end(self, token: str) -> None:
        """Sign out."""
        self._rows.delete_one({"_id": _hash(token)})

    def of_person(self, name: str, now: datetime) -> list[SignedIn]:
        """Give where a person is signed in, the newest first."""
        rows = self._rows.find({"name": name, "ends_at": {"$gt": now}}).sort("began_at", -1)
        return [from_document(row | {"id": row["_id"]}, SignedIn) for row in rows]

    def is_of(self, token: str, session_id: str) -> bool:
        """Say whether this token opens this session."""
        return _hash(token) == session_id

    def end_one(self, name: str, session_id: str, session: Session = None) -> bool:
        """End one session of a person; False when there is none."""
        return bool(self._rows.delete_one({"_id": session_id, "name": name}, session=session).deleted_count)

    def end_all(self, name: str, session: Session = None, *, but: str = "") -> int:
        """Sign a person out everywhere, except with the token `but`; gives how many sessions there were."""
        chosen = {"name": name, "_id": {"$ne": _hash(but)}}
        return self._rows.delete_many(chosen, session=session).deleted_count


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
