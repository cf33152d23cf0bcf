"""What the form asks while somebody writes: which reports may be the same problem, and where a photo was taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import HTTPException
from starlette.concurrency import run_in_threadpool

from dengar.errors import BadRequest
from dengar.models import Photo
from dengar.public import Public
from dengar.routing.grouping import Match
from dengar.web.api import FORM_BODY, Words
from dengar.web.body import read_limited, read_request
from dengar.web.language import choose_language
from dengar.web.peta.maps import Maps
from dengar.web.rate import Rate
from dengar.web.reporting.listening import Listener, find_spot, name_spot, suggest
from dengar.web.reporting.words import tell_facts
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling

router = APIRouter(prefix="/api/lapor", tags=["laporan"])
TheSite = Annotated[Site, Depends(site_of)]
ASKED_PER_MINUTE = 40
HEAD_BYTES = 1_000_000  # EXIF stands at the beginning of a photo
_PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Likely(Public):
    """An open report that may be the same problem, in the caller's language."""

    number: str
    url: str
    title: str
    category_name: str
    state_name: str
    tone: str
    place: str
    said: str
    voices: int
    photo: str | None
    why: tuple[str, ...]


class LikelyReports(Public):
    """The reports that may be the same problem, the likeliest first."""

    laporan: tuple[Likely, ...]


class PhotoTold(Public):
    """What a photo tells of itself: its place, when it lies in the city, and when it was taken."""

    lat: float | None
    lon: float | None
    where: str
    is_outside: bool
    taken_at: datetime | None
    taken: str


def listener_of(request: Request, site: TheSite) -> Listener:
    """Give who understands reports before they are sent; 404 where nobody does, 429 for who asks too much."""
    if site.listener is None:
        raise HTTPException(404)
    rate: Rate = request.app.state.asks
    wait = rate.wait_seconds(request.client.host if request.client else "")
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
    return site.listener


TheListener = Annotated[Listener, Depends(listener_of)]


@router.post("/serupa", openapi_extra=FORM_BODY)
async def find_like(request: Request, listener: TheListener, site: TheSite, words: Words) -> LikelyReports:
    """Give the open reports that may be the same problem as a form's fields (as `/api/lapor` takes them)."""
    message = await read_request(request)

    def find() -> Sequence[Match]:
        try:
            return suggest(listener, listener.read(message))
        except BadRequest:
            return ()  # nobody is told what is wrong while they write

    matches = await run_in_threadpool(find)
    return LikelyReports(laporan=tuple(_tell(one, words, site.clock()) for one in matches))


@router.post("/foto", openapi_extra=_PHOTO_BODY)
async def look_at_photo(request: Request, listener: TheListener, site: TheSite, words: Words) -> PhotoTold:
    """Give the place and time of a photo; its first bytes as the body are enough."""
    data = await read_limited(request, HEAD_BYTES)

    def look() -> PhotoTold:
        try:
            return _tell_photo(site.maps, listener.look_at(data), words)
        except BadRequest as problem:
            told = choose_language(request).say(str(problem))
            raise BadRequest(told, status=problem.status, field="foto") from problem

    return await run_in_threadpool(look)


def _tell(match: Match, words: Telling, now: datetime) -> Likely:
    report = match.report
    return Likely(
        number=report.number,
        url=f"/laporan/{report.number}",
        title=words.title(report),
        category_name=words.category(report.category),
        state_name=words.state(report.state),
        tone=words.tone(report.state),
        place=words.place(report.place),
        said=words.language.ago(report.last_voice_at, now),
        voices=report.voices,
        photo=f"/foto/{report.photos[0]}" if report.photos else None,
        why=tell_facts(words, match.likeness.facts),
    )


def _tell_photo(maps: Maps, photo: Photo, words: Telling) -> PhotoTold:
    spot = find_spot(maps, photo.geotag)
    return PhotoTold(
        lat=spot.lat if spot else None,
        lon=spot.lon if spot else None,
        where=name_spot(spot) if spot else "",
        is_outside=photo.geotag is not None and spot is None,
        taken_at=photo.taken_at,
        taken=words.language.moment(photo.taken_at) if photo.taken_at else "",
    )
