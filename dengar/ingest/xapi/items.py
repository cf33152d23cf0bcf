"""Posts as items: each with its own untouched bytes, and what it refers to of the includes of its page."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from dengar.ingest.formats.row import contents_id
from dengar.ingest.xapi.fields import (
    Row,
    find_reference,
    get_id,
    get_row,
    get_rows,
    get_text,
    get_texts,
    get_time,
    get_versions,
    read_row,
)
from dengar.ingest.xapi.settings import Settings
from dengar.models import Item, Quarantined

ACCOUNT = "x.com"  # ids are X's own: two sources that find the same post find one message
WITHHELD_IN = {"ID", "XX", "XY"}  # Indonesia; everywhere; everywhere, for copyright
_OF_MEDIA = ("media_key", "type", "url", "preview_image_url", "alt_text")
_OF_PLACES = ("id", "full_name", "name", "place_type")
_OF_REPEATED = ("id", "text", "note_post", "note_tweet", "edit_history_post_ids", "edit_history_tweet_ids", "entities")


def make_items(
    posts: Sequence[bytes], includes: Row, settings: Settings, now: datetime
) -> tuple[tuple[Item, ...], tuple[Quarantined, ...]]:
    """Make items of the posts of a page, and quarantine what has no usable id.

    Left out are older versions of an edited post (the newest has its place), the city's own posts, and what X withholds
    in Indonesia.
    """
    items, poison = [], []
    for data in posts:
        row = read_row(data)
        if row is None or not get_id(row):
            poison.append(Quarantined(item=_make(contents_id(data), data, settings, now), reason=_NO_ID, at=now))
        elif not (is_older(row) or is_withheld(row) or _is_own(row, settings)):
            items.append(make_item(data, row, includes, settings, now))
    return tuple(items), tuple(poison)


_NO_ID = "X sent a post without a usable id."


def make_item(data: bytes, row: Row, includes: Row, settings: Settings, now: datetime) -> Item:
    """Make one item; every version of an edited post is the same message, named by its first id."""
    first = get_versions(row)[0]
    referred = msgspec.json.encode(_pick_includes(row, includes))
    item = _make(first, b'{"data":' + data + b',"includes":' + referred + b"}", settings, now)
    return item.replace(kind="edit" if get_id(row) != first else "upsert", claimed_at=get_time(row, now))


def make_tombstone(native_id: str, settings: Settings, now: datetime) -> Item:
    """Say that a post was deleted."""
    return _make(native_id, b"", settings, now).replace(kind="tombstone")


def is_older(row: Row) -> bool:
    """Say whether this is a version of a post that was edited since."""
    versions = get_versions(row)
    return get_id(row) in versions[:-1]


def is_withheld(row: Row) -> bool:
    """Say whether X must not show the post in Indonesia."""
    return not WITHHELD_IN.isdisjoint(get_texts(get_row(row, "withheld"), "country_codes"))


def _is_own(row: Row, settings: Settings) -> bool:
    return bool(settings.mentions_of) and get_text(row, "author_id") == settings.mentions_of


def _make(native_id: str, payload: bytes, settings: Settings, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=ACCOUNT,
        native_id=native_id,
        collector="x",
        source=settings.name,
        payload=payload,
        media_type="application/json",
        observed_at=now,
    )


def _pick_includes(row: Row, includes: Row) -> dict[str, list[Row]]:
    """Pick what the post refers to, in the post's own order: read again, it gives the same bytes.

    The author is named by id alone. A quoted post stays out: it is not the author's, and nobody would tell of its end.
    """
    media = {get_text(one, "media_key"): one for one in get_rows(includes, "media")}
    places = {get_text(one, "id"): one for one in get_rows(includes, "places")}
    posts = {get_id(one): one for one in get_rows(includes, "posts", "tweets")}
    keys = get_texts(get_row(row, "attachments"), "media_keys")
    picked = {
        "media": [_cut(media[key], _OF_MEDIA) for key in keys if key in media],
        "places": [
            _cut(places[key], _OF_PLACES) for key in [get_text(get_row(row, "geo"), "place_id")] if key in places
        ],
        "posts": [_cut(posts[key], _OF_REPEATED) for key in [find_reference(row, "retweeted")] if key in posts],
    }
    return {name: found for name, found in picked.items() if found}


def _cut(row: Row, names: Sequence[str]) -> Row:
    return {name: row[name] for name in names if name in row}
