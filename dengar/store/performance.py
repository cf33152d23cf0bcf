"""deeds: what was done about the reports of each month, by unit; so that a ranking need not read all reports."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from dengar.models import OPEN_STATES
from dengar.models.deeds import Deeds, bucket_of
from dengar.models.months import month_of, next_month, whole_months
from dengar.store.documents import Data, Document, from_document, to_document

FRESH = timedelta(minutes=5)
MARGIN = timedelta(minutes=15)  # what a transaction writes is seen later than the time that stands in it
HOUR_MS = 3_600_000
COUNTS = ("cases", "done", "answerable", "answered", "overdue", "rejected", "reopened", "ratings", "stars")
COUNTED_DONE = ["selesai", "ditolak"]  # a duplicate is counted with the report that it repeats


class Performance:
    """Answers: what did each unit, and each person, do about the reports that were received in a stretch of time.

    Reports that are over are added up by month in `deeds`; a month of which a report changed is made anew, so that
    nothing is ever subtracted. Open reports are counted when asked, because time alone makes them late. What was closed
    or opened again in the last five minutes may be missing or stand there twice.
    """

    def __init__(self, data: Data) -> None:
        self._reports = data["reports"]
        self._rows = data["deeds"]
        self._marks = data["meta"]

    def of_units(self, since: datetime, until: datetime, now: datetime) -> list[tuple[str, Deeds]]:
        """Give the deeds of units for the reports received in [since, until); a unit may stand there several times."""
        self.refresh(now)
        if until >= now:  # nothing was received later: this month counts as a whole
            until = next_month(month_of(now))
        months = list(whole_months(since, until))
        found = [
            (row["unit"], from_document(row["deeds"], Deeds)) for row in self._rows.find({"month": {"$in": months}})
        ]
        edges = [(since, months[0]), (next_month(months[-1]), until)] if months else [(since, until)]
        for start, end in edges:
            if start < end:
                found += self._count(_received(start, end) | {"state": {"$in": COUNTED_DONE}}, "unit", now).items()
        found += self._count(_received(since, until) | {"state": {"$in": list(OPEN_STATES)}}, "unit", now).items()
        return found

    def of_staff(self, since: datetime, until: datetime, now: datetime) -> dict[str, Deeds]:
        """Give the deeds of the people who moved the reports received in [since, until) last."""
        states = {"$in": [*OPEN_STATES, *COUNTED_DONE]}
        return self._count(_received(since, until) | {"state": states}, "handled_by", now)

    def refresh(self, now: datetime) -> int:
        """Make the months anew of which a report changed since the last time; gives how many.

        Within five minutes nothing is done: adding up a month of 83,000 reports takes seconds.
        """
        mark = self._marks.find_one({"_id": "deeds"})
        if mark and now - FRESH < mark["seen"] <= now:
            return 0
        months = self._touched(mark["seen"] - MARGIN if mark else None)
        for month in months:
            self._make_month(month, now)
        self._marks.update_one({"_id": "deeds"}, {"$max": {"seen": now}}, upsert=True)
        return len(months)

    def _touched(self, since: datetime | None) -> list[datetime]:
        month = {"$dateTrunc": {"date": "$received_at", "unit": "month", "timezone": "Asia/Jakarta"}}
        changed = {"updated_at": {"$gte": since}} if since else {}
        groups = self._reports.aggregate([{"$match": changed}, {"$group": {"_id": month}}])
        return sorted(month_of(group["_id"]) for group in groups)

    def _make_month(self, month: datetime, now: datetime) -> None:
        chosen = _received(month, next_month(month)) | {"state": {"$in": COUNTED_DONE}}
        rows = [
            {"_id": f"{month:%Y-%m} {unit}", "month": month, "unit": unit, "deeds": to_document(deeds)}
            for unit, deeds in self._count(chosen, "unit", now).items()
        ]

        def write(session: ClientSession) -> None:
            self._rows.delete_many({"month": month}, session=session)
            if rows:
                self._rows.insert_many(rows, session=session)

        with self._rows.database.client.start_session() as session:
            session.with_transaction(write)

    def _count(self, chosen: Document, field: str, now: datetime) -> dict[str, Deeds]:
        """Add up the chosen reports by unit or person."""
        shown = {"is_hidden": {"$ne": True}}  # what is held back counts when it is shown again
        stages = [{"$match": chosen | shown | {field: {"$type": "string"}}}, *_judge(field, now)]
        parts: defaultdict[str, list[Document]] = defaultdict(list)
        for group in self._reports.aggregate(stages):
            parts[group["_id"]["of"]].append(group)
        return {of: _make_deeds(groups) for of, groups in parts.items()}


def _received(since: datetime, until: datetime) -> Document:
    return {"received_at": {"$gte": since, "$lt": until}}


def _judge(field: str, now: datetime) -> Iterator[Document]:
    """Give the stages that say of each report what is told in Deeds, and add up."""
    is_done = {"$in": ["$state", COUNTED_DONE]}
    rests = {"$gt": ["$pause", None]}  # the clock stands still while the reporter is asked
    respond_by, resolve_by = "$routing.respond_by", "$routing.resolve_by"
    had_at = {"$ifNull": ["$routed_at", "$received_at"]}
    yield {
        "$project": {
            "of": f"${field}",
            "category": {"$ifNull": ["$category", "_"]},
            "is_done": is_done,
            "answered": {"$lte": [{"$ifNull": ["$answered_at", now]}, respond_by]},
            "is_answered": {"$gt": ["$answered_at", None]},
            "has_answer_due": {"$gt": [respond_by, None]},
            "overdue": {"$and": [{"$not": is_done}, {"$not": rests}, _behind(now, resolve_by)]},
            "ended_late": {"$and": [is_done, _behind("$closed_at", resolve_by)]},
            "was_reopened": {"$gt": ["$reopened", 0]},
            "has_deadline": {"$gt": [resolve_by, None]},
            "rejected": {"$eq": ["$state", "ditolak"]},
            "rating": 1,
            "answer": {"$subtract": ["$answered_at", had_at]},
            "solution": {"$cond": [{"$eq": ["$state", "selesai"]}, {"$subtract": ["$closed_at", had_at]}, None]},
        }
    }
    yield {"$set": {"late": {"$or": ["$ended_late", "$overdue", "$was_reopened"]}}}
    in_time = {"$and": ["$is_done", "$has_deadline", {"$not": "$rejected"}]}
    answerable = {"$and": ["$has_answer_due", {"$or": ["$is_answered", {"$not": "$answered"}]}]}
    yield {
        "$group": {
            "_id": {"of": "$of", "category": "$category"},
            "cases": {"$sum": 1},
            "done": _sum("$is_done"),
            "answerable": _sum(answerable),
            "answered": _sum({"$and": [answerable, "$answered"]}),
            "overdue": _sum("$overdue"),
            "late": _sum("$late"),
            "settled": _sum({"$or": ["$late", in_time]}),
            "rejected": _sum("$rejected"),
            "reopened": _sum("$was_reopened"),
            "ratings": _sum({"$gt": ["$rating", None]}),
            "stars": {"$sum": "$rating"},
            "answers": {"$push": "$answer"},
            "solutions": {"$push": "$solution"},
        }
    }


def _behind(at: object, deadline: str) -> Document:
    return {"$and": [{"$gt": [deadline, None]}, {"$gt": [at, deadline]}]}


def _sum(condition: object) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _make_deeds(groups: list[Document]) -> Deeds:
    return Deeds(
        **{name: sum(group[name] for group in groups) for name in COUNTS},
        by_category={group["_id"]["category"]: (group["settled"], group["late"]) for group in groups},
        answers=_fill_buckets(groups, "answers"),
        solutions=_fill_buckets(groups, "solutions"),
    )


def _fill_buckets(groups: list[Document], name: str) -> dict[str, int]:
    buckets: defaultdict[str, int] = defaultdict(int)
    for group in groups:
        for milliseconds in group[name]:
            if milliseconds is not None:
                buckets[bucket_of(milliseconds / HOUR_MS)] += 1
    return dict(buckets)
