"""The queues of the desk and of the units: a view of the reports, most urgent and longest waiting first."""

from datetime import datetime

from dengar.models import OPEN_STATES, DoubtKind, Record, Report
from dengar.store.documents import Document, Rows, from_document

IN_ORDER = [("rank", -1), ("received_at", 1), ("_id", 1)]
WAITS = {"needs_review.0": {"$exists": True}}
OPEN = {"state": {"$in": list(OPEN_STATES)}}


class Waiting(Record, frozen=True, kw_only=True):
    """How many reports of a kelurahan wait with just these kinds of doubts."""

    kel: str
    kinds: tuple[DoubtKind, ...]
    reports: int


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

    def overdue(self, now: datetime, unit: str | None, limit: int, area: str | None = None) -> list[Report]:
        """Give the open reports past a deadline, the longest overdue first: no first action in time, or no solution."""
        found: dict[str, tuple[datetime, Report]] = {}
        for by, late in _late(now):  # each in the order of its own index: sorting both together would read them all
            rows = self._rows.find(_running(unit, area) | late).sort(by, 1).limit(limit)
            for report in (from_document(row, Report) for row in rows):
                found.setdefault(report.number, (_due(report, by) or now, report))
        inorder = sorted(found.values(), key=lambda one: (one[0], one[1].number))
        return [report for _, report in inorder[:limit]]

    def soonest(self, unit: str, limit: int) -> list[Report]:
        """Give the open reports of a unit whose solution is due first."""
        rows = self._rows.find(dict(OPEN) | {"unit": unit}).hint("unit_due")
        return [from_document(row, Report) for row in rows.sort([("routing.resolve_by", 1), ("_id", 1)]).limit(limit)]

    def count_overdue(self, now: datetime, most: int) -> dict[str, int]:
        """Count the open reports past a deadline by kelurahan, up to `most` in all."""
        late = {"$or": [one for _, one in _late(now)]}
        stages: list[Document] = [{"$match": _running(None, None) | late}, {"$limit": most}, _tally("$kel")]
        return {row["_id"]: row["n"] for row in self._rows.aggregate(stages)}

    def count_by_kind(self, most: int) -> list[Waiting]:
        """Count what waits for a person by kelurahan and kinds of doubts, up to `most` in all."""
        by = {"kel": "$kel", "kinds": "$needs_review.kind"}
        stages: list[Document] = [{"$match": WAITS}, {"$limit": most}, _tally(by)]
        return [
            Waiting(kel=row["_id"]["kel"], kinds=tuple(dict.fromkeys(row["_id"]["kinds"])), reports=row["n"])
            for row in self._rows.aggregate(stages)
        ]

    def oldest_waiting(self, limit: int) -> list[Report]:
        """Give the reports that have waited longest for a person."""
        rows = self._rows.find(WAITS).hint("review_queue").sort("received_at", 1).limit(limit)
        return [from_document(row, Report) for row in rows]

    def dangers(self, since: datetime, limit: int) -> list[Report]:
        """Give the newest open reports of danger, received since then."""
        chosen = dict(OPEN) | {"received_at": {"$gte": since}, "urgency": "danger"}
        rows = self._rows.find(chosen).hint("open_received").sort("received_at", -1).limit(limit)
        return [from_document(row, Report) for row in rows]

    def received_by_hour(self, since: datetime) -> dict[datetime, int]:
        """Count the reports received since then, by the hour in which they were; hours without any are left out."""
        hour = {"$dateTrunc": {"date": "$received_at", "unit": "hour"}}
        stages: list[Document] = [
            {"$match": {"received_at": {"$gte": since}}},
            {"$group": {"_id": hour, "n": {"$sum": 1}}},
        ]
        return {row["_id"]: row["n"] for row in self._rows.aggregate(stages, hint="received_at_1")}

    def due(self, now: datetime, limit: int) -> list[str]:
        """Give the numbers of the reports at which the clock must look, the longest due first."""
        rows = self._rows.find({"due_at": {"$lte": now}}, {"_id": 1}).sort("due_at", 1).limit(limit)
        return [row["_id"] for row in rows]


def _running(unit: str | None, area: str | None) -> Document:
    return dict(OPEN) | {"pause": None} | ({"unit": unit} if unit else {}) | _within(area)


def _late(now: datetime) -> list[tuple[str, Document]]:
    """Give the deadlines, and what is past each."""
    unanswered = {"routing.respond_by": {"$lt": now}, "answered_at": None}
    return [("routing.resolve_by", {"routing.resolve_by": {"$lt": now}}), ("routing.respond_by", unanswered)]


def _due(report: Report, by: str) -> datetime | None:
    return report.routing.resolve_by if by == "routing.resolve_by" else report.routing.respond_by


def _tally(by: object) -> Document:
    return {"$group": {"_id": by, "n": {"$sum": 1}}}


def _within(area: str | None) -> Document:
    """Ask for codes that begin so; a pattern may hold no zero byte, which people can send."""
    return {"kel": {"$gte": area, "$lt": area + "\uffff"}} if area else {}


def _choose(kind: DoubtKind | None, area: str | None, unit: str | None) -> Document:
    chosen: Document = dict(OPEN) | {"unit": unit} if unit else dict(WAITS)
    if kind:
        chosen["needs_review.kind"] = kind
    return chosen | _within(area)
