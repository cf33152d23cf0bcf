"""gaps: windows that no run could read."""

from datetime import datetime

from dengar.models import Gap
from dengar.store.documents import Rows, from_document, to_document


class Gaps:
    """Answers: what do we know that we do not know."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def note(self, gap: Gap) -> None:
        """Remember a gap; the same window again replaces it."""
        key = f"{gap.source}:{gap.since.isoformat()}:{gap.until.isoformat()}"
        self._rows.replace_one({"_id": key}, to_document(gap) | {"_id": key}, upsert=True)

    def close(self, source: str, since: datetime, until: datetime, at: datetime) -> None:
        """Mark the source's gaps that lie within [since, until) as filled."""
        inside = {"source": source, "since": {"$gte": since}, "until": {"$lte": until}}
        self._rows.update_many(inside | {"closed_at": {"$exists": False}}, {"$set": {"closed_at": at}})

    def find_since(self, start: datetime) -> list[Gap]:
        """Give the gaps, filled or not, that reach behind `start`."""
        return [from_document(row, Gap) for row in self._rows.find({"until": {"$gt": start}})]

    def find_open(self) -> list[Gap]:
        """Give the gaps that were never filled, newest first."""
        return [from_document(row, Gap) for row in self._rows.find({"closed_at": {"$exists": False}}).sort("since", -1)]
