"""Walks through lists whose newest entries come first: down to what is known, and on to what lies behind an entry."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from dengar.errors import StopSource
from dengar.ingest.crawling import passes
from dengar.ingest.crawling.crawl import NOT_MODIFIED, Page
from dengar.ingest.crawling.entries import Entry, public_address
from dengar.ingest.crawling.passes import Place
from dengar.ingest.crawling.times import read_site_time
from dengar.ingest.crawling.trip import Listed, Trip, find_next, read_page
from dengar.ingest.protocol import Batch
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Gap, Item

MOST_MISSES = 3


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How far each list was read."""

    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What lay behind an entry, or a part of that: items, and what else changes in the cursor with them.

    `lacks` says what should have been there: that of one entry is passed over, that of several in a row is raised.
    """

    items: tuple[Item, ...] = ()
    changes: Mapping[str, object] = field(default_factory=dict)
    is_last: bool = True
    lacks: StopSource | None = None


class Step(NamedTuple):
    """A page of a pass: its address, and how many pages there are before it."""

    page: str
    depth: int


# What makes the items of an entry: of the entry alone, or of the pages behind it.
Reader = Callable[[Trip, Listed, Entry], Sequence[Item]]
Opener = Callable[[Trip, Entry, Cursor], Iterator[Opened]]


def keep_entry(trip: Trip, listed: Listed, entry: Entry) -> Sequence[Item]:
    """Make an item of an entry of a list, as it stands there."""
    url = public_address(entry.url, listed.root, listed.page)
    return [trip.make_item(listed.page, [entry.node], trip.settings.shape, entry.id, url=url)]


def walk(
    trip: Trip, urls: Sequence[str], cursor: Cursor, *, reader: Reader = keep_entry, opener: Opener | None = None
) -> Iterator[Batch]:
    """Read these lists, first the one that was not read for longest; raises EnoughPages.

    Each entry is read by the reader, or, where there is an opener, by that.
    """
    places = {place.url: place for place in cursor.places if place.url in urls}
    walking = _Walk(trip, msgspec.structs.replace(cursor, places=tuple(places.values())), reader, opener)
    never = datetime.min.replace(tzinfo=UTC)
    for url in sorted(urls, key=lambda url: (places[url].read_at if url in places else None) or never):
        yield from walking.read(url)


class _Walk:
    """A run through lists; its cursor moves on with every batch."""

    def __init__(self, trip: Trip, cursor: Cursor, reader: Reader, opener: Opener | None) -> None:
        self._trip = trip
        self._cursor = cursor
        self._reader = reader
        self._opener = opener

    def read(self, url: str) -> Iterator[Batch]:
        """Finish the pass that is under way, then make one from the list's first page."""
        if self._place(url).page:
            yield from self._resume(self._place(url))
        place = self._place(url)
        page = self._trip.fetch(url, _conditions(place))
        if page.status == NOT_MODIFIED:
            yield self._batch(msgspec.structs.replace(place, read_at=self._trip.clock()))
        else:
            place = passes.begin(place, page.headers)
            yield from self._read_on(place, self._read(place, page))

    def _place(self, url: str) -> Place:
        return next((place for place in self._cursor.places if place.url == url), Place(url=url))

    def _read(self, place: Place, page: Page) -> Listed:
        return read_page(self._trip.settings, page, is_first=place.depth == 0)

    def _resume(self, place: Place) -> Iterator[Batch]:
        """Go on with the pass under way, from before what has moved up since."""
        listed = self._read(place, self._trip.fetch(place.page))
        while passes.is_behind(place, listed.entries):
            place = passes.step_back(place)
            yield self._batch(place)
            listed = self._read(place, self._trip.fetch(place.page))
        yield from self._read_on(place, listed)

    def _read_on(self, place: Place, listed: Listed) -> Iterator[Batch]:
        """Read from this page down to what is known, and end the pass."""
        before: list[Entry] = []
        step = Step(place.page, place.depth)
        while True:
            place = yield from self._take(place, listed, step)
            following = self._find_following(place, listed, before)
            if not following or self._is_done(place, listed):
                break
            if place != self._place(place.url):
                yield self._batch(place)
            before, step = listed.entries, Step(following, step.depth + 1)
            listed = read_page(self._trip.settings, self._trip.fetch(following), is_first=False)
        now = self._trip.clock()
        is_whole = passes.reaches_known(place, listed.entries, is_last=not following)
        yield self._batch(passes.finish(place, now), gaps=() if is_whole or not place.known else (self._gap(place),))

    def _find_following(self, place: Place, listed: Listed, before: Sequence[Entry]) -> str:
        """Give the address of the next page; a list that shows the same entries on every page has ended."""
        repeats = [entry.id for entry in listed.entries] == [entry.id for entry in before]
        return "" if repeats or not listed.entries else find_next(self._trip.settings, listed, place.url, place.depth)

    def _is_done(self, place: Place, listed: Listed) -> bool:
        if self._trip.window and all(entry.fields.get("date") for entry in listed.entries):
            return all(self._is_older(entry) for entry in listed.entries[-passes.LAST :])
        is_far = place.depth + 1 >= self._trip.settings.pages_back
        return is_far or passes.reaches_known(place, listed.entries, is_last=False)

    def _take(self, place: Place, listed: Listed, step: Step) -> Generator[Batch, None, Place]:
        """Take what is wanted of a page, its oldest entries first; gives the place behind it."""
        wanted = [one for one in reversed(listed.entries) if passes.is_wanted(place, one) and self._is_in_window(one)]
        if self._opener is None:
            return (yield from self._take_at_once(place, listed, wanted, step))
        for entry in wanted:
            place = yield from self._open(place, entry, self._opener)
        return passes.turn(passes.take(place, listed.entries), listed.entries, *step)

    def _take_at_once(
        self, place: Place, listed: Listed, wanted: Sequence[Entry], step: Step
    ) -> Generator[Batch, None, Place]:
        fitting = wanted[: self._trip.budget.posts]
        items = tuple(item for entry in fitting for item in self._make_items(place, listed, entry))
        self._trip.budget.spend(len(items))
        is_whole = len(fitting) == len(wanted)
        place = passes.take(place, listed.entries if is_whole else fitting)
        place = passes.turn(place, listed.entries, *step) if is_whole else place
        if items:
            yield self._batch(place, items)
        if not is_whole:
            self._trip.budget.ask()
        return place

    def _make_items(self, place: Place, listed: Listed, entry: Entry) -> Iterator[Item]:
        for item in self._reader(self._trip, listed, entry):
            yield self._mark_change(item, place, entry)

    def _open(self, place: Place, entry: Entry, opener: Opener) -> Generator[Batch, None, Place]:
        for opened in opener(self._trip, entry, self._cursor):
            self._trip.budget.spend(len(opened.items))
            misses = place.misses + 1 if opened.lacks else 0
            if opened.lacks and misses >= MOST_MISSES:
                raise opened.lacks
            place = msgspec.structs.replace(place, misses=misses)
            if opened.is_last:
                place = passes.take(place, [entry])
            yield self._batch(
                place, [self._mark_change(item, place, entry) for item in opened.items], changes=opened.changes
            )
        return place

    def _mark_change(self, item: Item, place: Place, entry: Entry) -> Item:
        """Say of an entry that was read before and says something else now that it was edited, or is over."""
        if item.native_id != entry.id or passes.key(entry) not in place.known:
            return item
        over = {one.lower() for one in self._trip.settings.over}
        is_over = entry.fields.get("status", "").lower() in over
        return item.replace(kind="ended", incomplete=False) if is_over else item.replace(kind="edit")

    def _is_in_window(self, entry: Entry) -> bool:
        window, time = self._trip.window, self._read_time(entry)
        return window is None or time is None or window.since <= time < window.until

    def _is_older(self, entry: Entry) -> bool:
        time = self._read_time(entry)
        return bool(self._trip.window and time and time < self._trip.window.since)

    def _read_time(self, entry: Entry) -> datetime | None:
        settings, said = self._trip.settings, entry.fields.get("date", "")
        written, languages = settings.date_format, settings.date_languages
        return read_site_time(said, self._trip.clock(), written=written, languages=languages) if said else None

    def _gap(self, place: Place) -> Gap:
        now = self._trip.clock()
        cause = f"{place.url} moved on by more pages than pages_back since it was read last: read it more often"
        return Gap(source=self._trip.settings.name, since=place.read_at or now, until=now, cause=cause, noticed_at=now)

    def _batch(
        self,
        place: Place,
        items: Sequence[Item] = (),
        *,
        gaps: tuple[Gap, ...] = (),
        changes: Mapping[str, object] | None = None,
    ) -> Batch:
        others = tuple(one for one in self._cursor.places if one.url != place.url)
        self._cursor = msgspec.structs.replace(self._cursor, places=(*others, place), **(changes or {}))
        return Batch(items=tuple(items), gaps=gaps, cursor=self._cursor)


def _conditions(place: Place) -> dict[str, str]:
    wanted = {"if-none-match": place.etag, "if-modified-since": place.modified}
    return {name: text for name, text in wanted.items() if text and place.known}
