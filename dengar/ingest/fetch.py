"""The one door to HTTP: a total deadline, a size limit, a truthful name, and typed errors."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
import stamina

from dengar import __version__
from dengar.errors import AuthExpired, Blocked, Forbidden, RateLimited, SourceChanged, StopSource, Transient
from dengar.models import Record

USER_AGENT = f"Dengar/{__version__} (+https://github.com/dengar-city/dengar; listens for a city's complaints desk)"
LARGEST_BYTES = 10_000_000
DEADLINE_SECONDS = 30.0
DEFAULT_PAUSE = timedelta(minutes=15)
ATTEMPTS = 3


class Answer(Record, frozen=True, kw_only=True):
    """What a server said; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch_url(url: str, *, now: datetime, headers: Mapping[str, str] | None = None) -> Answer:
    """Get a URL; 200 and 304 are answers, everything else is a typed StopSource.

    Only transport errors are tried again, within the deadline of 30 seconds. Raises SourceChanged for an answer over
    10 MB.
    """
    end = time.monotonic() + DEADLINE_SECONDS
    for attempt in stamina.retry_context(on=httpx2.TransportError, attempts=ATTEMPTS, timeout=DEADLINE_SECONDS):
        with attempt:
            return _refuse(_fetch_once(url, dict(headers or {}), end), url, now)
    raise AssertionError("stamina gives an answer or raises")


def _fetch_once(url: str, headers: dict[str, str], end: float) -> Answer:
    with (
        httpx2.Client(follow_redirects=True, max_redirects=5, timeout=10.0) as client,
        client.stream("GET", url, headers={"user-agent": USER_AGENT} | headers) as response,
    ):
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise SourceChanged(f"{url} answered with more than {LARGEST_BYTES:,} bytes.")
            if time.monotonic() > end:
                raise httpx2.ReadTimeout(f"{url} took longer than {DEADLINE_SECONDS:.0f} s.")
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=lower, body=bytes(body))


def _refuse(answer: Answer, url: str, now: datetime) -> Answer:
    if answer.status in {200, 304}:
        return answer
    raise _error(answer, url, now)


def _error(answer: Answer, url: str, now: datetime) -> StopSource:
    if answer.status in {429, 503} and (answer.status == 429 or "retry-after" in answer.headers):  # noqa: PLR2004
        until = read_retry_after(answer.headers.get("retry-after", ""), now)
        return RateLimited(f"{url} asks to wait until {until:%H:%M} UTC.", until=until)
    kinds: dict[int, tuple[type[StopSource], str]] = {
        401: (AuthExpired, "refuses the credentials: renew them"),
        403: (Forbidden, "forbids the access"),
        404: (SourceChanged, "no longer exists: correct the address"),
        410: (SourceChanged, "is gone for good: remove the source"),
        407: (Blocked, "is behind a proxy that wants a login"),
    }
    kind, says = kinds.get(answer.status, (Transient, f"answers {answer.status}"))
    return kind(f"{url} {says}.")


def read_retry_after(value: str, now: datetime) -> datetime:
    """Read a Retry-After header, in seconds or as a date; 15 minutes from now when it says nothing useful."""
    if value.isdigit():
        return now + timedelta(seconds=min(int(value), 86400))
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, IndexError):
        return now + DEFAULT_PAUSE
