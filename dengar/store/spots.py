"""What maps ask of the reports: how many there are in each kelurahan, and which lie in a view."""

from collections.abc import Collection
from datetime import datetime

from pymongo.errors import ExecutionTimeout

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, Place, Record, Report, Selection, State, Urgency
from dengar.store.documents import Document, Rows, from_document
from dengar.store.selecting import make_query

MOST_MS = 20_000
NO_KELURAHAN = "_"
_ORDER = [("created_at", -1), ("_id", -1)]


class Dot(Record, frozen=True, kw_only=True):
    """What a map shows of a report."""

    number: str
    title: str
    category: str | None = None
    state: State
    urgency: Urgency
    place: Place
    created_at: datetime


class Spots:
    """Answers: how many where, and which in this view; of what everybody may see."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def count(self, selection: Selection) -> dict[str, int]:
        """Count a selection by kelurahan; "_" counts those of which none is known."""
        steps = [{"$match": make_query(selection)}, {"$group": {"_id": "$kel", "n": {"$sum": 1}}}]
        options: Document = {"hint": "near"} if _is_open(selection) and not selection.category else {}
        try:
            return {row["_id"]: row["n"] for row in self._rows.aggregate(steps, None, maxTimeMS=MOST_MS, **options)}
        except ExecutionTimeout as error:
            raise _too_much() from error

    def find(
        self,
        selection: Selection,
        kelurahan: Collection[str],
        limit: int,
        behind: tuple[datetime, str] | None = None,
    ) -> list[Report]:
        """Give the newest of a selection in these kelurahan, behind a time and number when named."""
        query = _ask(selection, kelurahan)
        if behind is not None:
            at, number = behind
            query["$or"] = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": number}}]
        return [from_document(row, Report) for row in self._read(query, {}, selection, limit)]

    def dots(self, selection: Selection, kelurahan: Collection[str], limit: int) -> list[Dot]:
        """Give what a map shows of the newest of a selection in these kelurahan that have a point."""
        query = _ask(selection, kelurahan) | {"place.lat": {"$type": "number"}}
        wanted = dict.fromkeys(Dot.__struct_fields__, 1)
        return [from_document(row, Dot) for row in self._read(query, wanted, selection, limit)]

    def _read(self, query: Document, wanted: Document, selection: Selection, limit: int) -> list[Document]:
        rows = self._rows.find(query, wanted).sort(_ORDER).limit(limit).max_time_ms(MOST_MS)
        if _is_open(selection):
            rows = rows.hint("near")  # the open ones are few: the sort must not make MongoDB walk through all by time
        try:
            return list(rows)
        except ExecutionTimeout as error:
            raise _too_much() from error


def _ask(selection: Selection, kelurahan: Collection[str]) -> Document:
    return make_query(selection) | {"kel": {"$in": list(kelurahan)}}


def _is_open(selection: Selection) -> bool:
    return selection.state == "open" or selection.state in OPEN_STATES


def _too_much() -> BadRequest:
    return BadRequest("Too many reports would have to be read: choose a category, an area or a time.", status=503)
