"""Asking the Graph API in the name of a page.

The token stands in a header or a body, never in an address, because addresses are logged; and no error names it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from pydantic import Field, HttpUrl, SecretStr

from dengar.errors import RateLimited, SourceChanged, StopSource
from dengar.ingest.fetch import Answer, fetch_url, post_form, post_json, read_json
from dengar.ingest.graph.refusals import TooMuch, explain
from dengar.ingest.graph.usage import find_rest
from dengar.ingest.protocol import Clock, SourceSettings

LARGEST_PAGE = 100
LARGEST_BATCH = 50
_POSITIONS = {"after", "until", "__paging_token"}
_QUERY = re.compile(r"(https?://[^\s?]+)\?\S+")

T = TypeVar("T")


class Access(SourceSettings):
    """Whose page it is, and the credentials of the app and of the page."""

    page: str = Field(pattern=r"^[0-9]{1,30}$")
    app_id: str = Field(pattern=r"^[0-9]{1,30}$")
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=1)
    api: HttpUrl = HttpUrl("https://graph.facebook.com/v26.0")


class _Cursors(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str | None = None


class _Summary(msgspec.Struct, frozen=True):
    order: str = ""


class Page(msgspec.Struct, frozen=True):
    """A page of a list; `data` has the very bytes of each message."""

    data: list[msgspec.Raw]
    paging: _Paging = _Paging()
    summary: _Summary = _Summary()

    @property
    def onward(self) -> str:
        """The parameters that lead to the next page; empty on the last one.

        Only `next` tells the last page: a short or empty one is not the end. Its address is not followed, as it holds
        the token and could lead anywhere.
        """
        if not self.paging.next:
            return ""
        if self.paging.cursors.after:
            return urlencode({"after": self.paging.cursors.after})
        parameters = parse_qsl(self.paging.next.partition("?")[2])
        position = urlencode([one for one in parameters if one[0] in _POSITIONS])
        if not position:
            raise SourceChanged("Facebook names a next page without telling how to ask for it.")
        return position


class Facts(msgspec.Struct, frozen=True):
    """What Facebook knows of a token; the times are in epoch seconds, 0 stands for never."""

    is_valid: bool
    type: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: int = 0
    data_access_expires_at: int = 0


class _Debugged(msgspec.Struct, frozen=True):
    data: Facts


class _Logical(msgspec.Struct, frozen=True):
    code: int
    body: str = ""


class Graph:
    """The API as one page sees it, during one run."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._base = str(access.api).rstrip("/")
        self._token = access.token.get_secret_value()
        self._app_secret = access.app_secret.get_secret_value()
        self._proof = hmac.new(self._app_secret.encode(), self._token.encode(), hashlib.sha256).hexdigest()
        self._limit = LARGEST_PAGE
        self._rest: datetime | None = None

    def read(self, path: str, parameters: Mapping[str, str], most: int) -> Page:
        """Read a page of a list of at most so many messages, or fewer when Facebook finds that too much work."""
        while True:
            limit = min(self._limit, most)
            try:
                return self.get(path, {**parameters, "limit": str(limit)}, Page)
            except TooMuch:
                if limit == 1:
                    raise
                self._limit = limit // 2

    def get(self, path: str, parameters: Mapping[str, str], kind: type[T]) -> T:
        """Read something as what it must be; raises RateLimited before a quota is used up."""
        now = self._now()
        with self._hide():
            answer = fetch_url(self._address(path, parameters), now=now, headers=self._headers(), explain=explain)
        self._rest = find_rest(answer.headers, now)
        return read_json(answer, f"{self._base}/{path}", kind)

    def post(self, path: str, message: Mapping[str, str], kind: type[T]) -> T:
        """Write something once."""
        with self._hide():
            answer = post_json(
                self._address(path, {}), message, now=self._now(), headers=self._headers(), explain=explain
            )
        return read_json(answer, f"{self._base}/{path}", kind)

    def look_up(self, ids: Sequence[str]) -> list[Answer | None]:
        """Ask for up to fifty objects at once; None for one that Facebook had no time for.

        Asking for `?ids=` is refused since v26.0, and before it one deleted object spoilt the whole answer.
        """
        return self._batch(
            [f"{quote(one, safe='')}?fields=id" for one in ids], self._token, {"appsecret_proof": self._proof}
        )

    def find_facts(self) -> Facts:
        """Ask what the token may do and until when, in the name of the app."""
        question = f"debug_token?{urlencode({'input_token': self._token})}"
        (answer,) = self._batch([question], f"{self._access.app_id}|{self._app_secret}", {})
        if answer is None:
            raise TooMuch("Facebook had no time to tell what the token may do.")
        with self._hide():
            return read_json(self._accept(answer), f"{self._base}/debug_token", _Debugged).data

    def _batch(self, questions: Sequence[str], token: str, parameters: Mapping[str, str]) -> list[Answer | None]:
        batch = json.dumps([{"method": "GET", "relative_url": question} for question in questions])
        fields = {"access_token": token, "batch": batch, "include_headers": "false"}
        now, url = self._now(), f"{self._base}/"
        with self._hide():
            answer = self._accept(post_form(f"{url}?{urlencode(parameters)}" if parameters else url, fields))
            self._rest = find_rest(answer.headers, now)
            parts = read_json(answer, url, list[_Logical | None])
        if len(parts) != len(questions):
            raise SourceChanged(f"Facebook gave {len(parts)} answers to {len(questions)} questions.")
        return [
            Answer(status=one.code, headers=answer.headers, body=one.body.encode()) if one else None for one in parts
        ]

    def _accept(self, answer: Answer) -> Answer:
        if answer.status // 100 != 2:  # noqa: PLR2004  the class of HTTP
            raise explain(answer, f"{self._base}/", self._clock())
        return answer

    def _now(self) -> datetime:
        if self._rest is not None:
            raise RateLimited(f"Facebook's quota is nearly used up until {self._rest:%H:%M} UTC.", until=self._rest)
        return self._clock()

    def _address(self, path: str, parameters: Mapping[str, str]) -> str:
        return f"{self._base}/{path}?{urlencode({**parameters, 'appsecret_proof': self._proof})}"

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    @contextmanager
    def _hide(self) -> Iterator[None]:
        """Take the secrets out of an error: Facebook quotes a token that it finds malformed."""
        try:
            yield
        except StopSource as error:
            words = _QUERY.sub(r"\1", str(error))
            for secret in (self._token, self._app_secret, self._proof):
                words = words.replace(secret, "[secret]").replace(quote(secret, safe=""), "[secret]")
            error.args = (words,)
            raise
