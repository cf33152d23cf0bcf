"""How far a list was read that has its newest entries first: a pass goes from its top down to what is known.

While a pass is under way `known` does not move: a run that dies, or ends early, goes on where the pass was, and nothing
between two passes is skipped. Entries are recognised by a digest of their id, and as unchanged by one of their fields.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from dengar.ingest.crawling.entries import Entry
from dengar.ingest.formats.row import contents_id

MOST_KNOWN = 500
# Entries that are pinned to the top are always known: only the last ones of a page say that what follows is known too.
LAST = 3


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the reading of one list stands.

    `known` are the entries of the last complete pass, with the marks of their fields. Of the pass under way: `top` are
    those that it has seen, `page` is the page that it was on (empty: there is none), `done` what was taken from it, and
    `depth` how many pages there were before it. `misses` counts entries in a row behind which something was missing.
    """

    url: str
    etag: str = ""
    modified: str = ""
    read_at: datetime | None = None
    known: Mapping[str, str] = {}
    top: Mapping[str, str] = {}
    page: str = ""
    done: tuple[str, ...] = ()
    depth: int = 0
    misses: int = 0


def key(entry: Entry) -> str:
    """Give the digest by which an entry is remembered."""
    return contents_id(entry.id.encode(errors="replace"))


def begin(place: Place, headers: Mapping[str, str]) -> Place:
    """Begin a pass on the list's first page; its headers tell the next pass whether it changed."""
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    return msgspec.structs.replace(place, page=place.url, etag=etag, modified=modified)


def turn(place: Place, page: str) -> Place:
    """Go on to the next page."""
    return msgspec.structs.replace(place, page=page, depth=place.depth + 1, done=())


def is_wanted(place: Place, entry: Entry) -> bool:
    """Say whether an entry is new, or says something else than when it was read last."""
    name = key(entry)
    if name in place.done and name not in place.top:  # it is deeper in the list than `top` remembers
        return False
    return entry.mark != place.top.get(name, place.known.get(name))


def take(place: Place, entries: Sequence[Entry]) -> Place:
    """Note that these entries of the page are taken."""
    marks = {key(entry): entry.mark for entry in entries}
    top = dict([*place.top.items(), *marks.items()][:MOST_KNOWN])
    done = tuple(dict.fromkeys([*place.done, *marks]))
    return msgspec.structs.replace(place, top=top, done=done)


def reaches_known(place: Place, entries: Sequence[Entry], *, is_last: bool) -> bool:
    """Say whether a page ends with entries that are known and unchanged, so that all behind it are.

    Of the last page of a list it is enough that its last entry is known.
    """
    if is_last:
        return not entries or key(entries[-1]) in place.known
    return bool(entries) and all(place.known.get(key(entry)) == entry.mark for entry in entries[-LAST:])


def finish(place: Place, now: datetime) -> Place:
    """End the pass: what it has seen is known."""
    known = {**place.top, **{name: mark for name, mark in place.known.items() if name not in place.top}}
    return Place(
        url=place.url,
        etag=place.etag,
        modified=place.modified,
        read_at=now,
        known=dict(list(known.items())[:MOST_KNOWN]),
        misses=place.misses,
    )
