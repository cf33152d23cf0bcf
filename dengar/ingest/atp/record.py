"""Records: what people wrote, as JSON (from a service that answers) or DAG-CBOR (from the firehose)."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

from dengar.errors import Poison
from dengar.ingest.atp.source import ADDRESSED, CBOR, POST, REPOST, read_moment
from dengar.ingest.formats.row import LONGEST_TEXT, plausible
from dengar.models import Draft, Item

MOST_PARTS = 100  # apps allow fewer
SHORTENED = ("…", "...")
_URI = re.compile(r"at://(did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200})/([A-Za-z0-9.-]{1,300})/([A-Za-z0-9._~:-]{1,512})")

Row = Mapping[str, object]
T = TypeVar("T")


class Ref(msgspec.Struct, frozen=True):
    """A record that another one points to: its address and the hash of its contents."""

    uri: str
    cid: str = ""


class Thread(msgspec.Struct, frozen=True):
    """What a post answers, and where the talk began."""

    parent: Ref
    root: Ref


class Alt(msgspec.Struct, frozen=True):
    """A picture, in the words of who posted it."""

    alt: str = ""


class Embed(msgspec.Struct, frozen=True):
    """What hangs on a post: pictures (in either of two lists) or a video; as `media` where a post is quoted too."""

    images: tuple[Alt, ...] = ()
    items: tuple[Alt, ...] = ()
    video: object = None
    alt: str = ""
    media: "Embed | None" = None


class Slice(msgspec.Struct, frozen=True, rename="camel"):
    """A stretch of the text, in bytes of UTF-8."""

    byte_start: int
    byte_end: int


class Feature(msgspec.Struct, frozen=True):
    """What a stretch of text is; links have an address."""

    uri: str = ""


class Facet(msgspec.Struct, frozen=True):
    """A stretch of text that is more than text."""

    index: Slice
    features: tuple[Feature, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it is used: its whole text, the post it answers, and the languages it claims."""

    text: str
    parent: str
    langs: tuple[str, ...]


def read_uri(uri: str) -> tuple[str, str, str]:
    """Split an at:// address into account, collection and key; raises Poison for anything else."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise Poison("The record has no at:// address of an account.")
    did, collection, key = match.groups()
    return did, collection, key


def read_record(payload: bytes, media_type: str) -> Row:
    """Decode a record; raises Poison for bytes that are none."""
    import libipld

    try:
        row = libipld.decode_dag_cbor(payload) if media_type == CBOR else msgspec.json.decode(payload)
    except (ValueError, RecursionError) as error:  # all errors of both libraries but the second are ValueErrors
        raise Poison(f"The record cannot be decoded: {error}.") from error
    if not isinstance(row, dict):
        raise Poison("The record is no object.")
    return row


def read_post(row: Row) -> Said:
    """Read a post; raises Poison when it has no text. What else is wrong with it is left out."""
    text = row.get("text")
    if not isinstance(text, str):
        raise Poison("The record has no text: it is no post.")
    text = text[:LONGEST_TEXT]
    embed = _take(row.get("embed"), Embed, Embed())
    thread = _take(row.get("reply"), Thread, None)
    parts = [_unfold(text, row.get("facets")), *_alts(embed), *_tags(row.get("tags"), text)]
    return Said(
        text="\n".join(part for part in parts if part.strip()).replace("\0", "")[:LONGEST_TEXT],
        parent=thread.parent.uri if thread else "",
        langs=_take(row.get("langs"), tuple[str, ...], ()),
    )


def read_subject(row: Row) -> str:
    """Give the address of the post that a repost repeats; empty when it names none."""
    return _take(row.get("subject"), Ref, Ref(uri="")).uri


def make_draft(item: Item) -> Draft:
    """Read a post or repost; raises Poison. Nothing was said before the service heard of it.

    A quoted post is not the author's and stays out.
    """
    did, collection, key = read_uri(item.native_id)
    row = read_record(item.payload, item.media_type)
    claimed = plausible(read_moment(row.get("createdAt")), item.observed_at)
    heard = item.claimed_at or item.observed_at
    said = read_post(row) if collection == POST else None
    if said is None and collection != REPOST:
        raise Poison(f"A record of {collection} is no post.")
    flags = {
        "broadcast": item.media_type != ADDRESSED,
        "bad_time": claimed is None,
        "unread": said is not None and not said.text,
    }
    return Draft(
        text=said.text if said else "",
        author=did,
        created_at=min(claimed, heard) if claimed else heard,
        url=f"https://bsky.app/profile/{did}/post/{key}" if said else None,
        reply_to=(said.parent or None) if said else None,
        repost_of=None if said else read_subject(row) or None,
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
    )


def _take(value: object, kind: type[T], other: T) -> T:
    """Read a part of a record that it can do without."""
    try:
        return msgspec.convert(value, kind, builtin_types=(bytes,))
    except (msgspec.ValidationError, RecursionError):
        return other


def _alts(embed: Embed) -> Iterator[str]:
    """Give what is said of each picture and video."""
    yield from (one.alt for one in (*embed.images, *embed.items)[:MOST_PARTS])
    if embed.video is not None:
        yield embed.alt
    if embed.media is not None:
        yield from _alts(embed.media)


def _tags(value: object, text: str) -> list[str]:
    """Give the hashtags that stand beside the text and not in it."""
    tags = _take(value, tuple[str, ...], ())[:MOST_PARTS]
    return [f"#{tag}" for tag in tags if f"#{tag}".lower() not in text.lower()]


def _unfold(text: str, facets: object) -> str:
    """Write the addresses of links out: apps shorten them, or hide them behind words."""
    raw = text.encode("utf-8", "replace")
    end = len(raw)
    for facet in sorted(_take(facets, tuple[Facet, ...], ())[:MOST_PARTS], key=lambda one: -one.index.byte_start):
        uri = next((one.uri for one in facet.features if one.uri), "")
        first, last = facet.index.byte_start, facet.index.byte_end
        if not uri or not 0 <= first < last <= end:
            continue
        shown = raw[first:last].decode("utf-8", "replace")
        if shown not in uri:
            full = uri if shown.endswith(SHORTENED) else f"{shown} ({uri})"
            raw = raw[:first] + full.encode("utf-8", "replace") + raw[last:]
        end = first
    return raw.decode("utf-8", "replace")
