"""audit: who changed what in the administration, and who came in; lines are added, never changed."""

from datetime import datetime

from bson import ObjectId

from dengar.models import AuditEntry
from dengar.store.documents import Document, Rows, Session, from_document, to_document


class Audit:
    """Answers: who did this, and when. There is no way here to change or delete a line."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, entry: AuditEntry, session: Session = None) -> None:
        """Write a line."""
        self._rows.insert_one(to_document(entry) | {"kind": entry.kind}, session=session)

    def page(
        self, limit: int, before: tuple[datetime, str] | None = None, who: str | None = None
    ) -> list[tuple[str, AuditEntry]]:
        """Give the newest lines with their ids; `before` is the time and id of the last one seen.

        With `who` only those that a person wrote, or that are about them.
        """
        chosen: list[Document] = [{"$or": [{"by": who}, {"about": who}]}] if who else []
        if before is not None:
            at, last = before
            chosen.append({"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": ObjectId(last)}}]})
        rows = self._rows.find({"$and": chosen} if chosen else {}).sort([("at", -1), ("_id", -1)]).limit(limit)
        return [(str(row["_id"]), from_document(row, AuditEntry)) for row in rows]
