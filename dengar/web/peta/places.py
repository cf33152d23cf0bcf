"""Where areas and points are: GET /peta/wilayah.json and GET /api/tempat."""

from typing import Annotated, cast, get_args

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from dengar.models import Level
from dengar.public import Public
from dengar.web.asking import ask_choice
from dengar.web.language import choose_language
from dengar.web.site import Site, site_of
from dengar.web.telling import NEAR_BORDER_M

router = APIRouter(tags=["peta"])
TheSite = Annotated[Site, Depends(site_of)]
_FOREVER = "public, max-age=31536000, immutable"


class PublicSpot(Public):
    """The areas around a point; `near_border` when it may as well lie in the next one, `problem` when in none."""

    lat: float
    lon: float
    kelurahan: str | None
    kelurahan_code: str | None
    kecamatan: str | None
    kecamatan_code: str | None
    kota: str | None
    kota_code: str | None
    border_m: float | None
    border_code: str | None
    border_name: str | None
    near_border: bool
    problem: str | None


@router.get("/peta/wilayah.json")
def give_shapes(request: Request, site: TheSite) -> Response:
    """Give the outlines of areas as GeoJSON; `tingkat` is kelurahan, kecamatan or kota."""
    level = cast("Level", ask_choice(request, "tingkat", *get_args(Level)))
    version = site.maps.atlas.version()
    etag = f'W/"{level}-{version}"'
    is_versioned = request.query_params.get("v") == version
    headers = {"etag": etag, "cache-control": _FOREVER if is_versioned else "public, max-age=300"}
    headers["access-control-allow-origin"] = "*"
    if etag in {one.strip() for one in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(site.maps.atlas.draw(level), media_type="application/geo+json", headers=headers)


@router.get("/api/tempat")
def give_place(
    request: Request,
    site: TheSite,
    lat: Annotated[float, Query(ge=-90, le=90)],
    lon: Annotated[float, Query(ge=-180, le=180)],
) -> PublicSpot:
    """Say in which kelurahan a point lies, how far its border is, and who the neighbour is."""
    found = site.maps.atlas.find(lat, lon)
    problem = choose_language(request).say(found.problem) if found.problem else None
    near = found.border_m is not None and found.border_m < NEAR_BORDER_M
    return PublicSpot(**msgspec.structs.asdict(found) | {"problem": problem, "near_border": near})
