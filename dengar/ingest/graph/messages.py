"""A post or comment of Facebook, as its lists show it or as a webhook tells of it.

A webhook's change `{"field": "feed", "value": {...}}` is read as the object that it tells of; the ids are the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from dengar.errors import Poison
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import LONGEST_ID, LONGEST_TEXT, field, plausible, read_point
from dengar.models import Draft, Item, Point, Record

# What is asked for, and nothing that changes by itself, as the number of likes would.
POST_FIELDS = (
    "id,message,story,created_time,updated_time,from,place,permalink_url,"
    "attachments{media_type,type,title,description,url,media,subattachments}"
)
COMMENT_FIELDS = "id,message,created_time,from,parent{id},permalink_url,attachment{type,title,description,url,media}"
_ATTACHED = ("attachments", "attachment", "photo", "photos", "video", "link")
_OWNER = re.compile(r"facebook\.com/(\d{1,30})/posts/")

Row = Mapping[str, object]


class Heading(Record, frozen=True, kw_only=True):
    """What must be known of a message before it is stored; times are None where they cannot be read."""

    id: str
    created_at: datetime | None
    updated_at: datetime | None


def read_heading(payload: bytes, now: datetime) -> Heading:
    """Read a message of a list; raises Poison for one without a usable id."""
    row = _read_object(payload)
    own = field(row, ("id",))
    if not 0 < len(own) <= LONGEST_ID:
        raise Poison("The message has no id.")
    created_at, updated_at = (
        plausible(read_time(field(row, (name,))), now) for name in ("created_time", "updated_time")
    )
    return Heading(id=own, created_at=created_at, updated_at=updated_at or created_at)


def read_message(item: Item) -> Draft:
    """Read a post or comment; raises Poison for bytes that are neither."""
    row = _read_object(item.payload)
    value = row.get("value")
    row = value if isinstance(value, dict) else row
    text = _text(row)
    if not text and not any(row.get(name) for name in _ATTACHED):
        raise Poison("The message has neither text nor anything attached.")
    created_at = plausible(read_time(field(row, ("created_time",))), item.observed_at)
    place = _object(row, "place")
    return Draft(
        text=text.replace("\0", "")[:LONGEST_TEXT],
        author=field(_object(row, "from"), ("id", "name")),
        created_at=created_at or item.observed_at,
        url=field(row, ("permalink_url",)) or _make_url(row, item),
        reply_to=_find_parent(row, item),
        geotag=_point(place),
        place_hint=_hint(place) or None,
        flags=(*_find_flags(row, item), *(() if created_at else ("bad_time",))),
    )


def _read_object(payload: bytes) -> Row:
    try:
        row = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Poison("The message is no JSON.") from error
    if not isinstance(row, dict):
        raise Poison("The message is no JSON object.")
    return row


def _object(row: Row, name: str) -> Row:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _text(row: Row) -> str:
    """Give what was written; of a share without words, what is shared."""
    said = field(row, ("message", "story"))
    if said:
        return said
    parts = [field(one, (name,)) for one in _attachments(row) for name in ("title", "description")]
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _attachments(row: Row) -> Iterator[Row]:
    yield _object(row, "attachment")
    many = _object(row, "attachments").get("data")
    yield from (one for one in (many if isinstance(many, list) else ()) if isinstance(one, dict))


def _is_comment(row: Row, item: Item) -> bool:
    """Say which of the two it is: only posts are changed as a whole, and those of the page have its id in theirs."""
    if "item" in row:
        return field(row, ("item",)) == "comment"
    return "updated_time" not in row and not item.native_id.startswith(f"{item.account}_")


def _find_parent(row: Row, item: Item) -> str | None:
    """Give the comment or post that a comment answers."""
    if not _is_comment(row, item):
        return None
    named = field(row, ("parent_id",)) or field(_object(row, "parent"), ("id",))
    if named:
        return named
    owner = _OWNER.search(field(row, ("permalink_url",)))
    return f"{owner[1] if owner else item.account}_{item.native_id.partition('_')[0]}"


def _make_url(row: Row, item: Item) -> str:
    owner, _, post = (field(row, ("post_id",)) or item.native_id).partition("_")
    comment = item.native_id.partition("_")[2] if _is_comment(row, item) else ""
    return f"https://www.facebook.com/{owner}/posts/{post}" + (f"?comment_id={comment}" if comment else "")


def _find_flags(row: Row, item: Item) -> tuple[str, ...]:
    """Mark what is said to everybody, and what the page says itself: that is no complaint."""
    if field(_object(row, "from"), ("id",)) != item.account:
        return ("broadcast",)
    return ("broadcast", "auto_reply" if _is_comment(row, item) else "bulk")


def _point(place: Row) -> Point | None:
    """Give where the place is; a place that is a whole city lies nowhere in it."""
    where = _object(place, "location")
    city = field(where, ("city",)).casefold()
    if city and field(place, ("name",)).partition(",")[0].strip().casefold() == city:
        return None
    return read_point(field(where, ("latitude",)), field(where, ("longitude",)))


def _hint(place: Row) -> str:
    where = _object(place, "location")
    name, street, city = field(place, ("name",)), field(where, ("street",)), field(where, ("city",))
    return ", ".join(part for part in (name, street, "" if city in name else city) if part)
