"""The map of reports with its list: /peta, which reads without JavaScript as a list and a table."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import Area, Report, Selection
from dengar.web.asking import read_place, write_place
from dengar.web.peta.wishes import DAYS, DAYS_OF_CLOSED, Wish, read_wish
from dengar.web.site import Site, site_of
from dengar.web.words import STATES

CARDS = 20


class Row(NamedTuple):
    """A line of the table."""

    code: str
    name: str
    within: str
    n: int


def show_map(request: Request) -> Response:
    """Show what a wish selects: numbers by kelurahan, and the newest reports."""
    site = site_of(request)
    wish, selection, reports, behind = _find(site, request)
    areas = {area.code: area for area in site.maps.known.areas()} if site.maps.known else {}
    count = site.maps.counts.of(wish)
    shown = reports[:CARDS]
    context = {
        "wish": wish,
        "reports": shown,
        "behind": write_place("created_at", shown[-1].created_at, shown[-1].number) if len(reports) > CARDS else "",
        "is_later_page": bool(behind),
        "count": count,
        "rows": _make_rows(count.kelurahan, areas),
        "groups": _group(areas.values()),
        "area": areas.get(wish.kel),
        "days": DAYS,
        "days_of_closed": DAYS_OF_CLOSED,
        "states": STATES,
        "has_box": selection.box is not None,
    }
    return site.page(request, "peta/peta.html", context)


def _find(site: Site, request: Request) -> tuple[Wish, Selection, list[Report], str]:
    wish = read_wish(request.query_params, site.categories)
    behind = request.query_params.get("setelah", "")
    try:
        place = read_place(behind, "created_at")
    except BadRequest:
        place, behind = None, ""
    selection = wish.select(site.clock())
    if selection.box and site.maps.known:
        inside = [code for code in site.maps.known.within(selection.box) if code.startswith(wish.kel)]
        return wish, selection, site.store.spots.find(selection, inside, CARDS + 1, place), behind
    return wish, selection, site.store.reports.select(selection, CARDS + 1, behind=place), behind


def _make_rows(counts: Mapping[str, int], areas: Mapping[str, Area]) -> list[Row]:
    rows = [
        Row(code, areas[code].name, areas[code[:8]].name, n) if code in areas else Row(code, code, "", n)
        for code, n in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.n, row.name))


def _group(areas: Iterable[Area]) -> list[tuple[Area, list[Area]]]:
    """Give the kelurahan below their kota, by name, for choosing one."""
    known = list(areas)
    kotas = sorted((area for area in known if area.level == "kota"), key=lambda area: area.name)
    kelurahan = sorted((area for area in known if area.level == "kelurahan"), key=lambda area: area.name)
    return [(kota, [one for one in kelurahan if one.code.startswith(kota.code)]) for kota in kotas]
