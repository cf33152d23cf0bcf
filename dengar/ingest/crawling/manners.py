"""What stands between the spider and a site: robots.txt, refusals, redirects and sizes, each as a typed error."""

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from dengar.errors import Blocked, Forbidden, SourceChanged, StopSource, Transient
from dengar.ingest.crawling.crawl import NOT_FOUND, host_of, is_inside
from dengar.ingest.crawling.safety import LONGEST_DELAY, ROBOTS_NAME
from dengar.ingest.fetch import LARGEST_BYTES, Answer, make_error

if TYPE_CHECKING:
    from dengar.ingest.crawling.visiting import Visitor

_NOBODY = b"User-agent: *\nDisallow: /"
_CERTIFICATE = re.compile("certificate verify failed|VerificationError")  # an expired one, or that of another host
_ERROR, _TOO_MANY, _SERVER_ERROR = 400, 429, 500


class Refused(IgnoreRequest):
    """There is no page, and `error` says what that means for the source."""

    def __init__(self, error: StopSource) -> None:
        super().__init__(str(error))
        self.error = error


def explain(error: BaseException | None, url: str) -> StopSource:
    """Say what an error of Scrapy means for the source."""
    if isinstance(error, Refused):
        return error.error
    if isinstance(error, DownloadCancelledError):
        return _too_large(url)
    reason = str(error).rstrip(".") or type(error).__name__
    if _CERTIFICATE.search(reason):
        says = "shows a certificate that nobody vouches for: have it renewed, or let SSL_CERT_FILE name who does"
        return Blocked(f"{host_of(url)} {says}.")
    return Transient(f"{url} cannot be reached: {reason}.")


def read_headers(response: Response) -> dict[str, str]:
    """Give an answer's headers, with their names in lower case."""
    headers = response.headers.items()
    return {name.decode("latin-1").lower(): b", ".join(values).decode("latin-1") for name, values in headers}


def _too_large(url: str) -> SourceChanged:
    return SourceChanged(f"{url} answered with more than {LARGEST_BYTES:,} bytes.")


def _spider(crawler: Crawler) -> "Visitor":
    return cast("Visitor", crawler.spider)


def _read_refusal(crawler: Crawler, request: Request, response: Response) -> StopSource:
    answer = Answer(status=response.status, headers=read_headers(response), body=b"")
    return make_error(answer, request.url, _spider(crawler).clock())


class Robots(RobotsTxtMiddleware):
    """Keeps to robots.txt and its Crawl-delay; as long as it cannot be read, nothing may be (RFC 9309, 2.3.1.4)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unread: dict[str, StopSource] = {}

    def process_response(self, request: Request, response: Response) -> Response:
        """Understand an error instead of robots.txt: none is there, or nothing may be read for now."""
        if not _is_robots(request) or response.status < _ERROR:
            return response
        if response.status == _TOO_MANY or response.status >= _SERVER_ERROR:
            return self._close(request, _read_refusal(self.crawler, request, response))
        return response.replace(body=b"")

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        """Allow nothing when robots.txt cannot be reached."""
        return self._close(request, explain(exception, request.url)) if _is_robots(request) else None

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let pass what robots.txt allows, as slowly as it asks."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            forbidden = Forbidden(f"robots.txt forbids programs to read {request.url}: ask the owner of the site.")
            raise Refused(self._unread.get(host_of(request.url), forbidden)) from error
        if rp is not None and (delay := rp.crawl_delay(ROBOTS_NAME)):
            self._slow_down(request, delay)

    def _close(self, request: Request, error: StopSource) -> Response:
        self._unread[host_of(request.url)] = error
        return Response(request.url, body=_NOBODY)

    def _slow_down(self, request: Request, delay: float) -> None:
        if delay > LONGEST_DELAY:
            says = f"robots.txt asks for {delay:.0f} seconds between two pages, and a run waits {LONGEST_DELAY:.0f}"
            raise Refused(Forbidden(f"{request.url}: {says}: ask the owner of the site."))
        slot = self.crawler.engine.downloader.slots[urlsplit(request.url).hostname or ""]
        slot.delay = max(slot.delay, delay)


def _is_robots(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))


class Refusals:
    """Ends the run at any error: Retry-After as RateLimited, 401 as AuthExpired and so on.

    A page that is not there may be no error: one entry of many was deleted. Whoever asked for it says.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Refusals":
        """Build it, as Scrapy asks."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Let pages pass; raises Refused."""
        if response.status < _ERROR or response.status in NOT_FOUND or _is_robots(request):
            return response
        raise Refused(_read_refusal(self._crawler, request, response))


class Redirects(RedirectMiddleware):
    """Follows redirects within the source's hosts."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Follow a redirect; raises Refused for one that leads away or round in circles."""
        del spider
        try:
            result: Request | Response = super().process_response(request, response)
        except IgnoreRequest as error:
            raise Refused(Blocked(f"{request.url} sends us round in circles, as login pages do.")) from error
        if isinstance(result, Request) and not is_inside(result.url, _spider(self.crawler).hosts):
            says = f"sends us away to {host_of(result.url)}"
            raise Refused(
                Blocked(f"{request.url} {says}: look at it in a browser; if that host is right, add it to `domains`.")
            )
        return result


class Compression(HttpCompressionMiddleware):
    """Unpacks answers up to the size that is allowed."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Unpack an answer; raises Refused for one that grows too large."""
        del spider
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise Refused(_too_large(request.url)) from error
