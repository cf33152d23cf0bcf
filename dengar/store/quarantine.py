"""quarantine: items that could not be used, with their bytes, until someone has looked."""

from collections.abc import Iterator, Sequence

from dengar.errors import DengarError
from dengar.models import Item, Quarantined
from dengar.store.documents import Rows, Session
from dengar.store.items import Items


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
            yield Quarantined(
                item=self._items.from_row(row), reason=row["reason"], traceback=row["traceback"], at=row["at"]
            )

    def ids(self, channel: str | None = None) -> list[str]:
        """Give the ids of all entries, oldest first."""
        chosen = {"channel": channel} if channel else {}
        return [row["_id"] for row in self._rows.find(chosen, {"_id": 1}).sort("at")]

    def count(self) -> int:
        """Count all entries."""
        return self._rows.count_documents({})

    def count_by_source(self) -> dict[str, int]:
        """Count the entries of each source."""
        groups = self._rows.aggregate([{"$group": {"_id": "$source", "n": {"$sum": 1}}}])
        return {group["_id"]: group["n"] for group in groups}
