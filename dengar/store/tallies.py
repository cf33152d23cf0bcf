"""tallies: how many new messages each source brought in each hour and altogether, by which silence is recognised."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from pymongo import UpdateOne

from dengar.models import Item, Record
from dengar.store.documents import Data, Document, from_document


class Total(Record, frozen=True, kw_only=True):
    """All messages that a source ever brought, and when the last one came."""

    items: int
    last: datetime


class Tallies:
    """Answers: how much does this source usually bring at this time of the week."""

    def __init__(self, data: Data) -> None:
        self._rows = data["tallies"]
        self._totals = data["totals"]

    def count(self, items: Sequence[Item]) -> None:
        """Count new items in the hour in which we saw them."""
        seen = Counter((item.source, item.observed_at.replace(minute=0, second=0, microsecond=0)) for item in items)
        writes: list[UpdateOne] = [
            UpdateOne(
                {"_id": f"{source}:{hour:%Y-%m-%dT%H}"},
                {"$inc": {"items": count}, "$set": {"source": source, "hour": hour}},
                upsert=True,
            )
            for (source, hour), count in seen.items()
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False)
            self._add_up(items)

    def _add_up(self, items: Sequence[Item]) -> None:
        counts = Counter(item.source for item in items)
        for source, count in counts.items():
            last = max(item.observed_at for item in items if item.source == source)
            self._totals.update_one({"_id": source}, {"$inc": {"items": count}, "$max": {"last": last}}, upsert=True)

    def totals(self) -> dict[str, Total]:
        """Give the total of every source."""
        return {row["_id"]: from_document(row, Total) for row in self._totals.find()}

    def since(self, start: datetime) -> dict[str, dict[datetime, int]]:
        """Give the counts of every source by hour (UTC); an hour without any message has no entry."""
        found: dict[str, dict[datetime, int]] = defaultdict(dict)
        row: Document
        for row in self._rows.find({"hour": {"$gte": start}}):
            found[row["source"]][row["hour"].astimezone(UTC)] = row["items"]
        return dict(found)
