"""One crawl of a site: pages fetched through Scrapy, each when its reader asks for it."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dengar.errors import Blocked, Transient
from dengar.ingest.crawling.safety import scrapy_settings
from dengar.ingest.crawling.thread import crawl_loop
from dengar.models import Record

if TYPE_CHECKING:
    from dengar.ingest.crawling.visiting import Visit

NOT_MODIFIED = 304
NOT_FOUND = {404, 410}
DEADLINE_SECONDS = 600.0  # for one page with its redirects, repetitions and delays
PATIENCE_SECONDS = 5.0


class Page(Record, frozen=True, kw_only=True):
    """A web page or a file: where it was found in the end, and its headers in lower case.

    A page has a text, a file a body; what was not modified (304) or is not there (404, 410) has neither.
    """

    url: str
    status: int = 200
    headers: Mapping[str, str] = {}
    text: str = ""
    body: bytes = b""


class Crawl:
    """A crawl under way; `fetched` counts the pages that were asked for."""

    def __init__(
        self, hosts: frozenset[str], wanted: "asyncio.Queue[Visit | None]", crawling: "asyncio.Task[None]"
    ) -> None:
        self.fetched = 0
        self._hosts = hosts
        self._wanted = wanted
        self._crawling = crawling

    def fetch(self, url: str, headers: Mapping[str, str] | None = None, *, is_file: bool = False) -> Page:
        """Get a web page, or any file, as slowly as the site asks; everything else is a typed StopSource.

        Raises Blocked for an address outside of the source's hosts.
        """
        if not is_inside(url, self._hosts):
            raise Blocked(f"{url} lies outside of this source: if it belongs to it, add its host to `domains`.")
        self.fetched += 1
        return asyncio.run_coroutine_threadsafe(self._visit(url, headers or {}, is_file), crawl_loop()).result()

    async def _visit(self, url: str, headers: Mapping[str, str], is_file: bool) -> Page:  # noqa: FBT001
        from dengar.ingest.crawling.visiting import Visit

        visit = Visit(url, headers, is_file=is_file)
        await self._wanted.put(visit)
        either: set[asyncio.Future[Any]] = {visit.answer, self._crawling}
        await asyncio.wait(either, timeout=DEADLINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not visit.answer.done():
            cause = self._crawling.exception() if self._crawling.done() else None
            raise Transient(f"{url} gave nothing: {cause or 'it took too long'}.") from cause
        return visit.answer.result()

    async def end(self) -> None:
        """End the crawl; one whose last page is still under way is left to end by itself."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._wanted.put(None)
                await asyncio.wait({self._crawling})


@contextmanager
def open_crawl(
    hosts: frozenset[str], *, delay: float, timeout: float, clock: Callable[[], datetime]
) -> Iterator[Crawl]:
    """Begin a crawl of these hosts; it ends with the block. `delay` and `timeout` are in seconds."""
    loop = crawl_loop()
    crawl = asyncio.run_coroutine_threadsafe(_begin(hosts, scrapy_settings(delay, timeout), clock), loop).result()
    try:
        yield crawl
    finally:
        asyncio.run_coroutine_threadsafe(crawl.end(), loop).result()


async def _begin(hosts: frozenset[str], settings: dict[str, Any], clock: Callable[[], datetime]) -> Crawl:
    from scrapy.crawler import AsyncCrawlerRunner

    from dengar.ingest.crawling.visiting import Visit, Visitor

    logging.getLogger("scrapy").setLevel(logging.ERROR)  # what it tells of every page is told by the run
    wanted: asyncio.Queue[Visit | None] = asyncio.Queue(maxsize=1)
    runner = AsyncCrawlerRunner(settings)
    return Crawl(hosts, wanted, runner.crawl(Visitor, wanted=wanted, hosts=hosts, clock=clock))


def is_inside(url: str, hosts: frozenset[str]) -> bool:
    """Say whether an address is one of the web on these hosts; a leading `www.` makes no difference."""
    return host_of(url) in hosts and urlsplit(url).scheme in {"http", "https"}


def host_of(url: str) -> str:
    """Give an address's host without `www.`; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # an unclosed bracket
        return ""
