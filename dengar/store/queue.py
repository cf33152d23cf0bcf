"""The queues of the desk and of the units: a view of the reports, most urgent and longest waiting first."""

import re
from datetime import datetime

from dengar.models import OPEN_STATES, DoubtKind, Report
from dengar.store.documents import Document, Rows, from_document

IN_ORDER = [("rank", -1), ("received_at", 1), ("_id", 1)]
WAITS = {"needs_review.0": {"$exists": True}}
OPEN = {"state": {"$in": list(OPEN_STATES)}}


class Queue:
    """Answers: what waits for a person, and what is late."""

    def __init__(self, reports: Rows) -> None:
        self._rows = reports

    def waiting(self, kind: DoubtKind | None, area: str | None, unit: str | None, limit: int) -> list[str]:
        """Give the numbers of reports that wait for somebody to take them up.

        Those with doubts are meant, or with `unit` the open ones of that unit on which it has not begun.
        """
        begun = {"answered_at": None, "pause": None} if unit else {}
        rows = self._rows.find(_choose(kind, area, unit) | begun, ["_id"]).sort(IN_ORDER).limit(limit)
        return [row["_id"] for row in rows]

    def page(self, kind: DoubtKind | None, area: str | None, unit: str | None, limit: int) -> list[Report]:
        """Give the reports with doubts, or with `unit` all open ones of that unit."""
        rows = self._rows.find(_choose(kind, area, unit)).sort(IN_ORDER).limit(limit)
        return [from_document(row, Report) for row in rows]

    def count(self, kind: DoubtKind | None, area: str | None, unit: str | None) -> int:
        """Count what waits."""
        return self._rows.count_documents(_choose(kind, area, unit))

    def overdue(self, now: datetime, unit: str | None, limit: int) -> list[Report]:
        """Give the open reports past a deadline, the latest first: no first action in time, or no solution."""
        running = dict(OPEN) | {"pause": None} | ({"unit": unit} if unit else {})
        late = [{"routing.resolve_by": {"$lt": now}}, {"routing.respond_by": {"$lt": now}, "answered_at": None}]
        rows = self._rows.find(running | {"$or": late}).sort([("due_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(row, Report) for row in rows]

    def soonest(self, unit: str, limit: int) -> list[Report]:
        """Give the open reports of a unit whose solution is due first."""
        rows = self._rows.find(dict(OPEN) | {"unit": unit}).hint("unit_due")
        return [from_document(row, Report) for row in rows.sort([("routing.resolve_by", 1), ("_id", 1)]).limit(limit)]

    def due(self, now: datetime, limit: int) -> list[str]:
        """Give the numbers of the reports at which the clock must look, the longest due first."""
        rows = self._rows.find({"due_at": {"$lte": now}}, {"_id": 1}).sort("due_at", 1).limit(limit)
        return [row["_id"] for row in rows]


def _choose(kind: DoubtKind | None, area: str | None, unit: str | None) -> Document:
    chosen: Document = dict(OPEN) | {"unit": unit} if unit else dict(WAITS)
    if kind:
        chosen["needs_review.kind"] = kind
    if area:
        chosen["kel"] = {"$regex": f"^{re.escape(area)}"}
    return chosen
