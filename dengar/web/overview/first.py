"""The first page: what is going on in the city today, in one look."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar.flooding import Flood
from dengar.models import Unit
from dengar.web.floods import flood_now
from dengar.web.overview.chart import draw
from dengar.web.overview.city import City, Sum
from dengar.web.overview.kept import city_now, give_page
from dengar.web.reports import MOST_CARDS
from dengar.web.site import site_of

SECONDS = 5.0
CARDS = 12
TOPICS, PLACES = 8, 8
FLOOD_REPORTS = 3  # fewer are every week's
FLOOD_ALARM = 3
_CODE = re.compile(r"[0-9a-z_.]{1,40}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list with bars: a code, its name, its figure, and that as a share of the largest one (percent)."""

    code: str
    name: str
    figure: int
    percent: float


async def show_first(request: Request) -> Response:
    """Show the city today, and the newest reports of an area or category."""
    return await give_page(request, _make_first, SECONDS)


def _make_first(request: Request) -> HTMLResponse:
    site, city, flood = site_of(request), city_now(request), flood_now(request)
    chosen = {name: _code(request.query_params.get(name)) for name in ("kategori", "kel")}
    shown = MOST_CARDS if request.query_params.get("semua") else CARDS
    reports = site.store.reports.newest(shown + 1, chosen["kel"], chosen["kategori"])
    context = {
        "reports": reports[:shown],
        "has_more": len(reports) > shown,
        "most": MOST_CARDS,
        "shown": shown,
        "chosen": chosen,
        "areas": site.figures.areas(),
        "city": city,
        "chart": draw(city.days, city.whole),
        "topics": make_rows(find_most(city.whole.categories, TOPICS)),
        "kotas": find_kotas(city, site.figures.units()),
        "places": find_busiest(city, site.figures.units(), PLACES),
        "flood": flood if is_flood(flood) else None,
    }
    return site.page(request, "overview/first.html", context)


def is_flood(flood: Flood) -> bool:
    """Say whether there is more water than on any rainy day."""
    has_alarm = flood.highest_alarm is not None and flood.highest_alarm <= FLOOD_ALARM
    return flood.reports >= FLOOD_REPORTS or has_alarm


def make_rows(counts: Sequence[tuple[str, int]], names: Mapping[str, str] | None = None) -> list[Row]:
    """Lay out counts, the largest first, as bars."""
    most = max((figure for _, figure in counts), default=1)
    return [Row(code, (names or {}).get(code, code), figure, round(100 * figure / most, 1)) for code, figure in counts]


def find_kotas(city: City, units: Mapping[str, Unit]) -> list[tuple[Unit, Sum]]:
    """Give the kota with their figures, by code."""
    kotas = sorted((unit for unit in units.values() if unit.kind == "kota"), key=lambda unit: unit.area or "")
    return [(unit, city.areas.get(unit.area or "") or Sum()) for unit in kotas]


def find_busiest(city: City, units: Mapping[str, Unit], most: int) -> list[Row]:
    """Give the kelurahan with most open reports."""
    names = {unit.area: unit.name.removeprefix("Kelurahan ") for unit in units.values() if unit.kind == "kelurahan"}
    known = {area: name for area, name in names.items() if area}
    counts = [(code, one.open) for code, one in city.areas.items() if code in known and one.open]
    return make_rows(find_most(dict(counts), most), known)


def find_most(counts: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    """Give the largest counts, equal ones by code, so that a page does not shuffle them."""
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:most]


def _code(value: str | None) -> str | None:
    return value if value and _CODE.fullmatch(value) else None
