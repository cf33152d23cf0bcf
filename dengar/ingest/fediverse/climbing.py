"""Reading a timeline upward, page by page from the oldest status that is missing.

`min_id` asks for what comes right behind an id; `since_id` would begin with the newest and skip the middle
(mastodon/mastodon#5819). A short page is not the last one, because an instance leaves out what it hides: only one
without anything newer is.
"""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from dengar.errors import Poison
from dengar.ingest.fediverse.asking import Instance
from dengar.ingest.fediverse.statuses import (
    PUBLIC,
    Notification,
    Status,
    first_id,
    read_number,
    read_status,
    span_of_ids,
)
from dengar.ingest.protocol import Budget, Clock, Window
from dengar.models import Record

LARGEST_PAGE = 40
# What comes late from other instances may be numbered by when it was written.
OVERLAP = span_of_ids(timedelta(minutes=15))


class Line(Record, frozen=True, kw_only=True):
    """A timeline: its name in the cursor, and how it is asked for."""

    name: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    is_mentions: bool = False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The highest number read, and the statuses in the overlap below it, with when they were edited."""

    high: int = 0
    seen: dict[str, str] = msgspec.field(default_factory=dict)


class Found(Record, frozen=True, kw_only=True):
    """What is new on a page, and what cannot be read, with the reason."""

    statuses: tuple[tuple[Status, bytes], ...] = ()
    poison: tuple[tuple[str, bytes], ...] = ()


class _Entry(Record, frozen=True, kw_only=True):
    """An entry of a timeline: its number there, and its bytes.

    Without a status it is empty, or broken for a reason.
    """

    payload: bytes
    number: int = 0
    status: Status | None = None
    reason: str = ""


class Climb:
    """A run through one timeline."""

    def __init__(self, instance: Instance, line: Line, window: Window | None, clock: Clock) -> None:
        self._instance = instance
        self._line = line
        self._window = window
        self._clock = clock

    def read(self, place: Place, first_days: int, budget: Budget) -> Iterator[tuple[Found, Place]]:
        """Read page by page; each comes with the place that is true once it is stored."""
        at = self._start(place, first_days)
        while True:
            budget.ask()
            entries = self._fetch(at, budget.posts)
            budget.spend(len(entries))
            high = max((one.number for one in entries), default=0)
            poison = tuple((one.reason, one.payload) for one in entries if one.reason)
            if high <= at and not poison:
                return
            statuses = tuple((one.status, one.payload) for one in entries if one.status and self._is_wanted(one, place))
            place = self._advance(place, entries, high)
            yield Found(statuses=statuses, poison=poison), place
            if high <= at or self._is_over(high):
                return
            at = high

    def _start(self, place: Place, first_days: int) -> int:
        if self._window:
            return max(place.high, first_id(self._window.since) - 1)
        if self._line.is_mentions:  # numbered as they come, not by time
            return place.high
        return place.high - OVERLAP if place.high else first_id(self._clock() - timedelta(days=first_days))

    def _fetch(self, at: int, left: int | None) -> list[_Entry]:
        limit = str(LARGEST_PAGE if left is None else min(left, LARGEST_PAGE))
        behind = (("min_id", str(at)),) if at > 0 else ()  # without it: the newest
        parameters = (*self._line.parameters, *behind, ("limit", limit))
        rows = self._instance.get(self._line.path, parameters, list[msgspec.Raw])
        return sorted((self._read_entry(bytes(row)) for row in rows), key=lambda one: one.number)

    def _read_entry(self, payload: bytes) -> _Entry:
        number, said = 0, payload
        try:
            if self._line.is_mentions:
                notification = msgspec.json.decode(payload, type=Notification)
                number, said = read_number(notification.id), bytes(notification.status)
                if said == b"null":
                    return _Entry(number=number, payload=payload)
            status = read_status(said)
        except (Poison, msgspec.DecodeError, UnicodeDecodeError) as error:
            return _Entry(number=number, payload=payload, reason=str(error))
        return _Entry(number=number or int(status.id), status=status, payload=payload)

    def _is_wanted(self, entry: _Entry, place: Place) -> bool:
        """Say whether the status is public, or to us; in the window; and not stored like this already."""
        status = entry.status
        if status is None or self._is_over(entry.number):
            return False
        is_ours = self._line.is_mentions or status.visibility in PUBLIC
        return is_ours and place.seen.get(status.id) != (status.edited_at or "")

    def _advance(self, place: Place, entries: list[_Entry], high: int) -> Place:
        high = max(place.high, high)
        if self._line.is_mentions or self._window:
            return Place(high=high)
        read = {one.status.id: one.status.edited_at or "" for one in entries if one.status}
        seen = {own: edited_at for own, edited_at in (place.seen | read).items() if int(own) > high - OVERLAP}
        return Place(high=high, seen=seen)

    def _is_over(self, number: int) -> bool:
        return self._window is not None and number >= first_id(self._window.until)
