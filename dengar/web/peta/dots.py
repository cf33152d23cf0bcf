"""What the map's script asks: GET /api/peta/jumlah, and GET /api/peta/titik for a view."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from dengar.errors import BadRequest
from dengar.feeds.selecting import CELLS
from dengar.feeds.taming import tame_line
from dengar.models import State, Urgency
from dengar.store.spots import Dot
from dengar.web.language import COOKIE, choose_language
from dengar.web.peta.wishes import Wish, read_strictly
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling
from dengar.web.words import NO_TITLE, URGENCIES

router = APIRouter(prefix="/api/peta", tags=["peta"])
TheSite = Annotated[Site, Depends(site_of)]
MOST_DOTS = 2000  # a phone draws no more, and nobody reads them
TITLE = 90
KNOWN = frozenset({"kategori", "kel", "keadaan", "hari", "bbox", COOKIE})


class PublicDot(msgspec.Struct, frozen=True, kw_only=True):
    """A report on the map: its point is rounded to 11 m; `is_exact` when it is not merely that of its kelurahan."""

    number: str
    lat: float
    lon: float
    is_exact: bool
    title: str
    category: str
    state: State
    tone: str
    state_name: str
    urgency: Urgency
    urgency_name: str
    place: str
    kel: str | None
    at: str


@router.get("/jumlah")
def give_counts(request: Request, site: TheSite) -> Response:
    """Count the reports of a filter by kelurahan; filters are kategori, kel, keadaan, hari and bbox."""
    found = site.maps.counts.of(_read(request, site))
    return _send({"jumlah": found.total, "kelurahan": found.kelurahan, "tanpa_kelurahan": found.nowhere})


@router.get("/titik")
def give_dots(request: Request, site: TheSite) -> Response:
    """Give the reports in `bbox` as points; `terlalu_banyak` instead when there are more than 2,000."""
    wish = _read(request, site)
    selection = wish.select(site.clock())
    if selection.box is None:
        raise BadRequest("bbox: it is needed: west,south,east,north in degrees.")
    inside = [code for code in site.maps.atlas.within(selection.box) if code.startswith(wish.kel)]
    found = site.store.spots.dots(selection, inside, MOST_DOTS + 1)
    if len(found) > MOST_DOTS:
        return _send({"terlalu_banyak": True, "titik": []})
    tell = site.telling(choose_language(request))
    return _send({"terlalu_banyak": False, "titik": [_make_dot(one, tell, site) for one in found]})


def _read(request: Request, site: Site) -> Wish:
    unknown = next((name for name in request.query_params if name not in KNOWN), None)
    if unknown is not None:
        raise BadRequest(f"There is no filter {unknown[:40]!r}: known are kategori, kel, keadaan, hari and bbox.")
    return read_strictly(request.query_params, site.categories)


def _make_dot(dot: Dot, tell: Telling, site: Site) -> PublicDot:
    place, language = dot.place, tell.language
    return PublicDot(
        number=dot.number,
        lat=round((place.lat or 0.0) * CELLS) / CELLS,
        lon=round((place.lon or 0.0) * CELLS) / CELLS,
        is_exact=place.precision in {"point", "street"},
        title=tame_line(dot.title or language.say(NO_TITLE), TITLE),
        category=tell.category(dot.category),
        state=dot.state,
        tone=tell.tone(dot.state),
        state_name=tell.state(dot.state),
        urgency=dot.urgency,
        urgency_name="" if dot.urgency == "routine" else language.say(URGENCIES[dot.urgency]),
        place=tame_line(tell.place(place)),
        kel=place.kelurahan_code,
        at=language.ago(dot.created_at, site.clock()),
    )


def _send(told: object) -> Response:
    headers = {"cache-control": "public, max-age=10", "vary": "Accept-Language, Cookie"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)
