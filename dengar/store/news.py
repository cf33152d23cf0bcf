"""news: what changed among the reports, in the order of the commits, from MongoDB's change stream.

No counter and no clock is asked: a transaction that commits late comes late in the stream, whatever times it carries.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from pymongo.change_stream import ChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from dengar.errors import BadRequest
from dengar.models import Report, Selection
from dengar.store.documents import Document, Rows, from_document
from dengar.store.reports import Reports

# Of a token: too old for the oplog, of another database, unreadable, resumable no more.
TOKEN_CODES = frozenset({9, 260, 280, 286, 40415, 40647, 40649, 50795, 50811})
IDLE_MS = 500
MOST_READ = 5000
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
_UNREADABLE = "This cursor cannot be read: use one exactly as it was given, or none."
_PIPELINE = [{"$match": {"operationType": {"$in": ["insert", "replace", "update", "delete"]}}}]


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a reader stands: behind a token of the stream and, while everything is read first, behind a number."""

    token: bytes
    scanned: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One report that changed, None when it was deleted; who has read this far stands at `position`."""

    number: str
    report: Report | None
    position: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some news and the position behind them; `restarted`: everything comes again, from the beginning."""

    items: list[Item]
    position: str
    restarted: bool = False
    is_last: bool = False


class News:
    """Answers: what changed since I last asked, and what changes now."""

    def __init__(self, rows: Rows, reports: Reports) -> None:
        self._rows = rows
        self._reports = reports

    def position(self) -> str:
        """Give the position of now."""
        return _encode(Position(token=self._token()))

    def wait_position(self, is_over: Callable[[float], bool]) -> str | None:
        """Give the position of now as soon as MongoDB answers; None when it was over before."""
        while not is_over(0):
            try:
                return self.position()
            except PyMongoError:
                is_over(RETRY_SECONDS[1])
        return None

    def read(self, position: str | None, limit: int, selection: Selection) -> Page:
        """Give what changed behind a position, each report once in its newest version; None reads everything first.

        Whoever reads on until a page is the last one has missed nothing. When the database remembers no more what
        happened since, everything is read again (`restarted`). Raises BadRequest for what is no position.
        """
        if position is None:
            return self._scan(Position(token=self._token(), scanned=""), limit, selection)
        place = _decode(position)
        if place.scanned is not None:
            return self._scan(place, limit, selection)
        try:
            return self._read_changes(place, limit)
        except OperationFailure as error:
            if error.code not in TOKEN_CODES:
                raise
        again = self._scan(Position(token=self._token(), scanned=""), limit, selection)
        return Page(items=again.items, position=again.position, restarted=True, is_last=again.is_last)

    def follow(self, position: str, is_over: Callable[[float], bool]) -> Iterator[Item | None]:
        """Give every change behind a position as it is committed; None when some could not be found any more.

        Survives MongoDB's absence. `is_over(seconds)` waits that long and says whether to end.
        """
        tries = 0
        while not is_over(0):
            try:
                for item in self._follow(position, is_over):
                    tries = 0
                    position = item.position
                    yield item
            except PyMongoError as error:
                if isinstance(error, OperationFailure) and error.code in TOKEN_CODES:
                    position = self.position()
                    yield None
                elif is_over(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]):
                    return
                tries += 1

    def _follow(self, position: str, is_over: Callable[[float], bool]) -> Iterator[Item]:
        with self._watch(_decode(position).token, IDLE_MS) as stream:
            while not is_over(0):
                change = stream.try_next()
                if change is not None:
                    yield _item(change, _encode(Position(token=_token_of(stream))))

    def _read_changes(self, place: Position, limit: int) -> Page:
        found: dict[str, Item] = {}
        with self._watch(place.token, 1) as stream:
            is_over = False
            for _ in range(MOST_READ):
                change = stream.try_next() if len(found) < limit else None
                if change is None:
                    is_over = len(found) < limit
                    break
                item = _item(change, "")
                found.pop(item.number, None)
                found[item.number] = item
            token = _token_of(stream)
        newer = self._newer(found)
        items = [item for number, item in found.items() if number not in newer]
        return Page(items=items, position=_encode(Position(token=token)), is_last=is_over and not newer)

    def _newer(self, found: dict[str, Item]) -> set[str]:
        """Name those that have grown since: a later change, which is still to be read, brings the newest version."""
        versions = self._rows.find({"_id": {"$in": list(found)}}, {"version": 1})
        return {row["_id"] for row in versions if (old := found[row["_id"]].report) and old.version < row["version"]}

    def _scan(self, place: Position, limit: int, selection: Selection) -> Page:
        reports = self._reports.after(place.scanned or "", selection, limit)
        scanned = reports[-1].number if len(reports) == limit else None
        items = [Item(number=report.number, report=report) for report in reports]
        return Page(items=items, position=_encode(Position(token=place.token, scanned=scanned)))

    def _watch(self, token: bytes | None, wait_ms: int) -> ChangeStream[Document]:
        after = {"_data": token.hex().upper()} if token else None
        return self._rows.watch(
            _PIPELINE, full_document="updateLookup", resume_after=after, max_await_time_ms=wait_ms, batch_size=500
        )

    def _token(self) -> bytes:
        with self._watch(None, 1) as stream:
            stream.try_next()
            return _token_of(stream)


def check_position(text: str) -> str:
    """Give the position back; raises BadRequest when it is none."""
    _decode(text)
    return text


def _item(change: dict[str, Any], position: str) -> Item:
    row = change.get("fullDocument")
    report = from_document(row, Report) if row else None
    return Item(number=change["documentKey"]["_id"], report=report, position=position)


def _token_of(stream: ChangeStream[Document]) -> bytes:
    return bytes.fromhex((stream.resume_token or {"_data": ""})["_data"])


def _encode(place: Position) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def _decode(text: str) -> Position:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        place = msgspec.msgpack.decode(raw, type=Position)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadRequest(_UNREADABLE) from error
    if not place.token:
        raise BadRequest(_UNREADABLE)
    return place
