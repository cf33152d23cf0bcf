"""pulse: what is open, came in and was solved, by area, unit and category; only of what everybody may see."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dengar.models import OPEN_STATES, Report
from dengar.models.months import JAKARTA
from dengar.models.record import Timeless
from dengar.store.documents import Document, Rows, from_document
from dengar.store.queue import IN_ORDER
from dengar.store.selecting import SHOWN

BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_SEEN: Document = {name: value for name, value in SHOWN.items() if name != "state"}
_WAITING = ["menunggu", "dibuka_lagi"]
_LOOKED_AT = 300  # of the reports that were solved last


class Heap(Timeless, frozen=True, kw_only=True):
    """So many reports of one category that one unit has in one place; `day` (2026-11-21) is Jakarta's, "" of open ones.

    Codes are "" where they are not known. Of open ones `waiting` are those on which nobody has begun, and `late` those
    past the time by which they should be solved.
    """

    day: str = ""
    kota: str = ""
    kecamatan: str = ""
    kelurahan: str = ""
    unit: str = ""
    category: str = ""
    reports: int
    waiting: int = 0
    late: int = 0


class Pulse:
    """Answers: how much is open in each place, and how much came in and was solved on each day.

    Every answer reads as many reports as it counts: ask now and then, and keep it.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def open_now(self, now: datetime) -> list[Heap]:
        """Add up what is open; while a reporter is asked, nothing is late."""
        late = {"$and": [{"$gt": ["$routing.resolve_by", None]}, {"$lt": ["$routing.resolve_by", now]}]}
        counts = {
            "waiting": _sum({"$in": ["$state", _WAITING]}),
            "late": _sum({"$and": [late, {"$not": {"$gt": ["$pause", None]}}]}),
        }
        chosen = {"state": {"$in": list(OPEN_STATES)}, "received_at": {"$gte": BEGINNING}, **_SEEN}
        return self._add_up(chosen, "open_received", {}, counts)

    def received(self, since: datetime, until: datetime) -> list[Heap]:
        """Add up what came in during [since, until), by day."""
        chosen = {"received_at": {"$gte": since, "$lt": until}, **SHOWN}
        return self._add_up(chosen, "received_at_1", _day("$received_at"), {})

    def solved(self, since: datetime, until: datetime) -> list[Heap]:
        """Add up what was solved during [since, until), by day."""
        chosen = {
            "updated_at": {"$gte": since},
            "closed_at": {"$gte": since, "$lt": until},
            "state": "selesai",
            **_SEEN,
        }
        return self._add_up(chosen, "changed", _day("$closed_at"), {})

    def _add_up(self, chosen: Document, index: str, day: Document, counts: Document) -> list[Heap]:
        place = {level: {"$ifNull": [f"$place.{level}_code", ""]} for level in ("kota", "kecamatan", "kelurahan")}
        others = {name: {"$ifNull": [f"${name}", ""]} for name in ("unit", "category")}
        group = {"_id": {**day, **place, **others}, "reports": {"$sum": 1}, **counts}
        found = self._rows.aggregate([{"$match": chosen}, {"$group": group}], hint=index)
        return [from_document(row["_id"] | row, Heap) for row in found]

    def last_solved(self, since: datetime, limit: int) -> list[Report]:
        """Give reports that were solved since then: those with photos of before and after first, the newest first."""
        chosen = {"updated_at": {"$gte": since}, "closed_at": {"$gte": since}, "state": "selesai", **_SEEN}
        rows = self._rows.find(chosen).hint("changed").sort([("updated_at", -1), ("_id", -1)]).limit(_LOOKED_AT)
        reports = [from_document(row, Report) for row in rows]
        return sorted(reports, key=lambda one: not (one.photos and one.proof))[:limit]

    def newest_of_areas(self, kelurahan: Iterable[str], limit: int) -> list[Report]:
        """Give the newest reports of these kelurahan."""
        chosen = {"kel": {"$in": list(kelurahan)}, **SHOWN}
        rows = self._rows.find(chosen).hint("area_feed").sort([("created_at", -1), ("_id", -1)]).limit(limit)
        return [from_document(row, Report) for row in rows]

    def open_of_units(self, units: Iterable[str], limit: int) -> list[Report]:
        """Give the open reports of these units, most urgent and longest waiting first."""
        chosen = {"unit": {"$in": list(units)}, "state": {"$in": list(OPEN_STATES)}, **_SEEN}
        rows = self._rows.find(chosen).hint("unit_queue").sort(IN_ORDER).limit(limit)
        return [from_document(row, Report) for row in rows]


def _day(field: str) -> Document:
    return {"day": {"$dateToString": {"date": field, "format": "%Y-%m-%d", "timezone": "Asia/Jakarta"}}}


def _sum(condition: object) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def days_back(now: datetime, days: int) -> datetime:
    """Give the moment at which the first of so many days began in Jakarta, of which today is the last."""
    return now.astimezone(JAKARTA).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
