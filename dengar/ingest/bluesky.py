"""Bluesky, and whatever else speaks the AT Protocol: searched, asked for mentions, or heard as a whole.

A post's native id is its at:// address and its bytes are the author's record alone, so that a post is the same one in
every mode, and counts of likes make no new revision of it.
"""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from dengar.errors import Poison, Retention, Transient
from dengar.ingest.atp import answers, firehose, listing, record
from dengar.ingest.atp.source import POST, Cursor, Settings
from dengar.ingest.atp.xrpc import Service
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Rechecked, Window
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "describe", "parse", "pull", "recheck", "reply", "wait"]

MOST_AT_ONCE = 25
MANY = 100
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


class Known(msgspec.Struct, frozen=True):
    """A post that a service still shows."""

    uri: str


class Shown(msgspec.Struct, frozen=True):
    """Those posts of the asked ones that a service still shows."""

    posts: tuple[Known, ...]


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read what is new, by the source's mode; raises Retention for a window of the firehose."""
    if settings.mode == "search":
        yield from listing.search(settings, cursor, window, budget, clock)
    elif settings.mode == "mentions":
        yield from listing.list_mentions(settings, cursor, window, budget, clock)
    elif window:
        raise Retention("A firehose cannot be asked for a window of time: use a source of mode search for it.")
    else:
        yield from firehose.read(settings, cursor, budget, clock, Service(settings, clock()).did)


def wait(settings: Settings, seconds: float, cursor: Cursor | None = None, stop: threading.Event | None = None) -> bool:
    """Wait until the firehose tells something new, True, or the time is over or `stop` is set, False.

    The other modes have nothing that could tell: they only wait.
    """
    stop = stop or threading.Event()
    if settings.mode == "firehose":
        return firehose.wait_for_news(settings, seconds, cursor or Cursor(), stop)
    stop.wait(seconds)
    return False


def parse(item: Item) -> Draft:
    """Read one post or repost; raises Poison."""
    return record.make_draft(item)


def recheck(settings: Settings, ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Ask the public service which posts it still shows; it does not say why it leaves others out.

    Raises Transient when it shows none of many: that is no mass deletion, but a service that is ill.
    """
    service = Service(settings, clock(), public=True)
    posts = [one for one in ids if _is_post(one)]
    missing: list[str] = []
    budget.ask(len(posts))
    for start in range(0, len(posts), MOST_AT_ONCE):
        asked = posts[start : start + MOST_AT_ONCE]
        shown = service.get("app.bsky.feed.getPosts", [("uris", one) for one in asked], Shown).posts
        budget.spend(len(shown))
        missing += [one for one in asked if one not in {post.uri for post in shown}]
    if len(missing) == len(posts) >= MANY:
        raise Transient(
            f"{settings.appview_url} shows none of {len(posts)} posts that were there: nothing is believed."
        )
    return Rechecked(missing=tuple(missing))


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Answer a post publicly, below it; gives the at:// address of the answer."""
    return answers.send(Service(settings, item.observed_at), item, text, delivery_id)


def check(settings: Settings) -> list[str]:
    """Sign in, and try the source's door; raises StopSource."""
    service = Service(settings, NO_TIME)
    if settings.mode == "mentions":
        service.get("app.bsky.notification.listNotifications", [("limit", "1")], listing.Notifications)
    elif settings.mode == "search":
        service.get("app.bsky.feed.searchPosts", [("q", settings.query), ("limit", "1")], listing.Posts)
    elif service.did or not settings.identifier:
        with firehose.open_line(settings, 0, NO_TIME):
            pass
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="search and mentions: as long as the service keeps them; firehose: about three days of events",
        ordering="search and mentions: newest first; firehose: as it happens",
        sees_edits=True,
        sees_deletions=True,
        price="free",
    )


def _is_post(native_id: str) -> bool:
    try:
        return record.read_uri(native_id)[1] == POST
    except Poison:
        return False
