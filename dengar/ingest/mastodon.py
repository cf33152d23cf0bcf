"""Mastodon: the hashtags that an instance knows of, and what mentions our account on it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Self
from urllib.parse import quote

import msgspec
from pydantic import AfterValidator, Field, model_validator

from dengar.errors import NotSent, RateLimited
from dengar.ingest.fediverse.asking import Access, Instance
from dengar.ingest.fediverse.climbing import Climb, Found, Line, Place
from dengar.ingest.fediverse.statuses import PUBLIC, Status, find_addressee, read_message, read_status
from dengar.ingest.formats.row import contents_id
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Rechecked, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Item, Quarantined

LARGEST_LOOK = 20  # more are refused
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away

Hashtag = Annotated[str, AfterValidator(lambda tag: tag.strip().lstrip("#").lower()), Field(pattern=r"^\s*#?\w+\s*$")]


class Settings(Access):
    """The instance, and what is read there; mentions need a token with the scope `read:notifications`."""

    channel: str = "mastodon"
    hashtags: tuple[Hashtag, ...] = ()
    mentions: bool = False
    first_days: int = Field(default=7, ge=0)

    @model_validator(mode="after")
    def _find_something_to_read(self) -> Self:
        if not self.hashtags and not self.mentions:
            raise ValueError("nothing is to be read: name hashtags, or set mentions = true")
        if (self.mentions or self.replies) and self.token is None:
            raise ValueError("mentions and replies need the token of an account")
        return self

    @property
    def account(self) -> str:
        """Name the instance in the ids of its items: each numbers for itself."""
        return self.instance.host or ""


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How far each timeline was read."""

    places: dict[str, Place] = msgspec.field(default_factory=dict)


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read one timeline after the other; in a window only hashtags, as mentions are not numbered by time."""
    instance = Instance(settings, clock)
    for line in _find_lines(settings):
        if window and line.is_mentions:
            continue
        climb = Climb(instance, line, window, clock)
        for found, place in climb.read(cursor.places.get(line.name, Place()), settings.first_days, budget):
            cursor = Cursor(places=cursor.places | {line.name: place})
            yield _make_batch(settings, found, clock()).replace(cursor=cursor, more=True)


def parse(item: Item) -> Draft:
    """Read a status."""
    return read_message(item)


def check(settings: Settings) -> list[str]:
    """Ask who we are and whether the timelines are shown to us; raises StopSource when they are not."""
    instance = Instance(settings, lambda: NO_TIME)
    if settings.token is not None:
        instance.get("accounts/verify_credentials", (), Status)
    for line in _find_lines(settings):
        instance.get(line.path, (*line.parameters, ("limit", "1")), list[msgspec.Raw])
    return []


def recheck(settings: Settings, ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
    """Find the statuses that the instance shows no more, and those that were edited."""
    instance = Instance(settings, clock)
    items: list[Item] = []
    missing: list[str] = []
    for start in range(0, len(ids), LARGEST_LOOK):
        part = ids[start : start + LARGEST_LOOK]
        budget.ask(len(part))
        rows = instance.get("statuses", [("id[]", one) for one in part], list[msgspec.Raw])
        budget.spend(len(rows))
        found = [(read_status(row), bytes(row)) for row in rows]
        items += [_make_item(settings, payload, clock(), status) for status, payload in found if status.edited_at]
        missing += set(part) - {status.id for status, _ in found}
    return Rechecked(items=tuple(items), missing=tuple(sorted(missing)))


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Answer the author, as publicly as they spoke but in nobody's timeline."""
    address, visibility = find_addressee(item)
    instance = Instance(settings, lambda: item.observed_at)
    message = {
        "status": f"@{address} {text}",
        "in_reply_to_id": item.native_id,
        "visibility": "unlisted" if visibility in PUBLIC else visibility,
        "language": "id",
    }
    try:
        return instance.post("statuses", message, delivery_id, Status).id
    except RateLimited as error:  # until when cannot be said without a clock
        raise NotSent("The instance takes no more statuses for now.") from error


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="what the instance keeps; it knows a hashtag only from people it has heard of",
        ordering="oldest first",
        sees_edits=True,
        sees_deletions=True,
        price="free",
    )


def _find_lines(settings: Settings) -> list[Line]:
    lines = [Line(name=f"#{tag}", path=f"timelines/tag/{quote(tag)}") for tag in settings.hashtags]
    # Since 4.3 mentions by strangers may be kept apart.
    asked = (("types[]", "mention"), ("include_filtered", "true"))
    mentions = Line(name="mentions", path="notifications", parameters=asked, is_mentions=True)
    return [*lines, mentions] if settings.mentions else lines


def _make_batch(settings: Settings, found: Found, now: datetime) -> Batch:
    return Batch(
        items=tuple(_make_item(settings, payload, now, status) for status, payload in found.statuses),
        poison=tuple(
            Quarantined(item=_make_item(settings, payload, now), reason=reason, at=now)
            for reason, payload in found.poison
        ),
    )


def _make_item(settings: Settings, payload: bytes, now: datetime, status: Status | None = None) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.account,
        native_id=status.id if status else contents_id(payload),
        collector="mastodon",
        source=settings.name,
        payload=payload,
        media_type="application/json",
        observed_at=now,
        kind="edit" if status and status.edited_at else "upsert",
    )
