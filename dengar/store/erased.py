"""erased: keyed hashes of messages that were deleted, so that reading a source again does not bring them back."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne

from dengar.models import Item
from dengar.store.documents import Rows, Session


class Erased:
    """Answers: was this message deleted. Without the key nobody can tell from a hash whose message it was."""

    def __init__(self, rows: Rows, key: bytes) -> None:
        self._rows = rows
        self._key = key

    def keep(self, item_ids: Iterable[str], at: datetime, session: Session = None) -> None:
        """Remember that these were deleted."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": self._hash(item_id)}, {"$setOnInsert": {"at": at}}, upsert=True) for item_id in item_ids
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False, session=session)

    def leave_out(self, items: Sequence[Item]) -> list[Item]:
        """Give the items that were not deleted."""
        hashes = [self._hash(item.id) for item in items]
        gone = {row["_id"] for row in self._rows.find({"_id": {"$in": hashes}}, {"_id": 1})} if items else set()
        return [item for item, hashed in zip(items, hashes, strict=True) if hashed not in gone]

    def _hash(self, item_id: str) -> str:
        return hmac.new(self._key, item_id.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
