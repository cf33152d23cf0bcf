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
# A list from which entries vanish moves up: so many pages before the one that was read last are remembered.
MOST_TRAIL = 8


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the reading of one list stands.

    `known` are the entries of the last complete pass, with the marks of their fields. Of the pass under way: `top` are
    those that it has seen, `page` is the last page that was taken as a whole (or the first one; empty: there is no
    pass), `edge` the entries that were on it, `depth` how many pages there were before it, and `trail` the addresses of
    the last of those. `done` was taken from pages that were not taken as a whole. `misses` counts entries in a row
    behind which something was missing.
    """

    url: str
    etag: str = ""
    modified: str = ""
    read_at: datetime | None = None
    known: Mapping[str, str] = {}
    top: Mapping[str, str] = {}
    page: str = ""
    edge: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
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


def turn(place: Place, entries: Sequence[Entry], page: str, depth: int) -> Place:
    """Note that this page, so many pages deep, is taken as a whole."""
    trail = (*place.trail, place.page)[-MOST_TRAIL:] if depth > place.depth else place.trail
    edge = tuple(key(entry) for entry in entries)
    done = tuple(name for name in place.done if name not in edge)
    return msgspec.structs.replace(place, page=page, depth=depth, edge=edge, trail=trail, done=done)


def is_behind(place: Place, entries: Sequence[Entry]) -> bool:
    """Say whether the list has moved up since this page was taken: entries not taken may stand before it now."""
    before = {*place.edge, *(name for name in place.top if name not in place.done)}
    return bool(place.depth) and not any(key(entry) in before for entry in entries)


def step_back(place: Place) -> Place:
    """Go back to the page before; to the list's first one where that is forgotten."""
    if not place.trail:
        return msgspec.structs.replace(place, page=place.url, depth=0)
    return msgspec.structs.replace(place, page=place.trail[-1], trail=place.trail[:-1], depth=place.depth - 1)


def is_wanted(place: Place, entry: Entry) -> bool:
    """Say whether an entry is new, or says something else than when it was read last."""
    name = key(entry)
    if (
        name in place.done or name in place.edge
    ) and name not in place.top:  # it is deeper in the list than `top` remembers
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
