"""Stream: what comes into the queue while somebody looks at it, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dengar.store.news import Item
from dengar.web.access import staff_of
from dengar.web.casework.acting import desk_of
from dengar.web.casework.filters import read_wanted
from dengar.web.frames import write_frame
from dengar.web.live import Client, Full, Live
from dengar.web.site import site_of

HEARTBEAT_SECONDS = 15
FULL_SECONDS = 60
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class QueueResponse(StreamingResponse):
    """News of the queue; however it ends, the client is let go."""

    def __init__(self, live: Live, client: Client) -> None:
        super().__init__(_listen(client), media_type="text/event-stream", headers=_HEADERS)
        self._live, self._client = live, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until one of both goes."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._client)


async def stream_queue(request: Request) -> Response:
    """Tell the numbers of reports that come into the asked part of the queue, from now on."""
    site, who = site_of(request), staff_of(request)
    wanted, desk = read_wanted(request.query_params, who), desk_of(site)

    def wants(item: Item) -> bool:
        return item.report is not None and wanted.takes(item.report) and desk.may_see(who, item.report)

    try:
        client = await site.live.join(wants)
    except Full as error:
        raise HTTPException(503, "Too many listen now.", {"retry-after": str(FULL_SECONDS)}) from error
    return QueueResponse(site.live, client)


async def _listen(client: Client) -> AsyncIterator[bytes]:
    yield b": \n\n"
    while True:
        try:
            items = await asyncio.wait_for(client.take(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield b": \n\n"
            continue
        numbers = sorted({item.number for item in items if item is not None})
        if numbers:
            yield write_frame("baru", "", {"nomor": numbers})
        if None in items:
            return
