"""The spider of a crawl: it visits what it is asked for.

This module and `manners` load Scrapy: they are imported when the first crawl begins.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from dengar.errors import SourceChanged
from dengar.ingest.crawling.crawl import NOT_FOUND, NOT_MODIFIED, Page
from dengar.ingest.crawling.manners import explain, read_headers


class Visit:
    """A page or file that is wanted, and the future that gets it."""

    def __init__(self, url: str, headers: Mapping[str, str], *, is_file: bool) -> None:
        self.url = url
        self.headers = headers
        self.is_file = is_file
        self.answer: asyncio.Future[Page] = asyncio.get_running_loop().create_future()


class Visitor(Spider):
    """Makes the visits that are put into its queue, one after the other, until it finds None there."""

    name = "dengar"

    def __init__(
        self, wanted: "asyncio.Queue[Visit | None]", hosts: frozenset[str], clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self.wanted = wanted
        self.hosts = hosts
        self.clock = clock

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each page when it is wanted."""
        while (visit := await self.wanted.get()) is not None:
            yield Request(
                visit.url,
                headers=dict(visit.headers),
                callback=self.parse,
                errback=self.give_up,
                cb_kwargs={"visit": visit},
            )

    def parse(self, response: Response, visit: Visit) -> None:
        """Hand the page over; anything but HTML is an error, unless a file is wanted."""
        headers = read_headers(response)
        if response.status in {NOT_MODIFIED, *NOT_FOUND}:
            visit.answer.set_result(Page(url=response.url, status=response.status, headers=headers))
        elif visit.is_file:
            visit.answer.set_result(Page(url=response.url, headers=headers, body=response.body))
        elif isinstance(response, HtmlResponse):
            visit.answer.set_result(Page(url=response.url, headers=headers, text=response.text))
        else:
            kind = headers.get("content-type", "of an unknown kind")
            visit.answer.set_exception(SourceChanged(f"{response.url} is no web page, but {kind}."))

    def give_up(self, failure: Failure) -> None:
        """Hand over why there is no page."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        request.cb_kwargs["visit"].answer.set_exception(explain(failure.value, request.url))
