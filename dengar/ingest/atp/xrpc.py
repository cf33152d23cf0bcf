"""XRPC, the HTTP of the AT Protocol: signing in with an app password, and errors by their names."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from dengar.errors import AuthExpired, Forbidden, RateLimited, SourceChanged, StopSource
from dengar.ingest.atp.source import Settings
from dengar.ingest.fetch import Answer, fetch_url, make_error, post_json, read_json, read_retry_after

LONGEST_PAUSE = timedelta(days=1)
STALE = {"ExpiredToken", "InvalidToken"}
FACTOR = "AuthFactorTokenRequired"
SHUT = {"AccountTakedown", "AccountSuspended", "AccountDeactivated"}
_NAME = re.compile(r"[A-Za-z]{1,60}")
_SECONDS = re.compile(r"[0-9]{1,11}")

T = TypeVar("T")


class TokenStale(AuthExpired):
    """The token of a session is no longer good; another can be had."""


class Missing(SourceChanged):
    """The record that was asked for does not exist, or no longer."""


class Session(msgspec.Struct, frozen=True, rename="camel"):
    """Who signed in, and the tokens that prove it: the first for some hours, the second for a new pair."""

    did: str
    access_jwt: str
    refresh_jwt: str


class Failure(msgspec.Struct, frozen=True):
    """An error as XRPC names it."""

    error: str = ""


# A service allows an account to sign in 300 times a day, and some fewer: a session is used again while it lasts.
_sessions: dict[tuple[str, str, str], Session] = {}


class Service:
    """The service that answers for a source: its own when it signs in, otherwise the public one (`public`: always)."""

    def __init__(self, settings: Settings, now: datetime, *, public: bool = False) -> None:
        self._settings = settings
        self._now = now
        self._signs_in = bool(settings.identifier) and not public
        self._base = str(settings.service_url if self._signs_in else settings.appview_url).rstrip("/")

    @property
    def did(self) -> str:
        """Our own account; empty when the source does not sign in."""
        return self._session().did if self._signs_in else ""

    def get(self, method: str, fields: Sequence[tuple[str, str]], kind: type[T]) -> T:
        """Ask; raises StopSource."""
        return read_json(self.ask(method, fields), self._url(method), kind)

    def ask(self, method: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Ask for an answer with its headers; raises StopSource."""
        url = f"{self._url(method)}?{urlencode(fields)}"
        return self._try(lambda headers: fetch_url(url, now=self._now, headers=headers, explain=self._explain))

    def post(self, method: str, message: object, kind: type[T]) -> T:
        """Write once; a second time only when the first was refused for its token. Raises StopSource."""
        url = self._url(method)
        answer = self._try(
            lambda headers: post_json(url, message, now=self._now, headers=headers, explain=self._explain)
        )
        return read_json(answer, url, kind)

    def _url(self, method: str) -> str:
        return f"{self._base}/xrpc/{method}"

    def _try(self, send: Callable[[dict[str, str]], Answer]) -> Answer:
        if not self._signs_in:
            return send({})
        session = self._session()
        try:
            return send(_prove(session.access_jwt))
        except TokenStale:
            return send(_prove(self._renew(session).access_jwt))

    def _session(self) -> Session:
        return _sessions.get(self._key) or self._sign_in()

    @property
    def _key(self) -> tuple[str, str, str]:
        return self._base, self._settings.identifier, self._settings.app_password.get_secret_value()

    def _sign_in(self) -> Session:
        _, identifier, password = self._key
        return self._begin("com.atproto.server.createSession", {"identifier": identifier, "password": password}, {})

    def _renew(self, session: Session) -> Session:
        """Use the second token; when that is no longer good either, sign in anew."""
        _sessions.pop(self._key, None)
        try:
            # an empty body: the service refuses any other
            return self._begin("com.atproto.server.refreshSession", msgspec.Raw(), _prove(session.refresh_jwt))
        except AuthExpired:
            return self._sign_in()

    def _begin(self, method: str, message: object, headers: dict[str, str]) -> Session:
        url = self._url(method)
        answer = post_json(url, message, now=self._now, headers=headers, explain=self._explain)
        _sessions[self._key] = session = read_json(answer, url, Session)
        return session

    def _explain(self, answer: Answer, url: str, now: datetime) -> StopSource:
        return explain(answer, url.partition("?")[0], now, identifier=self._settings.identifier)


def explain(answer: Answer, url: str, now: datetime, *, identifier: str = "") -> StopSource:
    """Say what an error means for the source, by its name and then by its status."""
    name = _read_name(answer.body)
    if answer.status == 429:  # noqa: PLR2004  too many requests
        until = read_reset(answer, now)
        return RateLimited(f"{url} asks to wait until {until:%H:%M} UTC.", until=until)
    is_stranger = answer.status == 403 and not identifier  # noqa: PLR2004  forbidden
    for is_so, kind, says in (
        (name == "RecordNotFound", Missing, "knows no such record"),
        (name in STALE, TokenStale, f"takes no token of {identifier} any more: make a new app password"),
        (name == FACTOR, AuthExpired, f"wants a second factor from {identifier}: use an app password, not the own one"),
        (name in SHUT, Forbidden, f"says that the account {identifier} is shut ({name}): look at it in a browser"),
        (is_stranger, Forbidden, "is closed to strangers: set identifier and app_password"),
        (answer.status == 400, SourceChanged, f"refuses what was asked ({name}): look at the source's settings"),  # noqa: PLR2004
    ):
        if is_so:
            return kind(f"{url} {says}.")
    return make_error(answer, url, now)


def read_reset(answer: Answer, now: datetime) -> datetime:
    """Say until when a service wants a pause; a day at most."""
    now = read_date(answer) or now
    reset = answer.headers.get("ratelimit-reset", "")
    if not _SECONDS.fullmatch(reset):
        return read_retry_after(answer.headers.get("retry-after", ""), now)
    return min(max(datetime.fromtimestamp(int(reset), UTC), now + timedelta(seconds=1)), now + LONGEST_PAUSE)


def read_date(answer: Answer) -> datetime | None:
    """Give the time of an answer by the service's own clock."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, IndexError, OverflowError):
        return None


def _read_name(body: bytes) -> str:
    try:
        name = msgspec.json.decode(body, type=Failure).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return name if _NAME.fullmatch(name) else ""


def _prove(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
