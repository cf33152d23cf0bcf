"""reports: one row a problem, always equal to the fold of its events."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, ExecutionTimeout

from dengar.errors import BadRequest, ChangedMeanwhile
from dengar.models import OPEN_STATES, Event, Report, Selection
from dengar.store.documents import Document, Rows, Session, from_document, to_document
from dengar.store.selecting import SHOWN, make_query

DECODED_KEPT = 20_000
TAKEN = 11000  # MongoDB: this key exists
MOST_MS = 20_000
QUICK_MS = 300
MOST_STEPS = 8  # from a duplicate to the report that goes on
Order: TypeAlias = Literal["created_at", "updated_at"]
MOST_FOUND = 5000
MOST_OF_SHELF = 12  # more reports of one category in one kelurahan are no clue any more

Shelf = tuple[str, str | None]


class Reports:
    """Answers: which reports are new, open, near, or known under this number."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._decoded: dict[str, Report] = {}

    def save(self, reports: Sequence[Report], events: Iterable[Event], session: Session) -> None:
        """Write reports that grew by `events`; raises ChangedMeanwhile when somebody else changed one."""
        grown = Counter(event.report for event in events)
        writes = [self._write(report, report.version - grown[report.number]) for report in reports]
        if not writes:
            return
        done = self._rows.bulk_write(writes, ordered=False, session=session)
        if done.inserted_count + done.matched_count != len(writes):
            raise ChangedMeanwhile("A report was changed by another process while this batch was judged.")

    def find(self, number: str) -> Report | None:
        """Find a report by its own number or by any tracking number that joined it."""
        row = self._rows.find_one({"numbers": number})
        return from_document(row, Report) if row else None

    def find_own(self, number: str) -> Report | None:
        """Find a report by its own number."""
        row = self._rows.find_one({"_id": number})
        return from_document(row, Report) if row else None

    def going_on(self, report: Report) -> Report:
        """Give the report that goes on where this one is a duplicate, also of a duplicate."""
        for _ in range(MOST_STEPS):
            ahead = self.find_own(report.duplicate_of) if report.duplicate_of else None
            if ahead is None:
                break
            report = ahead
        return report

    def find_all(self, numbers: Iterable[str]) -> list[Report]:
        """Give these reports."""
        return [from_document(row, Report) for row in self._rows.find({"_id": {"$in": list(numbers)}})]

    def find_readable(self, numbers: Iterable[str]) -> list[Report]:
        """Give those of these reports whose rows have today's shape."""
        rows = self._rows.find({"_id": {"$in": list(numbers)}})
        found = (_read(row) for row in rows)
        return [report for report in found if report is not None]

    def replace_same_version(self, reports: Sequence[Report]) -> None:
        """Write reports over rows of the same version, or where a row is lost; one that grew meanwhile stays."""
        writes = [
            ReplaceOne({"_id": one.number, "version": one.version}, to_document(one), upsert=True) for one in reports
        ]
        try:
            self._rows.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != TAKEN for one in error.details["writeErrors"]):
                raise

    def find_open(self, traits: Collection[str], shelves: Iterable[Shelf], since: datetime) -> list[Report]:
        """Give the open reports, spoken of since then, that have one of these traits or stand on one of these shelves.

        Of the traits the newest MOST_FOUND are given, of each shelf (kelurahan code and category) the newest few.
        """
        spoken = {"state": {"$in": list(OPEN_STATES)}, "last_voice_at": {"$gte": since}}
        found = self._versions({"traits": {"$in": list(traits)}, **spoken}, "kin", "last_voice_at", MOST_FOUND)
        for kel, category in shelves:
            shelf = {"kel": kel, "category": category, **spoken}
            found |= self._versions(shelf, "near", "created_at", MOST_OF_SHELF)
        return self._decode(found)

    def find_done(self, shelves: Collection[Shelf], since: datetime) -> list[Report]:
        """Give the newest reports of these shelves that were closed as done since then."""
        if not shelves:
            return []
        wanted = [{"kel": kel, "category": category, "closed_at": {"$gte": since}} for kel, category in shelves]
        return self._decode(self._versions({"state": "selesai", "$or": wanted}, "done", "closed_at", MOST_FOUND))

    def closed_by(self, unit: str, since: datetime, limit: int) -> list[Report]:
        """Give what a unit closed as done since then, the newest first."""
        chosen = {"unit": unit, "state": "selesai", "closed_at": {"$gte": since}}
        rows = self._rows.find(chosen).hint("unit_done").sort("closed_at", -1).limit(limit)
        return [from_document(row, Report) for row in rows]

    def _versions(self, chosen: Document, index: str, newest: str, limit: int) -> dict[str, int]:
        # Without the hint the sort makes MongoDB walk through all reports by their time.
        rows = self._rows.find(chosen, {"version": 1}).hint(index).sort(newest, -1).limit(limit)
        return {row["_id"]: row["version"] for row in rows}

    def _decode(self, versions: Mapping[str, int]) -> list[Report]:
        """Give reports; each is decoded once a version, because every batch asks for nearly the same ones.

        Threads share them: a table that became too long is left to those who read it, never emptied.
        """
        kept = self._decoded if len(self._decoded) <= DECODED_KEPT else {}
        known = {key: kept[key].version for key in versions if key in kept}
        stale = [key for key, version in versions.items() if known.get(key) != version]
        kept.update({report.number: report for report in self.find_all(stale)})
        self._decoded = kept
        return [kept[key] for key in versions if key in kept]

    def newest(self, limit: int = 50, kel: str | None = None, category: str | None = None) -> list[Report]:
        """Give the newest reports that everybody may see, of one kelurahan or category when named."""
        chosen: Document = {"is_hidden": {"$ne": True}, "state": {"$ne": "duplikat"}}
        if kel:
            chosen["kel"] = kel
        if category:
            chosen["category"] = category
        rows = self._rows.find(chosen).sort([("created_at", -1), ("_id", -1)]).limit(limit)
        return [from_document(row, Report) for row in rows]

    def open_now(self, category: str, since: datetime, limit: int) -> list[Report]:
        """Give the newest open reports of a category that were spoken of since then, without those that are hidden."""
        chosen = {
            "category": category,
            "state": {"$in": list(OPEN_STATES)},
            "last_voice_at": {"$gte": since},
            "is_hidden": {"$ne": True},
        }
        rows = self._rows.find(chosen).hint("now").sort("last_voice_at", -1).limit(limit)
        return [from_document(row, Report) for row in rows]

    def select(
        self,
        selection: Selection,
        limit: int,
        by: Order = "created_at",
        behind: tuple[datetime, str] | None = None,
        *,
        skip: int = 0,
    ) -> list[Report]:
        """Give those of a selection that everybody may see, newest first, behind a time and number when named.

        `skip` passes over so many, which costs time with their number: `behind` does not.
        """
        query = make_query(selection)
        if behind is not None:
            at, number = behind
            query["$or"] = [{by: {"$lt": at}}, {by: at, "_id": {"$lt": number}}]
            query[by] = {"$lte": at}  # the index begins here; with `$or` alone it is read from its start
        return self._ask(query, [(by, -1), ("_id", -1)], limit, skip)

    def stream(self, selection: Selection, page: int = 2000) -> Iterator[list[Report]]:
        """Give all of a selection that everybody may see, by number, page by page.

        Every page is a question of its own, so that a slow reader holds nothing open.
        """
        behind = ""
        while rows := self.after(behind, selection, page):
            yield rows
            behind = rows[-1].number

    def after(self, number: str, selection: Selection, limit: int) -> list[Report]:
        """Give the next of a selection that everybody may see, behind a number."""
        query = make_query(selection) | {"_id": {"$gt": number}}
        return self._ask(query, [("_id", 1)], limit)

    def _ask(self, query: Document, order: list[tuple[str, int]], limit: int, skip: int = 0) -> list[Report]:
        """Ask for what anybody may ask; raises BadRequest when nothing but reading everything would answer it."""
        rows = self._rows.find(query).sort(order).skip(skip).limit(limit).max_time_ms(MOST_MS)
        try:
            return [from_document(row, Report) for row in rows]
        except ExecutionTimeout as error:
            told = "Too few reports among too many are what this filter asks for: narrow it by category, kel or time."
            raise BadRequest(told, status=503) from error

    def count_selected(self, selection: Selection) -> int:
        """Count those of a selection that everybody may see."""
        return self._rows.count_documents(make_query(selection))

    def count_quickly(self, selection: Selection) -> int | None:
        """Count those of a selection that everybody may see; None when that would take long."""
        try:
            return self._rows.count_documents(make_query(selection), maxTimeMS=QUICK_MS)
        except ExecutionTimeout:
            return None

    def find_shown(self, number: str) -> Report | None:
        """Find a report by its own number that everybody may see."""
        row = self._rows.find_one(SHOWN | {"_id": number})
        return from_document(row, Report) if row else None

    def changed_at(self) -> datetime | None:
        """Say when anything happened last to any report."""
        row = self._rows.find_one({}, {"updated_at": 1}, sort=[("updated_at", -1), ("_id", -1)])
        return row["updated_at"] if row else None

    def holds_back(self, photo: str) -> bool:
        """Say whether a hidden report shows this photo."""
        chosen = {"is_hidden": True, "$or": [{"photos": photo}, {"proof": photo}]}
        return self._rows.find_one(chosen, {"_id": 1}) is not None

    def count(self) -> int:
        """Count all reports, from the collection's own bookkeeping."""
        return self._rows.estimated_document_count()

    def count_review(self) -> int:
        """Count the reports that wait for a person's decision."""
        return self._rows.count_documents({"needs_review.0": {"$exists": True}})

    def _write(self, report: Report, version: int) -> InsertOne[Document] | ReplaceOne[Document]:
        row = to_document(report) | {"_id": report.number}
        return InsertOne(row) if version == 0 else ReplaceOne({"_id": report.number, "version": version}, row)


def _read(row: Document) -> Report | None:
    try:
        return from_document(row, Report)
    except msgspec.ValidationError:
        return None
