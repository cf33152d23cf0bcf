"""News of reports for programs: what changed behind a cursor, and live as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dengar.feeds.about import ABOUT
from dengar.feeds.rows import Gone, ReportRow, tell_change
from dengar.feeds.selecting import matches
from dengar.models import Selection
from dengar.store.news import Item, check_position
from dengar.web.asking import FILTER, ask_number, ask_selection
from dengar.web.frames import write_change, write_frame
from dengar.web.language import choose_language
from dengar.web.live import Client, Full
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling

router = APIRouter(prefix="/api", tags=["umpan"])
TheSite = Annotated[Site, Depends(site_of)]
PAGE, MOST = 500, 1000
HEARTBEAT_SECONDS = 15
FULL_SECONDS = 60
_HEADERS = {"cache-control": "no-store", "access-control-allow-origin": "*"}


class Shown(msgspec.Struct, frozen=True, kw_only=True, tag_field="jenis", tag="laporan"):
    """A report in its newest version."""

    laporan: ReportRow


class Dropped(msgspec.Struct, frozen=True, kw_only=True, tag_field="jenis", tag="hilang"):
    """A report that must be dropped."""

    hilang: Gone


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed behind a cursor; `berikutnya` is the next one, `habis` says that there is nothing more now."""

    about: str
    perubahan: list[Shown | Dropped]
    berikutnya: str
    habis: bool
    mulai_ulang: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What one reader wants, and the words for it."""

    site: Site
    selection: Selection
    telling: Telling
    address: str

    def tell(self, item: Item) -> ReportRow | Gone:
        """Say what a change means to this reader."""
        return tell_change(item.report, item.number, self.selection, self.telling, self.address)

    def wants(self, item: Item) -> bool:
        """Say whether a live reader is told of a change."""
        return item.report is None or matches(self.selection, item.report)

    def frame(self, item: Item) -> bytes:
        """Write a change for a live reader."""
        return self.site.frames.write(item, self.telling, self.telling.language.code, self.address)


class LiveResponse(StreamingResponse):
    """Server-sent events; however it ends, the client is let go."""

    def __init__(self, asked: Asked, client: Client, behind: str | None) -> None:
        headers = _HEADERS | {"x-accel-buffering": "no"}  # a proxy must not hold events back
        super().__init__(_listen(asked, client, behind), media_type="text/event-stream", headers=headers)
        self._live, self._client = asked.site.live, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until one of both goes."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._live.leave(self._client)


@router.get("/perubahan", openapi_extra=FILTER)
def give_changes(request: Request, site: TheSite) -> Response:
    """Give what changed behind the cursor `setelah`; without one everything, then what changed meanwhile."""
    count = ask_number(request, "jumlah", PAGE, MOST)
    asked = _ask(site, request, "jumlah", "setelah")
    page = site.store.news.read(request.query_params.get("setelah") or None, count, asked.selection)
    told = [asked.tell(item) for item in page.items]
    answer = Changes(
        about=ABOUT,
        perubahan=[Shown(laporan=one) if isinstance(one, ReportRow) else Dropped(hilang=one) for one in told],
        berikutnya=page.position,
        habis=page.is_last,
        mulai_ulang=page.restarted,
    )
    return Response(msgspec.json.encode(answer), media_type="application/json", headers=_HEADERS)


@router.get("/aliran", openapi_extra=FILTER)
async def give_stream(request: Request, site: TheSite) -> Response:
    """Give changes as server-sent events as they are committed; `Last-Event-ID` or `setelah` resumes."""
    asked = await run_in_threadpool(_ask, site, request, "setelah")
    behind = request.headers.get("last-event-id") or request.query_params.get("setelah") or None
    if behind is not None:
        check_position(behind)
    try:
        client = await site.live.join(asked.wants)
    except Full as error:
        raise HTTPException(503, "Too many listen now.", {"retry-after": str(FULL_SECONDS)}) from error
    return LiveResponse(asked, client, behind)


def _ask(site: Site, request: Request, *others: str) -> Asked:
    selection = ask_selection(site, request, *others)
    telling = site.telling(choose_language(request))
    return Asked(site=site, selection=selection, telling=telling, address=site.address(request))


async def _listen(asked: Asked, client: Client, behind: str | None) -> AsyncIterator[bytes]:
    """Send what was missed, then what comes; a comment now and then shows that the line is alive."""
    yield write_frame("mulai", "" if behind else asked.site.live.position, {"about": ABOUT})
    versions: dict[str, int] = {}
    async for frame in _catch_up(asked, behind, versions):
        yield frame
    while True:
        try:
            items = await asyncio.wait_for(client.take(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield b": \n\n"
            continue
        fresh = (item for item in items if item is not None and _is_fresh(item, versions))
        together = b"".join(map(asked.frame, fresh))
        if together:
            yield together  # every sending costs more than the making
        if None in items:
            return


async def _catch_up(asked: Asked, behind: str | None, versions: dict[str, int]) -> AsyncIterator[bytes]:
    """Send what changed behind a position, and note which versions; what comes live meanwhile waits in the queue."""
    while behind is not None:
        page = await run_in_threadpool(asked.site.store.news.read, behind, PAGE, asked.selection)
        if page.restarted:
            yield write_frame("mulai_ulang", asked.site.live.position, {"about": ABOUT})
            return
        for item in page.items:
            versions[item.number] = item.report.version if item.report else -1
            yield write_change(asked.tell(item), "")
        yield write_frame("sampai", page.position, {})
        behind = None if page.is_last else page.position


def _is_fresh(item: Item, versions: dict[str, int]) -> bool:
    return item.report is None or item.report.version > versions.get(item.number, -1)
