"""deliveries: what each target must get of what happened, and what became of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import UpdateOne

from dengar.models import UNSETTLED, Delivery, DeliveryState
from dengar.store.documents import Document, Rows, from_document, to_document

_UNSETTLED: Document = {"state": {"$in": list(UNSETTLED)}}


class Deliveries:
    """Answers: what is due for this target, in the order of each report."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Put deliveries in; one that was ever put in under the same id stays as it is."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": one.id}, {"$setOnInsert": _row(one)}, upsert=True) for one in deliveries
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False)

    def find_due(self, target: str, now: datetime, limit: int) -> list[Delivery]:
        """Give the first unsettled delivery of each report, where it is due now; the longest due come first.

        A dead letter is unsettled: what stands behind it waits until a person has replayed or dropped it.
        """
        heads: list[Document] = [
            {"$match": {"target": target, **_UNSETTLED}},
            {"$sort": {"report": 1, "seq": 1}},
            {"$group": {"_id": "$report", "id": {"$first": "$_id"}, **_first("state", "due_at", "seq")}},
            {"$match": {"state": "waiting", "due_at": {"$lte": now}}},
            {"$sort": {"due_at": 1, "_id": 1}},
            {"$limit": limit},
        ]
        ids = [row["id"] for row in self._rows.aggregate(heads, hint="line")]
        found = {row["_id"]: from_document(row, Delivery) for row in self._rows.find({"_id": {"$in": ids}})}
        return [found[one] for one in ids if one in found]

    def save(self, tried: Sequence[tuple[Delivery, Delivery]]) -> None:
        """Write what became of deliveries, each given before and after; one that somebody else changed stays so."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": old.id, "state": old.state, "attempts": old.attempts, "since": old.since}, _set(new))
            for old, new in tried
        ]
        self._rows.bulk_write(writes, ordered=False)

    def hasten(self, target: str, now: datetime) -> None:
        """Make all that waits for this target due: it answers again."""
        later = {"target": target, "state": "waiting", "due_at": {"$gt": now}}
        self._rows.update_many(later, {"$set": {"due_at": now}})

    def replay(self, ids: Iterable[str], now: datetime) -> int:
        """Let dead letters be tried anew; gives their number."""
        fresh = {"state": "waiting", "since": now, "due_at": now, "attempts": 0}
        return self._rows.update_many({"_id": {"$in": list(ids)}, "state": "dead"}, {"$set": fresh}).modified_count

    def drop(self, ids: Iterable[str], now: datetime) -> int:
        """Give deliveries up that are not sent, so that those behind them go on; gives their number."""
        chosen = {"_id": {"$in": list(ids)}, **_UNSETTLED}
        return self._rows.update_many(chosen, {"$set": {"state": "dropped", "settled_at": now}}).modified_count

    def find_all(self, state: DeliveryState, target: str | None = None, limit: int = 1000) -> list[Delivery]:
        """Give the deliveries in a state, of one target when named, oldest first."""
        chosen: Document = {"state": state} | ({"target": target} if target else {})
        rows = self._rows.find(chosen).sort([("due_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(row, Delivery) for row in rows]

    def page(self, state: DeliveryState, limit: int, after: tuple[datetime, str] | None = None) -> list[Delivery]:
        """Give the deliveries in a state, oldest first; `after` is when the last one seen was due, and its id."""
        chosen: Document = {"state": state}
        if after is not None:
            due_at, last = after
            chosen["$or"] = [{"due_at": {"$gt": due_at}}, {"due_at": due_at, "_id": {"$gt": last}}]
        rows = self._rows.find(chosen).sort([("due_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(row, Delivery) for row in rows]

    def of_report(self, number: str) -> list[Delivery]:
        """Give what was to be delivered of a report, in the order of its history."""
        rows = self._rows.find({"report": number}).sort([("seq", 1), ("_id", 1)])
        return [from_document(row, Delivery) for row in rows]

    def count_unsettled(self) -> dict[str, dict[DeliveryState, int]]:
        """Count what waits and what is dead, by target."""
        by = {"target": "$target", "state": "$state"}
        counts: dict[str, dict[DeliveryState, int]] = {}
        for row in self._rows.aggregate([{"$match": _UNSETTLED}, {"$group": {"_id": by, "n": {"$sum": 1}}}]):
            counts.setdefault(row["_id"]["target"], {})[row["_id"]["state"]] = row["n"]
        return counts


def _first(*fields: str) -> Document:
    return {field: {"$first": f"${field}"} for field in fields}


def _row(delivery: Delivery) -> Document:
    return to_document(delivery) | {"state": delivery.state, "attempts": delivery.attempts}


def _set(delivery: Delivery) -> Document:
    gone = {name: "" for name in ("error", "settled_at") if getattr(delivery, name) is None}
    return {"$set": _row(delivery)} | ({"$unset": gone} if gone else {})
