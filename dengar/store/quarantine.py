"""quarantine: items that could not be used, with their bytes, until someone has looked."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dengar.errors import DengarError
from dengar.models import Item, Quarantined, Record
from dengar.store.documents import Document, Rows, Session, from_document
from dengar.store.items import Items


class QuarantineLine(Record, frozen=True, kw_only=True):
    """What a list says of an entry: all but its bytes."""

    id: str
    channel: str
    reason: str
    at: datetime
    size: int
    media_type: str = ""


class Quarantine:
    """Answers: what could not be used, why, and what exactly was it."""

    def __init__(self, rows: Rows, items: Items) -> None:
        self._rows = rows
        self._items = items

    def keep(self, entries: Sequence[Quarantined], session: Session = None) -> None:
        """Put items aside with their reason; the same item again replaces its entry."""
        for entry in entries:
            row = self._items.to_row(entry.item, 0) | {
                "state": "quarantined",
                "reason": entry.reason,
                "traceback": entry.traceback,
                "at": entry.at,
                "size": len(entry.item.payload),
            }
            self._rows.replace_one({"_id": entry.item.id}, row, upsert=True, session=session)

    def release(self, item_id: str, session: Session = None) -> Item:
        """Take an item out, to be tried again."""
        row = self._rows.find_one_and_delete({"_id": item_id}, session=session)
        if row is None:
            raise DengarError(f"{item_id} is not in quarantine.")
        return self._items.from_row(row)

    def erase(self, item_ids: Sequence[str], session: Session = None) -> None:
        """Forget these items."""
        self._rows.delete_many({"_id": {"$in": list(item_ids)}}, session=session)

    def find_all(self, channel: str | None = None, limit: int = 0) -> Iterator[Quarantined]:
        """Give the entries, newest first (limit 0: all)."""
        chosen = {"channel": channel} if channel else {}
        for row in self._rows.find(chosen).sort("at", -1).limit(limit):
            yield self._read(row)

    def ids(self, channel: str | None = None) -> list[str]:
        """Give the ids of all entries, oldest first."""
        chosen = {"channel": channel} if channel else {}
        return [row["_id"] for row in self._rows.find(chosen, {"_id": 1}).sort("at")]

    def page(self, source: str, limit: int, before: tuple[datetime, str] | None = None) -> list[QuarantineLine]:
        """Give a source's entries without their bytes, newest first; `before` is the time and id of the last seen."""
        chosen: Document = {"source": source}
        if before is not None:
            at, last = before
            chosen["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]
        rows = self._rows.find(chosen, {"payload": 0, "traceback": 0}).sort([("at", -1), ("_id", -1)]).limit(limit)
        return [from_document(row | {"id": row["_id"]}, QuarantineLine) for row in rows]

    def find(self, source: str, item_id: str) -> Quarantined | None:
        """Give an entry of a source with its bytes."""
        row = self._rows.find_one({"_id": item_id, "source": source})
        return self._read(row) if row else None

    def ids_until(self, source: str, until: datetime, limit: int) -> list[str]:
        """Give ids of a source's entries from no later than `until`, the oldest first."""
        rows = self._rows.find({"source": source, "at": {"$lte": until}}, {"_id": 1}).sort("at", 1).limit(limit)
        return [row["_id"] for row in rows]

    def count_of(self, source: str, until: datetime | None = None) -> int:
        """Count a source's entries, those from no later than `until` when it is given."""
        return self._rows.count_documents({"source": source} | ({"at": {"$lte": until}} if until else {}))

    def count(self) -> int:
        """Count all entries."""
        return self._rows.count_documents({})

    def count_by_source(self) -> dict[str, int]:
        """Count the entries of each source."""
        groups = self._rows.aggregate([{"$group": {"_id": "$source", "n": {"$sum": 1}}}])
        return {group["_id"]: group["n"] for group in groups}

    def _read(self, row: Document) -> Quarantined:
        item = self._items.from_row(row)
        return Quarantined(item=item, reason=row["reason"], traceback=row["traceback"], at=row["at"])
