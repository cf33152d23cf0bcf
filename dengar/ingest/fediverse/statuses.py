"""A status of Mastodon: what a timeline needs to know of it, and what it says."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from dengar.errors import Poison
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.html import to_text
from dengar.ingest.formats.row import LONGEST_TEXT, field, plausible
from dengar.models import Draft, Item

PUBLIC = {"public", "unlisted"}
_NUMBER = re.compile(r"[0-9]{1,18}")

Row = Mapping[str, object]


class Status(msgspec.Struct, frozen=True):
    """What is needed of a status before it is stored."""

    id: str
    visibility: str = "public"
    edited_at: str | None = None


class Notification(msgspec.Struct, frozen=True):
    """A notification; that of a status that was deleted meanwhile has `null`."""

    id: str
    status: msgspec.Raw = msgspec.Raw(b"null")


def read_status(payload: bytes | msgspec.Raw) -> Status:
    """Read a status of a list; raises Poison for one that is not numbered as Mastodon numbers."""
    try:
        status = msgspec.json.decode(payload, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"The status has another shape than we know: {error}.") from error
    read_number(status.id)
    return status


def read_number(own: str) -> int:
    """Read an id; raises Poison for one that is no number, as other servers have them."""
    if not _NUMBER.fullmatch(own):
        raise Poison(f"The id {own[:80]!r} is no number, as Mastodon's are.")
    return int(own)


def first_id(time: datetime) -> int:
    """Give the smallest id that a status of this time can have: milliseconds, and 16 bits to tell them apart."""
    return span_of_ids(time - datetime.fromtimestamp(0, time.tzinfo))


def span_of_ids(span: timedelta) -> int:
    """Give by how much ids grow in a stretch of time."""
    return max(0, span // timedelta(milliseconds=1)) << 16


def read_message(item: Item) -> Draft:
    """Read a status, or the notification of one; raises Poison for other bytes.

    A boost has the words of what it repeats.
    """
    row, is_to_us = _open(item.payload)
    boosted = _object(row, "reblog")
    said = boosted or row
    text = _text(said)
    if not text and not _list(said, "media_attachments"):
        raise Poison("The status has neither text nor media.")
    created_at = plausible(read_time(field(row, ("created_at",))), item.observed_at)
    return Draft(
        text=text.replace("\0", "")[:LONGEST_TEXT],
        author=field(_object(row, "account"), ("uri", "url", "acct", "id")),
        created_at=created_at or item.observed_at,
        url=field(row, ("url", "uri")) or None,
        reply_to=field(row, ("in_reply_to_id",)) or None,
        repost_of=field(boosted, ("id",)) or None,
        flags=(*_find_flags(row, is_to_us=is_to_us), *(() if created_at else ("bad_time",))),
    )


def find_addressee(item: Item) -> tuple[str, str]:
    """Give the author's address as the instance writes it, and the visibility of what they said."""
    row, _ = _open(item.payload)
    return field(_object(row, "account"), ("acct",)), field(row, ("visibility",))


def _open(payload: bytes) -> tuple[Row, bool]:
    """Give the status, and say whether it came as a notification to us."""
    row = _read_object(payload)
    return (_object(row, "status"), True) if "status" in row else (row, False)


def _read_object(payload: bytes) -> Row:
    try:
        row = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Poison("The status is no JSON.") from error
    if not isinstance(row, dict):
        raise Poison("The status is no JSON object.")
    return row


def _object(row: Row, name: str) -> Row:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _text(row: Row) -> str:
    """Give the warning, the text, what a poll offers, and what pictures are said to show."""
    parts = [field(row, ("spoiler_text",)), to_text(field(row, ("content",)))]
    parts += [field(one, ("title",)) for one in _list(_object(row, "poll"), "options")]
    parts += [field(one, ("description",)) for one in _list(row, "media_attachments")]
    return "\n".join(part for part in parts if part)


def _list(row: Row, name: str) -> list[Row]:
    value = row.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _find_flags(row: Row, *, is_to_us: bool) -> tuple[str, ...]:
    """Mark what is said to us alone, what is said to everybody, and what bots say."""
    visibility = field(row, ("visibility",))
    bot = ("bulk",) if _object(row, "account").get("bot") is True else ()
    if visibility == "direct":
        return ("dialogue", *bot)
    return bot if is_to_us or visibility == "private" else ("broadcast", *bot)
