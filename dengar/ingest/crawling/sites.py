"""Sites with lists of one kind: the text stands in the list, or on the page behind each entry's link."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from parsel import Selector

from dengar.errors import SourceChanged, StopSource
from dengar.ingest.crawling.crawl import NOT_FOUND, Page, is_inside
from dengar.ingest.crawling.entries import Entry, explain_nothing, open_page, public_address
from dengar.ingest.crawling.lists import Cursor, Opened, walk
from dengar.ingest.crawling.options import CrawlSettings, SiteSettings
from dengar.ingest.crawling.selecting import select
from dengar.ingest.crawling.trip import EnoughPages, Trip, begin_trip, read_page
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Window

NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


def pull_site(
    settings: SiteSettings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock
) -> Iterator[Batch]:
    """Read the lists down to what is known, each new entry with its text; a window as far as the list shows times."""
    with begin_trip(settings, window, budget, clock) as trip:
        yield from walk_site(settings, trip, cursor)


def walk_site(settings: SiteSettings, trip: Trip, cursor: Cursor) -> Iterator[Batch]:
    """Read the lists of a trip, until it has had its share of pages."""
    opener = partial(open_article, settings) if settings.article else None
    with suppress(EnoughPages):
        yield from walk(trip, [str(url) for url in settings.urls], cursor, opener=opener)


def open_article(settings: SiteSettings, trip: Trip, entry: Entry, cursor: Cursor) -> Iterator[Opened]:
    """Fetch the page behind an entry; its article is kept, and the entry too, which alone may have the date."""
    del cursor
    if not is_inside(entry.url, settings.hosts):
        says = f"`link` ({settings.link}) leads to {entry.url}, which lies outside of this source"
        yield Opened(lacks=SourceChanged(f"{says}: correct it, or add the host to `domains`."))
        return
    page = trip.fetch(entry.url)
    if page.status in NOT_FOUND:  # deleted since the list was made
        yield Opened()
        return
    root = open_page(page)
    article = select(root, settings.article)[:1]
    lacks = _find_lack(settings, page, root, article)
    url = public_address(page.url, root, page)
    item = trip.make_item(page, [*article, entry.node], settings.shape, entry.id, url=url)
    yield Opened(items=(item,), lacks=lacks)


def _find_lack(settings: SiteSettings, page: Page, root: Selector, article: list[Selector]) -> StopSource | None:
    if not article:
        return explain_nothing(root, page, "article", settings.article)
    if settings.text and not select(article[0], settings.text):
        return explain_nothing(root, page, "text", settings.text)
    return None


def check_site(settings: CrawlSettings) -> list[str]:
    """Read the first page of each list; raises StopSource for one that gives no entries."""
    with begin_trip(settings, None, Budget(), lambda: NO_TIME) as trip:
        for url in settings.urls:
            read_page(settings, trip.fetch(str(url)))
    return []


def describe_site() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="what the lists of the site still lead to",
        ordering="newest first",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )
