"""Pages: finished pages of the public, kept a few seconds for everybody who asks the same in the same language."""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar.web.language import COOKIE, choose_language

MOST_KEPT = 1500  # about 10 kB each
COMPRESSION = 6
_VARY = "Accept-Language, Cookie, Accept-Encoding"

Make = Callable[[Request], HTMLResponse]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page, compressed."""

    body: bytes
    etag: str
    made: float


class Pages:
    """The finished pages; one that is old is shown once more while it is made anew."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Page] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Response | Page]] = {}

    async def give(self, request: Request, make: Make, seconds: float) -> Response:
        """Give the page that `make` makes, at most twice `seconds` old; what is no ordinary page is not kept."""
        if COOKIE in request.query_params:  # the answer sets a cookie
            return await run_in_threadpool(make, request)
        key = (request.scope["path"], choose_language(request).code, request.url.query)
        kept = self._kept.get(key)
        age = time.monotonic() - kept.made if kept else 0.0
        if kept is None or age > 2 * seconds:
            made = await asyncio.shield(self._make(key, request, make))
            if isinstance(made, Response):
                return made
            kept = made
        elif age > seconds:
            self._make(key, request, make)
        return _answer(request, kept, seconds)

    def _make(self, key: Key, request: Request, make: Make) -> "asyncio.Task[Response | Page]":
        """Begin to make a page, unless somebody already does."""
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._work(key, request, make))
            self._making[key].add_done_callback(lambda task: task.cancelled() or task.exception())  # told to who waits
        return self._making[key]

    async def _work(self, key: Key, request: Request, make: Make) -> Response | Page:
        try:
            made = await run_in_threadpool(_finish, request, make)
            if isinstance(made, Page):
                self._kept[key] = made
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return made
        finally:
            del self._making[key]


def _finish(request: Request, make: Make) -> Response | Page:
    response = make(request)
    if response.status_code != 200 or "set-cookie" in response.headers:  # noqa: PLR2004
        return response
    body = bytes(response.body)
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Page(gzip.compress(body, COMPRESSION, mtime=0), tag, time.monotonic())


def _answer(request: Request, page: Page, seconds: float) -> Response:
    headers = {"etag": page.etag, "vary": _VARY, "cache-control": f"public, max-age={int(seconds)}"}
    if page.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(gzip.decompress(page.body), headers=headers)
    return HTMLResponse(page.body, headers=headers | {"content-encoding": "gzip"})
