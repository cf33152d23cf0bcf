"""relays: which events of reports were handled, told by a change stream and by the reports' versions.

The stream's place is saved after each batch. When the place is lost (a restored database, an oplog that has moved on),
what is missing is found by the reports' versions: events carry the time of what they tell, not that of their commit.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pymongo import UpdateOne
from pymongo.change_stream import CollectionChangeStream
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from dengar.models import Event, Record
from dengar.store.documents import Data, Document, from_document

BATCH = 500
REPORTS_AT_ONCE = 100
RELAY = "relay"


class Happened(Record, frozen=True, kw_only=True):
    """Some events, those of one report in order, and the stream's place behind them (None: not known yet)."""

    events: tuple[Event, ...]
    token: dict[str, Any] | None = None


class Relays:
    """Answers: what happened that was not handled yet."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def read(self) -> Iterator[Happened]:
        """Give what happened, batch by batch, until nothing is left; each is read again until it is kept."""
        row = self._data["relays"].find_one({"_id": RELAY})
        token = row.get("token") if row else None
        with self._data.client.start_session() as session:
            if token is None:
                yield from self._catch_up(session)
                return
            try:
                yield from self._follow(session, token)
            except OperationFailure:  # whatever is wrong with the place: to look at the versions is always right
                yield from self._catch_up(session)

    def keep(self, happened: Happened) -> None:
        """Note that these were handled."""
        marks = {event.report: event.seq + 1 for event in happened.events}
        writes: list[UpdateOne] = [
            UpdateOne({"_id": report}, {"$max": {"next": seq}}, upsert=True) for report, seq in marks.items()
        ]
        if writes:
            self._data["relayed"].bulk_write(writes, ordered=False)
        if happened.token is not None:
            self._data["relays"].update_one({"_id": RELAY}, {"$set": {"token": happened.token}}, upsert=True)

    def _follow(self, session: ClientSession, token: dict[str, Any]) -> Iterator[Happened]:
        with self._watch(session, token) as stream:
            while True:
                changes = list(islice(iter(stream.try_next, None), BATCH))
                events = tuple(from_document(change["fullDocument"], Event) for change in changes)
                yield Happened(events=events, token=dict(stream.resume_token or token))
                if not events:
                    return

    def _catch_up(self, session: ClientSession) -> Iterator[Happened]:
        """Find by the versions what was not handled; the new stream begins before that look, so nothing falls between.

        The session is causally consistent: what was written before the stream began is seen by the look.
        """
        with self._watch(session, None) as stream:
            stream.try_next()
            begun = dict(stream.resume_token or {})
        reports = self._behind(session)
        while page := dict(islice(reports, REPORTS_AT_ONCE)):
            yield Happened(events=tuple(self._events_behind(session, page)))
        yield Happened(events=(), token=begun)

    def _watch(self, session: ClientSession, token: dict[str, Any] | None) -> CollectionChangeStream[Document]:
        inserts: list[Document] = [{"$match": {"operationType": "insert"}}]
        return self._data["events"].watch(inserts, resume_after=token, max_await_time_ms=100, session=session)

    def _behind(self, session: ClientSession) -> Iterator[tuple[str, int]]:
        """Give the reports with events that were not handled, each with the number of those that were."""
        joined: Document = {"from": "relayed", "localField": "_id", "foreignField": "_id", "as": "relayed"}
        handled = {"$ifNull": [{"$first": "$relayed.next"}, 0]}
        stages: list[Document] = [
            {"$project": {"version": 1}},
            {"$lookup": joined},
            {"$project": {"version": 1, "next": handled}},
            {"$match": {"$expr": {"$gt": ["$version", "$next"]}}},
        ]
        rows = self._data["reports"].aggregate(stages, session=session)
        return ((row["_id"], row["next"]) for row in rows)

    def _events_behind(self, session: ClientSession, page: dict[str, int]) -> Iterator[Event]:
        wanted = {"$or": [{"report": report, "seq": {"$gte": seq}} for report, seq in page.items()]}
        rows = self._data["events"].find(wanted, session=session).sort([("report", 1), ("seq", 1)])
        return (from_document(row, Event) for row in rows)
