"""What a collector is: one module of this folder with some of these functions.

    Settings                              its section of dengar.toml: a SourceSettings with the channel's own fields
    Cursor                                how far the source was read (pull channels); every field has a default
    pull(settings, cursor, window, budget, clock) -> iterator of Batch     poll and stream channels
    accept(settings, request, now) -> Batch                                push channels (webhooks, forms)
    parse(item) -> Draft                  pure; raises Poison for bytes it cannot read; never asked for tombstones
    check(settings) -> list of problems   tries the credentials, reads no data
    describe() -> Description             retention, ordering, price

and where the channel can do it:

    wait(settings, seconds, cursor, stopping) -> bool        hears of news, so that `pull` is called at once
    complete(settings, item, now) -> Item                    fetches what an `incomplete` item names (photos)
    recheck(settings, ids, budget, clock) -> Rechecked       what became of messages that were read before; at most
                                                             RECHECK_AT_ONCE of them (500 when it does not say)
    reply(settings, item, text, delivery_id) -> str          answers the item's author in the channel
    find_expiry(settings, clock) -> time or None             until when the credentials are good

The folder is the list (`dengar.ingest.find`): adding a channel adds a file and edits none; those that crawl web sites
lie in `spiders`. What several channels need to read bytes lies in `formats`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from dengar.errors import BudgetSpent
from dengar.models import Draft, Gap, Item, Quarantined, Record, Request

Clock = Callable[[], datetime]


class Limits(BaseModel):
    """How much a source may use; days and months are those of UTC, money is in US dollars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    posts_per_run: int | None = Field(default=None, ge=0)
    posts_per_day: int | None = Field(default=None, ge=0)
    posts_per_month: int | None = Field(default=None, ge=0)
    money_per_run: float | None = Field(default=None, ge=0)
    money_per_day: float | None = Field(default=None, ge=0)
    money_per_month: float | None = Field(default=None, ge=0)


class SourceSettings(BaseModel):
    """What every source has.

    A source is read `every` so often, or `at` the times of a crontab line in Jakarta's time; with neither it is pushed
    to us, or read by hand. `recheck` says how often stored messages are looked up again, where the channel can.
    `replies` lets Dengar answer in the channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    collector: str
    every: str | None = None
    at: str | None = None
    enabled: bool = True
    recheck: str | None = None
    replies: bool = False
    budget: Limits = Limits()


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source was read; each pull collector defines its own fields, all with defaults."""


class Batch(Record, frozen=True, kw_only=True):
    """Some items and the cursor that is true once they are stored.

    `poison` are messages for which not even an item could be made, `gaps` windows that can no longer be read. `more`
    says that another page follows at once.

    Of push channels: `numbered` items get a tracking number that their sender is told at once; `answer` is the text
    that the sender waits for, where it is not our receipt.
    """

    items: tuple[Item, ...]
    poison: tuple[Quarantined, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cursor: Cursor | None = None
    more: bool = False
    numbered: bool = False
    answer: str | None = None


class Rechecked(Record, frozen=True, kw_only=True):
    """What became of messages that were read before, by native id.

    `items` are those that changed or are surely deleted (tombstones), `missing` those that the source did not return
    without saying why: they are hidden now, and erased when they are missing a day later too.
    """

    items: tuple[Item, ...] = ()
    missing: tuple[str, ...] = ()


class Window(Record, frozen=True, kw_only=True):
    """A half-open stretch of time [since, until) to read again; it never touches the cursor."""

    since: datetime
    until: datetime


class Budget:
    """What a run may still use: posts, and US dollars (None: no limit); each `until` is when there is more.

    `on_spend` is told of every use at once, so that a crash does not forget what was billed.
    """

    def __init__(
        self,
        *,
        posts: int | None = None,
        money: float | None = None,
        posts_until: datetime | None = None,
        money_until: datetime | None = None,
        on_spend: Callable[[int, float], None] = lambda _posts, _money: None,
    ) -> None:
        self.posts = posts
        self.money = money
        self._posts_until = posts_until
        self._money_until = money_until
        self._on_spend = on_spend

    def ask(self, posts: int = 1, money: float = 0.0) -> None:
        """Raise BudgetSpent unless so much is left: called before each request, with the most that it may use."""
        if self.posts is not None and self.posts < posts:
            raise BudgetSpent("The budget of posts is used up.", until=self._posts_until)
        if self.money is not None and self.money < money - 1e-9:
            raise BudgetSpent("The budget of money is used up.", until=self._money_until)

    def spend(self, posts: int, money: float = 0.0) -> None:
        """Count what a request has used: called as soon as its answer is there."""
        if self.posts is not None:
            self.posts = max(0, self.posts - posts)
        if self.money is not None:
            self.money = max(0.0, self.money - money)
        self._on_spend(posts, money)


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
