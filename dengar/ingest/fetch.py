"""The one door to HTTP: a total deadline, a size limit, a truthful name, and typed errors."""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TypeVar

import httpx2
import msgspec
import stamina

from dengar import __version__
from dengar.errors import (
    AuthExpired,
    Blocked,
    Forbidden,
    NotSent,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.models import Record

USER_AGENT = f"Dengar/{__version__} (+https://github.com/dengar-city/dengar; listens for a city's complaints desk)"
LARGEST_BYTES = 10_000_000
DEADLINE_SECONDS = 30.0
SILENCE_SECONDS = 10.0
DEFAULT_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
ATTEMPTS = 3
_SECONDS = re.compile(r"[0-9]{1,9}")
# an escaped half of a surrogate pair without its other half
_HALF = re.compile(
    rb"((?<!\\)(?:\\\\)*)"
    rb"(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<", re.DOTALL)

T = TypeVar("T")


class Answer(Record, frozen=True, kw_only=True):
    """What a server said; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Explain = Callable[[Answer, str, datetime], StopSource]


def fetch_url(
    url: str,
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    deadline: float = DEADLINE_SECONDS,
    explain: Explain | None = None,
) -> Answer:
    """Get a URL; 2xx and 304 are answers, everything else is a typed StopSource.

    Only transport errors are tried again, within the deadline (seconds). `explain` knows the vendor's own error codes.
    Raises SourceChanged for an answer over 10 MB.
    """
    answer = _ask("GET", url, headers=headers, attempts=ATTEMPTS, deadline=deadline)
    return _refuse(answer, url, now, explain or make_error)


def post_form(url: str, fields: Mapping[str, str], *, deadline: float = DEADLINE_SECONDS) -> Answer:
    """Post a form and give the answer, whatever its status; raises StopSource when none comes.

    It is sent once, and no redirect is followed: a form carries secrets, and a refresh token may be good for one use.
    """
    return _ask("POST", url, fields=fields, attempts=1, deadline=deadline)


def post_bytes(url: str, body: bytes, *, headers: Mapping[str, str], deadline: float = DEADLINE_SECONDS) -> Answer:
    """Post these very bytes once and give the answer, whatever its status; raises StopSource when none comes."""
    return _ask("POST", url, headers=headers, body=body, attempts=1, deadline=deadline)


def post_json(
    url: str,
    message: object,
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    deadline: float = DEADLINE_SECONDS,
    explain: Explain | None = None,
) -> Answer:
    """Post JSON once, without following redirects; 200 to 299 are answers, everything else is a typed StopSource.

    Nothing is tried again: a message that was perhaps taken must not be sent twice.
    """
    body = msgspec.json.encode(message)
    typed = {"content-type": "application/json"} | dict(headers or {})
    answer = _ask("POST", url, headers=typed, body=body, attempts=1, deadline=deadline)
    return _refuse(answer, url, now, explain or make_error)


def read_json(answer: Answer, url: str, kind: type[T]) -> T:
    """Read an answer as what it must be; raises Blocked for a web page, SourceChanged for any other shape.

    `kind` is a msgspec Struct (or another type) that names what is needed; what it does not name is passed over.
    """
    try:
        return _decode(answer.body, kind)
    except (ValueError, RecursionError) as error:  # msgspec's and json's errors are ValueErrors
        if _PAGE.match(answer.body):
            raise Blocked(f"{url} answered with a web page: a login or a block, not what was asked for.") from error
        raise SourceChanged(f"{url} answered with another shape than we know: {error}.") from error


def _decode(body: bytes, kind: type[T]) -> T:
    """Decode JSON; what others write and JSON forbids (halves of characters, NaN) must not cost a whole page."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        whole = _HALF.sub(rb"\1\\ufffd", body)
    try:
        return msgspec.json.decode(whole, type=kind)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        numbers = json.loads(whole.decode("utf-8", "replace"), parse_constant=lambda _: None)
        return msgspec.json.decode(json.dumps(numbers).encode(), type=kind)


def _ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
    body: bytes | None = None,
    attempts: int,
    deadline: float,
) -> Answer:
    end = time.monotonic() + deadline
    try:
        for attempt in stamina.retry_context(on=httpx2.TransportError, attempts=attempts, timeout=deadline):
            with attempt:
                return _ask_once(method, url, headers or {}, fields, body, end)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise NotSent(f"{url} cannot be reached: {error or type(error).__name__}.") from error
    except httpx2.TransportError as error:
        raise Transient(f"{url} cannot be reached: {error or type(error).__name__}.") from error
    except httpx2.TooManyRedirects as error:
        raise Blocked(f"{url} sends us round in circles, as login pages do.") from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SourceChanged(f"{url} answered with something that is no HTTP: {error}.") from error
    raise AssertionError("stamina gives an answer or raises")


@cache
def _trusted() -> ssl.SSLContext:
    """Give the certificates to trust; reading them takes longer than most answers."""
    return httpx2.create_ssl_context()


def _ask_once(  # noqa: PLR0917  only _ask calls it
    method: str, url: str, headers: Mapping[str, str], fields: Mapping[str, str] | None, body: bytes | None, end: float
) -> Answer:
    patience = max(0.1, min(SILENCE_SECONDS, end - time.monotonic()))
    with (
        httpx2.Client(follow_redirects=method == "GET", max_redirects=5, timeout=patience, verify=_trusted()) as client,
        client.stream(
            method, url, headers={"user-agent": USER_AGENT, **headers}, data=fields, content=body
        ) as response,
    ):
        read = bytearray()
        for chunk in response.iter_bytes():
            read += chunk
            if len(read) > LARGEST_BYTES:
                raise SourceChanged(f"{url} answered with more than {LARGEST_BYTES:,} bytes.")
            if time.monotonic() > end:
                raise httpx2.ReadTimeout("the answer took too long")
        lower = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=lower, body=bytes(read))


def _refuse(answer: Answer, url: str, now: datetime, explain: Explain) -> Answer:
    if answer.status // 100 == 2 or answer.status == 304:  # noqa: PLR2004  the classes of HTTP
        return answer
    raise explain(answer, url, now)


def make_error(answer: Answer, url: str, now: datetime) -> StopSource:
    """Say what an answer that is none means for the source, by its status alone."""
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
    """Read a Retry-After header, in seconds or as a date; 15 minutes when it says nothing useful.

    A wrong clock on the other side must not silence a source for ever: it is a day at most.
    """
    if _SECONDS.fullmatch(value):
        return now + min(timedelta(seconds=int(value)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return now + DEFAULT_PAUSE
    return min(until if until.tzinfo else until.replace(tzinfo=UTC), now + LONGEST_PAUSE)
