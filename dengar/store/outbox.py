"""outbox: what is to be told to people, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReturnDocument, UpdateOne

from dengar.models import OutboxMessage
from dengar.store.documents import Rows, Session, from_document, to_document


class Outbox:
    """Answers: what is due, and was this said already. A message under way is never taken a second time."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, messages: Iterable[OutboxMessage], session: Session = None) -> None:
        """Put messages in; one that was ever put in under the same id stays as it is."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": one.id}, {"$setOnInsert": to_document(one) | {"state": one.state}}, upsert=True)
            for one in messages
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False, session=session)

    def take(self, now: datetime, sources: Sequence[str]) -> OutboxMessage | None:
        """Take the next message that is due for one of these sources; it is `sending` from now on."""
        due = {"state": "pending", "due_at": {"$lte": now}, "source": {"$in": list(sources)}}
        change = {"$set": {"state": "sending", "taken_at": now}, "$inc": {"attempts": 1}}
        row = self._rows.find_one_and_update(
            due, change, sort=[("due_at", 1), ("_id", 1)], return_document=ReturnDocument.AFTER
        )  # fmt: skip
        return from_document(row, OutboxMessage) if row else None

    def save(self, message: OutboxMessage) -> None:
        """Write what became of a message that was taken."""
        self._rows.update_one(
            {"_id": message.id}, {"$set": to_document(message) | {"state": message.state, "error": message.error}}
        )

    def give_up_on(self, before: datetime) -> int:
        """Mark what has been under way since before then: its sender died, and nobody knows whether it arrived."""
        lost = {"state": "sending", "taken_at": {"$lt": before}}
        words = "The sender died while this was under way: it was perhaps sent, and is not sent again."
        return self._rows.update_many(lost, {"$set": {"state": "unsure", "error": words}}).modified_count

    def forget(self, item_ids: Sequence[str], session: Session = None) -> None:
        """Drop what was to be told to the authors of these items."""
        self._rows.delete_many({"item_id": {"$in": list(item_ids)}}, session=session)

    def count_by_state(self) -> dict[str, int]:
        """Count the messages in each state."""
        groups = self._rows.aggregate([{"$group": {"_id": "$state", "n": {"$sum": 1}}}])
        return {group["_id"]: group["n"] for group in groups}

    def find_stuck(self, limit: int = 20) -> list[OutboxMessage]:
        """Give the newest messages that nobody will send, for a person to look at."""
        stuck = {"state": {"$in": ["failed", "unsure"]}}
        return [from_document(row, OutboxMessage) for row in self._rows.find(stuck).sort("made_at", -1).limit(limit)]
