"""cursors: how far each source was read, and whether it stands still until a person has looked."""

from datetime import datetime
from typing import TypeVar

import msgspec
from pymongo.errors import DuplicateKeyError

from dengar.errors import LeaseLost
from dengar.models import Record
from dengar.store.documents import Rows, Session, from_document, to_document

C = TypeVar("C", bound=msgspec.Struct)


class Pause(Record, frozen=True, kw_only=True):
    """A time in which a source was or is left alone, and why."""

    since: datetime
    until: datetime
    reason: str


class Cursors:
    """Answers: where does this source go on, and may it."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def find(self, source: str, kind: type[C]) -> tuple[C, int]:
        """Give the source's cursor and its version; a source never read gives an empty cursor and version 0."""
        row = self._rows.find_one({"_id": source, "version": {"$exists": True}})
        return (from_document(row["cursor"], kind), row["version"]) if row else (kind(), 0)

    def save(self, source: str, cursor: msgspec.Struct, version: int, session: Session) -> int:
        """Move the cursor on from `version`; raises LeaseLost when somebody else has moved it."""
        expected = {"_id": source, "version": version or {"$exists": False}}
        change = {"$set": {"cursor": to_document(cursor), "version": version + 1}}
        try:
            done = self._rows.update_one(expected, change, upsert=version == 0, session=session)
        except DuplicateKeyError:
            done = None
        if done is None or not (done.matched_count or done.upserted_id):
            raise LeaseLost(f"The cursor of {source} was moved by another process.")
        return version + 1

    def forget(self, source: str) -> None:
        """Forget how far something was read that is read to its end once."""
        self._rows.delete_one({"_id": source})

    def pause(self, source: str, until: datetime, *, since: datetime, reason: str) -> None:
        """Leave the source alone until then: it asked for it, or its budget is spent."""
        pause = {"not_before": until, "paused_at": since, "pause_reason": reason}
        self._rows.update_one({"_id": source}, {"$set": pause}, upsert=True)

    def paused_until(self, source: str) -> datetime | None:
        """Say until when the source wants to be left alone."""
        row = self._rows.find_one({"_id": source}, {"not_before": 1})
        return row.get("not_before") if row else None

    def pauses(self) -> dict[str, Pause]:
        """Give the newest pause of every source that ever had one."""
        rows = self._rows.find({"paused_at": {"$exists": True}})
        return {
            row["_id"]: Pause(since=row["paused_at"], until=row["not_before"], reason=row["pause_reason"])
            for row in rows
        }

    def stop(self, source: str, reason: str) -> None:
        """Keep the source still until a person starts it again."""
        self._rows.update_one({"_id": source}, {"$set": {"stopped": reason}}, upsert=True)

    def resume(self, source: str) -> None:
        """Let the source go on."""
        self._rows.update_one({"_id": source}, {"$unset": {"stopped": ""}})

    def stopped(self) -> dict[str, str]:
        """Give the stopped sources with their reasons."""
        return {row["_id"]: row["stopped"] for row in self._rows.find({"stopped": {"$exists": True}})}
