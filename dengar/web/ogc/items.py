"""/collections/{collection}/items: features page by page, and one alone."""

from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.feeds.about import ABOUT
from dengar.feeds.rows import ReportRow, make_row
from dengar.models import Level
from dengar.web.asking import write_place
from dengar.web.language import choose_language
from dengar.web.ogc.answers import GEOJSON, Json, answer, both_links, here, link, not_found, refuse_unknown
from dengar.web.ogc.areas import Areas, Bounds
from dengar.web.ogc.asking import (
    FILTERS,
    PLAIN,
    read_behind,
    read_box,
    read_limit,
    read_selection,
    read_span,
)
from dengar.web.ogc.collections import REPORTS, find_collection
from dengar.web.reports import clean_number
from dengar.web.site import site_of

_NO_PROPERTIES = frozenset({"lat", "lon", "points"})


def list_items(request: Request) -> Response:
    """Give a page of features."""
    name = find_collection(request).name
    refuse_unknown(request, (*PLAIN, *FILTERS) if name == REPORTS else PLAIN)
    features, matched, behind = _reports(request) if name == REPORTS else _areas(request, name)
    path = f"/collections/{name}/items"
    links = both_links(request, path, GEOJSON, request.query_params)
    if behind is not None:
        asked = {key: value for key, value in request.query_params.items() if key != "setelah"} | {"setelah": behind}
        links.append(link(here(request, path, **asked), "next", GEOJSON, "Next page"))
    links.append(link(here(request, f"/collections/{name}"), "collection", "application/json", "The collection"))
    document: Json = {
        "type": "FeatureCollection",
        "about": ABOUT,
        "timeStamp": site_of(request).clock(),
        "numberReturned": len(features),
        "links": links,
        "features": features,
    }
    if matched is not None:
        document["numberMatched"] = matched
    return answer(request, document, GEOJSON)


def show_item(request: Request) -> Response:
    """Give one feature; 404 for one that is unknown or held back."""
    name = find_collection(request).name
    refuse_unknown(request)
    code = request.path_params["feature"]
    found = _report(request, code) if name == REPORTS else _shapes(request).features(_level(name)).get(code)
    if found is None:
        raise not_found(f"feature {code[:40]!r} in {name}")
    links = both_links(request, f"/collections/{name}/items/{found['id']}", GEOJSON)
    links.append(link(here(request, f"/collections/{name}"), "collection", "application/json", "The collection"))
    return answer(request, found | {"about": ABOUT, "links": links}, GEOJSON)


def _reports(request: Request) -> tuple[list[Json], int | None, str | None]:
    site, limit = site_of(request), read_limit(request)
    selection = read_selection(site, request)
    found = site.store.reports.select(selection, limit, behind=read_behind(request))
    behind = write_place("created_at", found[-1].created_at, found[-1].number) if len(found) == limit else None
    tell, address = site.telling(choose_language(request)), site.address(request)
    features = [_feature(make_row(one, tell, address)) for one in found]
    return features, site.store.reports.count_quickly(selection), behind


def _report(request: Request, code: str) -> Json | None:
    site, number = site_of(request), clean_number(code)
    report = site.store.reports.find_shown(number) if number else None
    tell = site.telling(choose_language(request))
    return _feature(make_row(report, tell, site.address(request))) if report else None


def _feature(row: ReportRow) -> Json:
    told = msgspec.structs.asdict(row)
    properties = {name: value for name, value in told.items() if name not in _NO_PROPERTIES}
    spot = None if row.lat is None or row.lon is None else {"type": "Point", "coordinates": (row.lon, row.lat)}
    return {"type": "Feature", "id": row.number, "geometry": spot, "properties": properties}


def _areas(request: Request, name: str) -> tuple[list[Json], int | None, str | None]:
    """Give areas by their codes; one has no time, so that it is there at every moment."""
    read_span(request)
    box, limit, behind = read_box(request), read_limit(request), request.query_params.get("setelah", "")
    features = _shapes(request).features(_level(name))
    if behind and behind not in features:
        raise BadRequest("setelah: this cursor cannot be read: use one exactly as it was given.")
    wanted = [one for _, one in sorted(features.items()) if box is None or _touch(one["bbox"], box)]
    rest = [one for one in wanted if str(one["id"]) > behind]
    return rest[:limit], len(wanted), _last(rest, limit)


def _last(rest: Sequence[Json], limit: int) -> str | None:
    return str(rest[limit - 1]["id"]) if len(rest) > limit else None


def _touch(bounds: object, box: Bounds) -> bool:
    if not isinstance(bounds, tuple):
        return False
    west, south, east, north = bounds
    return bool(west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1])


def _shapes(request: Request) -> Areas:
    shapes: Areas = request.app.state.ogc_areas
    return shapes


def _level(name: str) -> Level:
    return "kelurahan" if name == "kelurahan" else "kecamatan" if name == "kecamatan" else "kota"
