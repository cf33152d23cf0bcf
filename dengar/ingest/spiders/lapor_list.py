"""LAPOR!: the public list of complaints, a card each, with the answers of institutions and the comments of others."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial

from dengar.ingest.crawling.entries import Entry, cut, public_address
from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor, walk
from dengar.ingest.crawling.options import CrawlSettings, Shape
from dengar.ingest.crawling.photos import complete_entry as complete
from dengar.ingest.crawling.selecting import SelectorText
from dengar.ingest.crawling.sites import check_site as check
from dengar.ingest.crawling.sites import describe_site as describe
from dengar.ingest.crawling.trip import EnoughPages, Listed, Trip, begin_trip
from dengar.ingest.protocol import Batch, Budget, Clock, Window
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "complete", "describe", "parse", "pull"]

NOBODY = {"anonim", "anonymous", "rahasia"}  # whoever hides the name: not one and the same person


class Settings(CrawlSettings):
    """The list's address; all selectors stand here, those of a card and those of its comments."""

    channel: str = "lapor"
    entry: SelectorText = ".complaint"
    id: SelectorText = "::attr(data-complaint-id)"
    link: SelectorText = ".complaint-title a"
    title: SelectorText = ".complaint-title"
    text: SelectorText = ".complaint-text"
    author: SelectorText = ".complaint-user"
    date: SelectorText = ".complaint-date"
    place: SelectorText = ".complaint-location"
    category: SelectorText = ".complaint-category"
    status: SelectorText = ".complaint-status"
    over: tuple[str, ...] = ("selesai", "ditutup")
    lat: SelectorText = ".complaint-location::attr(data-lat)"
    lon: SelectorText = ".complaint-location::attr(data-lng)"
    activity: SelectorText = ".complaint-comment::attr(id), .complaint-followup::attr(id)"
    comment: SelectorText = ".complaint-comment"
    comment_id: SelectorText = "::attr(id)"
    comment_text: SelectorText = ".comment-text"
    comment_author: SelectorText = ".comment-user"
    comment_date: SelectorText = ".comment-date"
    photo: SelectorText = ".complaint-photo img"
    drop: SelectorText = ".complaint-counts, .complaint-actions"
    next: SelectorText = ".pagination a[rel=next]"
    empty: SelectorText = ".complaint-list-empty"

    @property
    def comment_shape(self) -> Shape:
        """Give the selectors of the fields of a comment."""
        own = {"id": self.comment_id, "text": self.comment_text, "author": self.comment_author}
        return dict.fromkeys(self.shape, "") | own | {"date": self.comment_date}


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read the list down to what is known; a card is read again when its status, its answers or its comments change."""
    with begin_trip(settings, window, budget, clock) as trip, suppress(EnoughPages):
        yield from walk(trip, [str(url) for url in settings.urls], cursor, reader=partial(read_card, settings))


def read_card(settings: Settings, trip: Trip, listed: Listed, entry: Entry) -> Sequence[Item]:
    """Make an item of a card, and one of each comment, as an answer to it."""
    url = public_address(entry.url, listed.root, listed.page)
    card = trip.make_item(listed.page, [entry.node], settings.shape, entry.id, url=url, without=settings.comment)
    comments = cut(entry.node, settings.comment, settings.comment_shape, listed.page.url)
    make = partial(trip.make_item, listed.page, shape=settings.comment_shape, url=url, reply_to=entry.id)
    return [card, *(make([comment.node], entry_id=comment.id) for comment in comments)]


def parse(item: Item) -> Draft:
    """Read a card or a comment; raises Poison."""
    draft = parse_entry(item, Settings)
    return draft.replace(author="") if draft.author.lower() in NOBODY else draft
