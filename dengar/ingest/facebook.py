"""Facebook: the posts on a page, those that name it, and the comments below them; polled, and pushed by a webhook.

The lists of posts are sorted by when a post was made, and asked for by when something happened to it last, as a
comment. So a poll reads the posts of which there is news, and the new comments below each.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from pydantic import SecretStr

from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited
from dengar.ingest.fetch import Answer
from dengar.ingest.formats.row import contents_id
from dengar.ingest.graph.asking import LARGEST_BATCH, Facts, Graph
from dengar.ingest.graph.deliveries import RECEIVED, Change, check_signature, read_changes, shake_hands
from dengar.ingest.graph.messages import read_message
from dengar.ingest.graph.reading import Found, Lists, Place, Reading
from dengar.ingest.graph.refusals import NotThere, explain
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Rechecked, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Item, Quarantined, Request

READING = ("pages_show_list", "pages_read_engagement", "pages_read_user_content")
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


class Settings(Lists):
    """The page with its credentials, which of its lists are read, and how far back a first run goes.

    `verify_token` is a word of one's own choice with which the webhook is set up.
    """

    channel: str = "facebook"
    verify_token: SecretStr | None = None


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How far each list was read."""

    places: dict[str, Place] = msgspec.field(default_factory=dict)


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read one list after the other; in a window, what was written in it."""
    reading = Reading(settings, window, budget, clock)
    for name in settings.lists:
        for found, place in reading.read(name, cursor.places.get(name, Place())):
            cursor = Cursor(places=cursor.places | {name: place})
            yield _make_batch(settings, found, clock()).replace(cursor=cursor, more=place.is_open)


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Shake hands, or take a delivery; raises BadRequest for a wrong verify token or signature.

    An app has one address for all its pages: what happened on which one is told by the page's id.
    """
    if request.method == "GET":
        return Batch(items=(), answer=shake_hands(request, settings.verify_token))
    check_signature(request, settings.app_secret)
    items = tuple(_make_item(settings, one, now) for one in read_changes(request.body, settings.page))
    return Batch(items=items, answer=RECEIVED)


def parse(item: Item) -> Draft:
    """Read a post or comment."""
    return read_message(item)


def check(settings: Settings) -> list[str]:
    """Ask what the token may do; raises StopSource when the page does not answer to it."""
    graph = Graph(settings, lambda: NO_TIME)
    facts = _find_facts(graph)
    graph.get(settings.page, {"fields": "id"}, _Named)
    wanted = [*READING, *(["pages_manage_engagement"] if settings.replies else [])]
    wanted += ["pages_manage_metadata"] if settings.verify_token else []
    problems = [f"The token lacks the permission {one}." for one in wanted if one not in facts.scopes]
    if facts.type == "USER":
        problems.append("The token is a person's: Facebook tells only the token of the page who wrote.")
    return problems


def find_expiry(settings: Settings, clock: Clock) -> datetime | None:
    """Say until when the token is good, or its access to people's data, whichever ends first; None: for ever."""
    facts = Graph(settings, clock).find_facts()
    if not facts.is_valid:
        return clock()
    ends = [seconds for seconds in (facts.expires_at, facts.data_access_expires_at) if seconds > 0]
    return datetime.fromtimestamp(min(ends), UTC) if ends else None


def recheck(settings: Settings, ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Find the messages that Facebook shows no more.

    Raises Forbidden for a token that has lost a permission: to it everything looks deleted.
    """
    graph = Graph(settings, clock)
    scopes = _find_facts(graph).scopes
    lost = [one for one in READING if one not in scopes]
    if lost:
        raise Forbidden(f"The token lacks a permission ({', '.join(lost)}): it cannot tell what was deleted.")
    missing: list[str] = []
    for start in range(0, len(ids), LARGEST_BATCH):
        part = ids[start : start + LARGEST_BATCH]
        budget.ask(len(part))
        answers = graph.look_up(part)
        budget.spend(len(part))
        missing += [one for one, answer in zip(part, answers, strict=True) if _is_gone(answer, clock())]
    return Rechecked(missing=tuple(missing))


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Comment on the item in the name of the page, once: Facebook would not recognise a repetition."""
    del delivery_id
    graph = Graph(settings, lambda: item.observed_at)
    try:
        return graph.post(f"{quote(item.native_id, safe='')}/comments", {"message": text}, _Named).id
    except RateLimited as error:  # until when cannot be said without a clock
        raise NotSent("Facebook takes no more comments for now: the quota is used up.") from error


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="about the newest 600 posts of a year",
        ordering="newest post first; a post comes again with each new comment",
        sees_edits=True,
        sees_deletions=True,
        price="free",
    )


class _Named(msgspec.Struct, frozen=True):
    id: str


def _make_batch(settings: Settings, found: Found, now: datetime) -> Batch:
    changes = [Change(page=settings.page, payload=payload, id=heading.id) for heading, payload in found.messages]
    unreadable = [(reason, Change(page=settings.page, payload=payload)) for reason, payload in found.poison]
    return Batch(
        items=tuple(_make_item(settings, one, now) for one in changes),
        poison=tuple(
            Quarantined(item=_make_item(settings, one, now), reason=reason, at=now) for reason, one in unreadable
        ),
    )


def _make_item(settings: Settings, change: Change, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=change.page,
        native_id=change.id or contents_id(change.payload),
        collector="facebook",
        source=settings.name,
        payload=b"" if change.kind == "tombstone" else change.payload,
        media_type="application/json",
        observed_at=now,
        kind=change.kind,
    )


def _find_facts(graph: Graph) -> Facts:
    facts = graph.find_facts()
    if not facts.is_valid:
        raise AuthExpired("Facebook says that the token is no longer valid: make a new one.")
    return facts


def _is_gone(answer: Answer | None, now: datetime) -> bool:
    if answer is None or answer.status == 200:  # noqa: PLR2004  OK
        return False
    error = explain(answer, "Facebook", now)
    if isinstance(error, NotThere):
        return True
    raise error
