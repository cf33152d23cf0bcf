"""The profile of an area (/wilayah/31.74.01) and of an office (/dinas/sudin:sda:31.74)."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar.models import Unit
from dengar.routing.ranking import Ranked
from dengar.routing.units import area_unit_code, climb
from dengar.web.overview.chart import draw
from dengar.web.overview.city import Sum
from dengar.web.overview.first import find_most, make_rows
from dengar.web.overview.kept import city_now, give_page
from dengar.web.rankings import find_ranking
from dengar.web.site import Site, site_of

SECONDS = 15.0
REPORTS, TOPICS = 12, 8
AREA_KINDS = ("kota", "kecamatan", "kelurahan")
_AREA = re.compile(r"\d\d\.\d\d(\.\d\d(\.\d{4})?)?", re.ASCII)


async def show_area(request: Request) -> Response:
    """Show a kota, kecamatan or kelurahan."""
    return await give_page(request, _make_area, SECONDS)


async def show_unit(request: Request) -> Response:
    """Show an office with those below it."""
    return await give_page(request, _make_unit, SECONDS)


def _make_area(request: Request) -> HTMLResponse:
    site, code = site_of(request), request.path_params["code"]
    units = site.figures.units()
    unit = units.get(area_unit_code(code)) if _AREA.fullmatch(code) else None
    if unit is None:
        return site.page(request, "overview/unknown.html", {"code": code[:40]}, code=404)
    kelurahan = [one.area for one in units.values() if one.kind == "kelurahan" and one.area and _is_in(one.area, code)]
    sums = city_now(request).areas.get(code) or Sum()
    context = _profile(request, unit, sums, {"kel": code}) | {
        "above": [one for one in climb(unit.parent, units) if one.area],
        "inner": _children(units, unit.code, AREA_KINDS),
        "beside": _beside(site, unit, units),
        "reports": site.store.pulse.newest_of_areas(kelurahan, REPORTS),
        "sums": city_now(request).areas,
    }
    return site.page(request, "overview/area.html", context)


def _make_unit(request: Request) -> HTMLResponse:
    site, code = site_of(request), request.path_params["code"]
    units = site.figures.units()
    unit = units.get(code)
    if unit is None:
        return site.page(request, "overview/unknown.html", {"code": code[:40]}, code=404)
    below = [one.code for one in units.values() if any(above.code == code for above in climb(one.code, units))]
    sums = city_now(request).units.get(code) or Sum()
    context = _profile(request, unit, sums, {"unit": code}) | {
        "above": list(climb(unit.parent, units)),
        "inner": _children(units, code),
        "siblings": [one for one in _children(units, unit.parent) if one != unit],
        "reports": site.store.pulse.open_of_units(below, REPORTS),
        "sums": city_now(request).units,
    }
    return site.page(request, "overview/unit.html", context)


def _profile(request: Request, unit: Unit, sums: Sum, chosen: Mapping[str, str]) -> dict[str, object]:
    """Give what both kinds of profile show."""
    city, ranking = city_now(request), find_ranking(request, unit.kind)
    return {
        "unit": unit,
        "sum": sums,
        "city": city,
        "chart": draw(city.days, sums),
        "topics": make_rows(find_most(sums.categories or sums.open_categories, TOPICS)),
        "ranked": find_row(ranking.rows, unit.code),
        "compared": sum(row.band is not None for row in ranking.rows),
        "since": ranking.since,
        "query": urlencode(chosen),
    }


def find_row(rows: Iterable[Ranked], code: str) -> Ranked | None:
    """Find the row of a unit; None while it has had no report."""
    return next((row for row in rows if row.code == code), None)


def _beside(site: Site, unit: Unit, units: Mapping[str, Unit]) -> list[Unit]:
    """Give the areas that touch one; without an atlas those of the same parent."""
    areas = site.maps.known.areas() if site.maps.known else ()
    near = next((area.neighbours for area in areas if area.code == unit.area), None)
    if near is None:
        return [one for one in _children(units, unit.parent, AREA_KINDS) if one != unit]
    return [units[code] for code in map(area_unit_code, near) if code in units]


def _is_in(area: str, code: str) -> bool:
    return area == code or area.startswith(f"{code}.")


def _children(units: Mapping[str, Unit], parent: str | None, kinds: tuple[str, ...] = ()) -> list[Unit]:
    """Give the units below a unit, by name; of these kinds when named. Nothing lies below nobody."""
    found = (one for one in units.values() if parent and one.parent == parent and (not kinds or one.kind in kinds))
    return sorted(found, key=lambda one: one.name)
