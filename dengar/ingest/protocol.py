"""What a collector is: one module of this folder with some of these functions.

    Settings                              a pydantic model: the source's section of dengar.toml
    Cursor                                a msgspec Struct: how far the source was read (pull channels)
    pull(settings, cursor, window, budget, clock) -> iterator of Batch     poll and stream channels
    accept(settings, request, now) -> Batch                                push channels (webhooks, forms)
    check(settings) -> list of problems   tries the credentials, reads no data
    recheck(settings, ids) -> Batch       tombstones and edits (channels that delete or edit)
    describe() -> Description             retention, ordering, price
    parse(item) -> Draft                  pure; raises Poison for bytes it cannot read

The folder is the list (`dengar.ingest.find`): adding a channel adds a file and edits none.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from dengar.models import Item, Quarantined, Record

Clock = Callable[[], datetime]


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source was read; each pull collector defines its own fields, all with defaults."""


class Batch(Record, frozen=True, kw_only=True):
    """Some items and the cursor that is true once they are stored.

    `poison` are messages for which not even an item could be made. `more` says that another page follows at once.
    `cost` is in US dollars.
    """

    items: tuple[Item, ...]
    poison: tuple[Quarantined, ...] = ()
    cursor: Cursor | None = None
    more: bool = False
    cost: float = 0.0


class Window(Record, frozen=True, kw_only=True):
    """A half-open stretch of time [since, until) to read again; it never touches the cursor."""

    since: datetime
    until: datetime


class Budget(Record, frozen=True, kw_only=True):
    """What a run may still use: posts, and US dollars (None: no limit)."""

    posts: int | None = None
    money: float | None = None


class Request(Record, frozen=True, kw_only=True):
    """An HTTP request as it came in: header names in lower case, the raw body, the sender's address."""

    headers: Mapping[str, str]
    body: bytes
    remote: str = ""


class Description(Record, frozen=True, kw_only=True):
    """What an operator should know of a channel before switching it on."""

    retention: str
    ordering: str
    sees_edits: bool
    sees_deletions: bool
    price: str
