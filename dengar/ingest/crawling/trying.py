"""Guesses how a site is read, and tries it: on the site itself, and on pages that were saved of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from statistics import median

from parsel import Selector

from dengar.errors import Forbidden, Poison, SourceChanged
from dengar.ingest.crawling.crawl import NOT_FOUND, Page, is_inside
from dengar.ingest.crawling.entries import explain_nothing, open_page
from dengar.ingest.crawling.guessing import Guess, Selectors, guess_article, guess_list
from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor, keep_entry
from dengar.ingest.crawling.options import SiteSettings
from dengar.ingest.crawling.selecting import read_link, read_text, select
from dengar.ingest.crawling.sites import open_article, walk_site
from dengar.ingest.crawling.trip import Fetches, Trip, read_page
from dengar.ingest.protocol import Budget
from dengar.models import Draft, Item

SHOWN = 3
MUCH_MORE = 1.3  # so much more text has the page behind an entry when that is where the text stands


class Remembered:
    """Pages of a site, each fetched once; `on_page` hears of each."""

    def __init__(self, crawl: Fetches, on_page: Callable[[str], None]) -> None:
        self.fetched = 0
        self.pages: dict[str, Page] = {}
        self._crawl = crawl
        self._on_page = on_page

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Get a page; raises StopSource."""
        del headers
        if url not in self.pages:
            self._on_page(url)
            self.pages[url] = self._crawl.fetch(url)
        return self.pages[url]


class Saved:
    """Pages that were saved, by address; any other is not there."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.fetched = 0
        self._texts = texts

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Get a page."""
        del headers
        return Page(url=url, text=self._texts[url]) if url in self._texts else Page(url=url, status=404)


def guess_site(pages: Fetches, url: str, hosts: frozenset[str], now: datetime) -> Selectors:
    """Guess how the list at this address is read, and whether the texts stand behind its links.

    Raises SourceChanged where nothing repeats, and what a crawl raises.
    """
    page = pages.fetch(url)
    if page.status in NOT_FOUND:
        raise SourceChanged(f"There is no page at {url} ({page.status}): correct the address.")
    root = open_page(page)
    guess = guess_list(root, page.url, now)
    if guess is None:
        odd = explain_nothing(root, page, "entry", "")
        nothing = f"Nothing repeats on {url}: give the address of a list that shows at least three entries."
        raise SourceChanged(nothing) if isinstance(odd, SourceChanged) else odd
    roots = list(_open_articles(pages, guess, page.url, hosts))
    behind = guess_article(roots, now)
    if _count_text(guess.entries, guess.selectors.get("text", "")) * MUCH_MORE >= _count_text(
        roots, behind.get("text", "")
    ):
        return guess.selectors
    return {name: selector for name, selector in guess.selectors.items() if name not in {"id", "text"}} | behind


def _open_articles(pages: Fetches, guess: Guess, url: str, hosts: frozenset[str]) -> Iterator[Selector]:
    links = [select(entry, guess.selectors.get("link", "")) for entry in guess.entries[:SHOWN]]
    for address in [read_link(found[0], url) for found in links if found]:
        with suppress(Forbidden):  # the list may be read, what is behind it not
            if is_inside(address, hosts) and (page := pages.fetch(address)).status not in NOT_FOUND:
                yield open_page(page)


def _count_text(parts: Sequence[Selector], selector: str) -> float:
    return median([sum(len(read_text(found)) for found in select(part, selector)) for part in parts] or [0])


def try_entries(settings: SiteSettings, pages: Fetches, now: datetime) -> list[Draft]:
    """Read the first entries of the list as the source would; raises StopSource."""
    trip = Trip(settings=settings, crawl=pages, window=None, budget=Budget(), clock=lambda: now)
    listed = read_page(settings, trip.fetch(str(settings.urls[0])))
    drafts: list[Draft] = []
    for entry in listed.entries[:SHOWN]:
        opened = open_article(settings, trip, entry, Cursor()) if settings.article else ()
        items = [item for one in opened for item in one.items] if settings.article else keep_entry(trip, listed, entry)
        with suppress(Poison):
            drafts += [parse_entry(item, SiteSettings) for item in items]
    return drafts


def read_saved(settings: SiteSettings, texts: Mapping[str, str], now: datetime) -> list[Item]:
    """Read saved pages as the source would, each message once; raises StopSource."""
    trip = Trip(settings=settings, crawl=Saved(texts), window=None, budget=Budget(), clock=lambda: now)
    batches = list(walk_site(settings, trip, Cursor()))
    return sorted({item.id: item for batch in batches for item in batch.items}.values(), key=lambda item: item.id)
