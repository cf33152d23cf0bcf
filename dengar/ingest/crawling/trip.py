"""What one run of a spider has at hand, and what it makes of the pages that it gets."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin

from parsel import Selector

from dengar.errors import SourceChanged
from dengar.ingest.crawling.crawl import NOT_FOUND, Page, is_inside, open_crawl
from dengar.ingest.crawling.entries import Entry, cut, explain_nothing, find_lack, is_entry, open_page
from dengar.ingest.crawling.kept import MOST_PHOTOS, keep, tell_selectors
from dengar.ingest.crawling.options import CrawlSettings, Shape
from dengar.ingest.crawling.selecting import read_link, read_source, select, wants_login
from dengar.ingest.protocol import Budget, Clock, Window
from dengar.models import Item


class EnoughPages(Exception):
    """The run has fetched as many pages as it may."""


class Fetches(Protocol):
    """What gets pages: a crawl."""

    fetched: int

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Get a page; raises StopSource."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One run: its settings, its crawl, and its limits."""

    settings: CrawlSettings
    crawl: Fetches
    window: Window | None
    budget: Budget
    clock: Clock

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Get a page; raises EnoughPages and BudgetSpent, and what the crawl raises."""
        # A window is read to its end: nobody would come back for what a run left out.
        if self.window is None and self.crawl.fetched >= self.settings.pages:
            raise EnoughPages
        self.budget.ask()
        return self.crawl.fetch(url, headers)

    def make_item(
        self, page: Page, parts: Sequence[Selector], shape: Shape, entry_id: str, *, without: str = "", **about: str
    ) -> Item:
        """Make an item of parts of a page, without what a selector finds there; `about` (its `url`) is kept with it."""
        photos = self._find_photos(page, parts)
        told = tell_selectors(self.settings, shape) | about | ({"photos": " ".join(photos)} if photos else {})
        return Item(
            channel=self.settings.channel,
            account=self.settings.name,
            native_id=entry_id,
            collector=self.settings.collector,
            source=self.settings.name,
            payload=keep(parts, told, (self.settings.drop, without)),
            media_type="text/html",
            observed_at=self.clock(),
            incomplete=bool(photos),
        )

    def _find_photos(self, page: Page, parts: Sequence[Selector]) -> list[str]:
        found = [read_source(one, page.url) for part in parts for one in select(part, self.settings.photo)]
        return [url for url in dict.fromkeys(found) if is_inside(url, self.settings.hosts)][:MOST_PHOTOS]


@contextmanager
def begin_trip(settings: CrawlSettings, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Trip]:
    """Begin a crawl of the source's hosts; it ends with the block."""
    with open_crawl(settings.hosts, delay=settings.delay, timeout=settings.timeout, clock=clock) as crawl:
        yield Trip(settings=settings, crawl=crawl, window=window, budget=budget, clock=clock)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of a list, with its entries in its own order."""

    page: Page
    root: Selector
    entries: list[Entry]


def read_page(settings: CrawlSettings, page: Page, *, is_first: bool = True) -> Listed:
    """Cut a page of a list into entries; raises Blocked and SourceChanged.

    A list may end with a page that has none, or is not there; its first page has some, or says that the list is empty.
    """
    if page.status in NOT_FOUND and is_first:
        raise SourceChanged(f"{page.url} no longer exists: correct the address.")
    root = open_page(page)
    entries = [] if page.status in NOT_FOUND else cut(root, settings.entry, settings.list_shape, page.url)
    is_odd = not entries and (is_first or wants_login(root, page.url)) and not select(root, settings.empty)
    needs, shape = settings.needs, settings.list_shape
    if is_odd:
        raise explain_nothing(root, page, "entry", settings.entry)
    if lack := find_lack(entries, needs, shape, page.url):
        raise lack
    return Listed(page=page, root=root, entries=[entry for entry in entries if is_entry(entry, needs)])


def find_next(settings: CrawlSettings, listed: Listed, first_page: str, depth: int) -> str:
    """Give the address of the list's next page; empty when it has none."""
    if settings.page_url:
        return _number_page(settings, first_page, depth + 1)
    return find_next_link(settings, listed.root, listed.page)


def find_next_link(settings: CrawlSettings, root: Selector, page: Page) -> str:
    """Give the address that the page itself names as the next one; empty when it names none."""
    found = select(root, settings.next)
    following = read_link(found[0], page.url) if found else ""
    return "" if following == page.url else following


def _number_page(settings: CrawlSettings, first_page: str, depth: int) -> str:
    """Make the address of the page behind so many others; empty behind the last one."""
    start, end = settings.page_numbers
    number = start + (depth - 1) * settings.page_step
    return urljoin(first_page, settings.page_url.replace("{page}", str(number))) if number <= end else ""
