"""The one door of the senders to HTTP: sent once, no redirects, a total deadline, typed errors."""

import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

from dengar import __version__
from dengar.errors import AuthExpired, Gone, NotSent, RateLimited, Refused, Transient
from dengar.models import Record

if TYPE_CHECKING:
    import httpx2

USER_AGENT = f"Dengar/{__version__} (delivers reports)"
LARGEST_BYTES = 1_000_000
SECONDS = 15.0
CONNECT_SECONDS = 5.0
LONGEST_PAUSE = timedelta(days=1)
SHOWN = 200
SERVER_ERRORS = 500
PASSING = {408, 425}  # the other side asks for a repetition


class Answer(Record, frozen=True, kw_only=True):
    """What a server said."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], now: datetime, *, seconds: float = SECONDS) -> Answer:
    """Post these bytes; 2xx is an answer, everything else a typed error. `seconds` is the time for the whole."""
    return _ask("POST", url, body, headers, now, seconds)


def get(url: str, headers: Mapping[str, str], now: datetime, *, seconds: float = SECONDS) -> Answer:
    """Get a URL; as `post`."""
    return _ask("GET", url, None, headers, now, seconds)


def knock(url: str) -> list[str]:
    """Say why the server of this address cannot be reached; whatever it answers is well."""
    import httpx2

    try:
        with _open() as client:
            client.request("HEAD", url, timeout=CONNECT_SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return [f"{url} cannot be reached: {error or type(error).__name__}."]
    return []


@cache
def _trusted() -> ssl.SSLContext:
    """Give the certificates to trust; reading them takes longer than most answers."""
    return ssl.create_default_context()


def _open() -> "httpx2.Client":
    import httpx2

    return httpx2.Client(follow_redirects=False, verify=_trusted(), headers={"user-agent": USER_AGENT})


def _ask(  # noqa: PLR0917  only post and get call it
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], now: datetime, seconds: float
) -> Answer:
    import httpx2

    end = time.monotonic() + seconds
    patience = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    try:
        with (
            _open() as client,
            client.stream(method, url, content=body, headers=dict(headers), timeout=patience) as response,
        ):
            said = _read(response, end)
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise NotSent(f"{url} cannot be reached: {error or type(error).__name__}.") from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Transient(f"{url} gave no answer, perhaps it was taken: {error or type(error).__name__}.") from error
    return _refuse(Answer(status=response.status_code, body=said), url, response.headers.get("retry-after"), now)


def _read(response: "httpx2.Response", end: float) -> bytes:
    import httpx2

    read = bytearray()
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > LARGEST_BYTES or time.monotonic() > end:
            raise httpx2.ReadTimeout("the answer is too long or too slow")
    return bytes(read)


def _refuse(answer: Answer, url: str, retry_after: str | None, now: datetime) -> Answer:
    """Raise what an answer means that is none."""
    status, said = answer.status, " ".join(answer.body[: SHOWN * 4].decode("utf-8", "replace").split())[:SHOWN]
    says = f"{url} answers {status}" + (f": {said}" if said else ".")
    if status // 100 == 2:  # noqa: PLR2004  the classes of HTTP
        return answer
    if retry_after is not None and (status == 429 or status >= SERVER_ERRORS):  # noqa: PLR2004
        raise RateLimited(says, until=_read_retry_after(retry_after, now))
    if status in {401, 403}:
        raise AuthExpired(says)
    if status == 410:  # noqa: PLR2004
        raise Gone(says)
    if status >= SERVER_ERRORS or status in PASSING or status == 429:  # noqa: PLR2004
        raise Transient(says)
    raise Refused(f"{says} (a redirect is not followed)" if status // 100 == 3 else says)  # noqa: PLR2004


def _read_retry_after(value: str, now: datetime) -> datetime:
    """Read seconds or a date, a day at most; a value that says nothing means now."""
    if value.isascii() and value.isdigit():
        return now + min(timedelta(seconds=int(value[:9])), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return now
    return min(until if until.tzinfo else until.replace(tzinfo=UTC), now + LONGEST_PAUSE)
