"""What a collector is: one module of this folder with some of these functions.

    Settings                              its section of dengar.toml: a SourceSettings with the channel's own fields
    Cursor                                how far the source was read (pull channels); every field has a default
    pull(settings, cursor, window, budget, clock) -> iterator of Batch     poll and stream channels
    accept(settings, request, now) -> Batch                                push channels (webhooks, forms)
    check(settings) -> list of problems   tries the credentials, reads no data
    recheck(settings, ids) -> Batch       tombstones and edits (channels that delete or edit)
    describe() -> Description             retention, ordering, price
    parse(item) -> Draft                  pure; raises Poison for bytes it cannot read

The folder is the list (`dengar.ingest.find`): adding a channel adds a file and edits none. What several channels need
to read bytes lies in `formats`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

import msgspec
from pydantic import BaseModel, ConfigDict

from dengar.models import Draft, Gap, Item, Quarantined, Record, Request

Clock = Callable[[], datetime]


class SourceSettings(BaseModel):
    """What every source has: its name, its collector, and how often it is read (None: it is pushed to us)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    collector: str
    every: str | None = None
    enabled: bool = True


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source was read; each pull collector defines its own fields, all with defaults."""


class Batch(Record, frozen=True, kw_only=True):
    """Some items and the cursor that is true once they are stored.

    `poison` are messages for which not even an item could be made, `gaps` windows that can no longer be read. `more`
    says that another page follows at once. `cost` is in US dollars.
    """

    items: tuple[Item, ...]
    poison: tuple[Quarantined, ...] = ()
    gaps: tuple[Gap, ...] = ()
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


class Description(Record, frozen=True, kw_only=True):
    """What an operator should know of a channel before switching it on."""

    retention: str
    ordering: str
    sees_edits: bool
    sees_deletions: bool
    price: str


class Collector(Protocol):
    """A collector module as its callers see it; a channel leaves out what it cannot do."""

    Settings: type[SourceSettings]

    def parse(self, item: Item) -> Draft:
        """Read the item's bytes; raises Poison."""

    def describe(self) -> Description:
        """Tell what an operator should know."""


class Pulling(Collector, Protocol):
    """A channel that is read."""

    Cursor: type[Cursor]

    # Each collector has its own Settings and Cursor, which a protocol cannot name.
    def pull(self, settings: Any, cursor: Any, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:  # noqa: ANN401
        """Read on from the cursor, or the window."""

    def check(self, settings: Any) -> list[str]:  # noqa: ANN401
        """Try the credentials."""


class Source(Record, frozen=True, kw_only=True):
    """A configured source: the collector module that reads it, and its checked settings."""

    name: str
    collector: Any  # the module: a Pulling, a Pushed, or both
    settings: Any  # an instance of its Settings

    @property
    def is_pulled(self) -> bool:
        """Say whether the source is read by us."""
        return hasattr(self.collector, "pull")

    @property
    def is_pushed(self) -> bool:
        """Say whether the source delivers to us."""
        return hasattr(self.collector, "accept")


class Pushed(Collector, Protocol):
    """A channel that is pushed to us."""

    def accept(self, settings: Any, request: Request, now: datetime) -> Batch:  # noqa: ANN401
        """Take a request; raises BadRequest."""
