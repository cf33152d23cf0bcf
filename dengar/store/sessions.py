"""sessions: who is signed in; the browser holds a random token, the store only its hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from dengar.store.documents import Rows

TOKEN_BYTES = 32
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_STALE = timedelta(minutes=5)  # a session's last use is written no more often


class Sessions:
    """Answers: who is signed in with this token."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def begin(self, name: str, now: datetime) -> str:
        """Sign a person in and give the token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = {"_id": _hash(token), "name": name, "began_at": now, "ends_at": now + IDLE}
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

    def end_all(self, name: str) -> int:
        """Sign a person out everywhere; gives how many sessions there were."""
        return self._rows.delete_many({"name": name}).deleted_count


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
