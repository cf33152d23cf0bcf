"""Asking an instance: its token stands in a header, its refusals are errors that say what to do."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from pydantic import Field, HttpUrl, SecretStr

from dengar.errors import AuthExpired, Forbidden, RateLimited, StopSource
from dengar.ingest.fetch import LONGEST_PAUSE, Answer, fetch_url, make_error, post_json, read_json, read_retry_after
from dengar.ingest.formats.dates import read_time
from dengar.ingest.protocol import Clock, SourceSettings

T = TypeVar("T")


class Access(SourceSettings):
    """The instance, and the token of an account on it; many show their hashtags without one."""

    instance: HttpUrl
    token: SecretStr | None = Field(default=None, min_length=1)


class _Refused(msgspec.Struct, frozen=True):
    error: str


class Instance:
    """An instance as our account, or as anybody, sees it, during one run."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._base = f"{str(access.instance).rstrip('/')}/api/v1"
        self._headers = {"authorization": f"Bearer {access.token.get_secret_value()}"} if access.token else {}
        self._clock = clock
        self._rest: datetime | None = None

    def get(self, path: str, parameters: Iterable[tuple[str, str]], kind: type[T]) -> T:
        """Read something as what it must be; raises RateLimited instead of asking once too often."""
        now = self._now()
        url = f"{self._base}/{path}"
        answer = fetch_url(f"{url}?{urlencode(list(parameters))}", now=now, headers=self._headers, explain=explain)
        if answer.headers.get("x-ratelimit-remaining") == "0":
            self._rest = _read_reset(answer.headers, now)
        return read_json(answer, url, kind)

    def post(self, path: str, message: Mapping[str, str], key: str, kind: type[T]) -> T:
        """Write something once; the instance recognises a repetition by its key."""
        url = f"{self._base}/{path}"
        headers = self._headers | {"idempotency-key": key}
        return read_json(post_json(url, message, now=self._now(), headers=headers, explain=explain), url, kind)

    def _now(self) -> datetime:
        if self._rest is not None:
            raise RateLimited(f"{self._base} takes no more requests until {self._rest:%H:%M} UTC.", until=self._rest)
        return self._clock()


def explain(answer: Answer, url: str, now: datetime) -> StopSource:
    """Read an error answer: its status says what it means, its words what the instance says."""
    where, says = url.partition("?")[0], _read_words(answer.body)
    if answer.status == 429:  # noqa: PLR2004  Too Many Requests
        until = _read_reset(answer.headers, now) or read_retry_after(answer.headers.get("retry-after", ""), now)
        return RateLimited(f"{where} asks to wait until {until:%H:%M} UTC.", until=until)
    if answer.status == 401:  # noqa: PLR2004  Unauthorized
        return AuthExpired(f"{where} wants the token of an account, or another one: {says}")
    if answer.status in {403, 422}:
        return Forbidden(f"{where} does not allow this: {says}")
    return make_error(answer, where, now)


def _read_words(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Refused).error[:500]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "it does not say why."


def _read_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read when the limit is lifted, as a date or in epoch seconds; None for a time that is over."""
    until = read_time(headers.get("x-ratelimit-reset", ""))
    return min(until, now + LONGEST_PAUSE) if until and until > now else None
