"""X: mentions of the city's account and recent search, with the filtered stream as a hint.

It is off until the plan is Enterprise (`xapi.settings`). Posts come newest first; `xapi.marks` says how none is lost.
"""

import threading
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from dengar.errors import BudgetSpent, Forbidden, NotSent, RateLimited, SourceChanged, StopSource
from dengar.ingest.fetch import read_json
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Rechecked, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.ingest.xapi.checking import find_problems
from dengar.ingest.xapi.door import ask, open_client
from dengar.ingest.xapi.fields import get_id, get_row, is_id, read_row
from dengar.ingest.xapi.jobs import run_job
from dengar.ingest.xapi.lookup import look_up
from dengar.ingest.xapi.marks import Mark
from dengar.ingest.xapi.post import read_post
from dengar.ingest.xapi.reading import Step, Timeline, list_endpoints
from dengar.ingest.xapi.settings import Settings, require
from dengar.ingest.xapi.stream import listen
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "describe", "parse", "pull", "recheck", "reply", "wait"]

POSTS = "/2/tweets"
RECHECK_AT_ONCE = 50_000  # enough that a compliance job is worth it


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How far mentions and search were read."""

    mentions: Mark = Mark()
    search: Mark = Mark()


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read mentions, then search, each on from its own mark; a refusal of one does not cost the other.

    What X no longer keeps of a window is a gap record, and raises Retention at the end.
    """
    require(settings)
    refusals: list[StopSource] = []
    for endpoint in list_endpoints(settings):
        as_user = settings.speaks_for_user and (endpoint.name == "mentions" or settings.bearer_token is None)
        try:
            with open_client(settings, clock, as_user=as_user) as client:
                timeline = Timeline(client, endpoint, settings, budget, clock)
                mark: Mark = getattr(cursor, endpoint.name)
                for step in timeline.read_window(mark, window) if window else timeline.read_on(mark):
                    cursor = replace(cursor, **{endpoint.name: step.mark})
                    yield _make_batch(step, cursor)
        except StopSource as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]


def _make_batch(step: Step, cursor: Cursor) -> Batch:
    return Batch(items=step.items, poison=step.poison, gaps=step.gaps, cursor=cursor, more=step.more)


def parse(item: Item) -> Draft:
    """Read one post; raises Poison when it has no text."""
    return read_post(item)


def check(settings: Settings) -> list[str]:
    """Say what is lacking, and try the credentials; raises StopSource when they are refused."""
    return find_problems(settings)


def wait(
    settings: Settings, seconds: float, cursor: Cursor | None = None, stopping: threading.Event | None = None
) -> bool:
    """Wait until the stream tells of a post or breaks, True, or the time is over or `stopping` is set, False.

    Without `stream` this only waits.
    """
    del cursor
    require(settings)
    stop = stopping or threading.Event()
    if settings.stream:
        return listen(settings, seconds, stop)
    stop.wait(seconds)
    return False


def recheck(settings: Settings, native_ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Say which posts are gone and which were edited; very many at once by a compliance job."""
    require(settings)
    ids = [one for one in native_ids if is_id(one)]
    if len(ids) > settings.ids_for_a_job:
        return run_job(settings, ids, budget, clock)
    return look_up(settings, ids, budget, clock)


class _Created(msgspec.Struct, frozen=True):
    id: str


class _CreatedAnswer(msgspec.Struct, frozen=True):
    data: _Created


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Answer a post in public and give the answer's id; it is sent once.

    Raises NotSent for what X will take later, Forbidden for what it refused for good.
    """
    del delivery_id  # X knows no key against sending twice
    require(settings)
    row = get_row(read_row(item.payload) or {}, "data")
    if not get_id(row):
        raise Forbidden("There is no post to answer.")
    message = {"text": text, "reply": {"in_reply_to_tweet_id": get_id(row)}}
    with open_client(settings, as_user=True) as client:
        try:
            answer = ask(client, "POST", POSTS, {}, message)
        except RateLimited as refusal:  # until when cannot be said without a clock
            raise NotSent(str(refusal)) from refusal
        except (BudgetSpent, SourceChanged) as refusal:
            raise Forbidden(str(refusal)) from refusal
    return read_json(answer, POSTS, _CreatedAnswer).data.id


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="recent search 7 days, mentions the newest 800",
        ordering="newest first",
        sees_edits=True,
        sees_deletions=True,
        price="0.001 $ for each mention, 0.005 $ for each post of search or recheck, 0.015 $ for a reply",
    )
