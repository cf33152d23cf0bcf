"""events: the append-only history of every report."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from pymongo import ReplaceOne

from dengar.models import Event
from dengar.store.documents import Rows, Session, from_document, to_document


class Events:
    """Answers: what happened to this report."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def append(self, events: Sequence[Event], session: Session) -> None:
        """Write new events; the unique id refuses a second event with the same number."""
        if events:
            self._rows.insert_many([to_document(event) | {"_id": event.id} for event in events], session=session)

    def blank(self, events: Sequence[Event], session: Session) -> None:
        """Replace events by what is left of them: the one change of the past that a deletion demands."""
        writes = [ReplaceOne({"_id": event.id}, to_document(event) | {"_id": event.id}) for event in events]
        if writes:
            self._rows.bulk_write(writes, session=session)

    def reports_with(self, posts: Sequence[str]) -> list[str]:
        """Name the reports in whose history one of these posts stands."""
        known = {"$in": list(posts)}
        return sorted(self._rows.distinct("report", {"$or": [{"voice.post_id": known}, {"posts": known}]}))

    def since(self, report: str, seq: int) -> list[Event]:
        """Give the history of a report from this place on."""
        rows = self._rows.find({"report": report, "seq": {"$gte": seq}}).sort("seq", 1)
        return [from_document(row, Event) for row in rows]

    def of_report(self, number: str) -> list[Event]:
        """Give a report's events in order."""
        return [from_document(row, Event) for row in self._rows.find({"report": number}).sort("seq")]

    def received_since(self, since: datetime) -> Iterator[Event]:
        """Give the event that opened each report received since then, oldest first."""
        rows = self._rows.find({"at": {"$gte": since}, "kind": "received"}).sort("at", 1)
        return (from_document(row, Event) for row in rows)

    def count_received(self, since: datetime) -> int:
        """Count the reports received since then."""
        return self._rows.count_documents({"at": {"$gte": since}, "kind": "received"})

    def verified(self, posts: Collection[str]) -> set[str]:
        """Say which of these posts of RT/RW heads were found true."""
        rows = self._rows.find({"posts": {"$in": list(posts)}, "kind": "verified"}, {"posts": 1}) if posts else ()
        return {post for row in rows for post in row["posts"]} & set(posts)

    def find_all(self, ids: Sequence[str]) -> dict[str, Event]:
        """Give these events by their ids."""
        return {row["_id"]: from_document(row, Event) for row in self._rows.find({"_id": {"$in": list(ids)}})}

    def all_in_order(self) -> Iterator[Event]:
        """Give every event, report by report."""
        return (from_document(row, Event) for row in self._rows.find().sort([("report", 1), ("seq", 1)]))
