"""/peringkat: how responsive offices are, in bands with their intervals; no bare places, and no people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar.models import Unit, UnitKind
from dengar.routing.ranking import LEAST_CASES, Ranked
from dengar.web.overview.kept import give_page
from dengar.web.rankings import Period, find_ranking
from dengar.web.site import site_of

SECONDS = 30.0
LEVELS: tuple[UnitKind, ...] = ("kelurahan", "kecamatan", "kota", "sudin", "dinas", "utility")
WITH_AREA = frozenset({"kelurahan", "kecamatan", "sudin"})
_Key = Callable[[Ranked], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which one may sort: what it compares, and whether the largest comes first."""

    key: _Key
    is_falling: bool = False


COLUMNS: Mapping[str, Column] = {
    "golongan": Column(lambda row: row.score if row.band else None),
    "kasus": Column(lambda row: row.cases, is_falling=True),
    "ditanggapi": Column(lambda row: row.answered_share, is_falling=True),
    "terlambat": Column(lambda row: row.overdue_share),
    "median": Column(lambda row: row.solution_median),
    "lama": Column(lambda row: row.solution_90),
    "dibuka": Column(lambda row: row.reopened_share),
    "nilai": Column(lambda row: row.rating, is_falling=True),
}


async def show_ranking(request: Request) -> Response:
    """Show the offices of a level; what nobody can ask for is passed over."""
    return await give_page(request, _make_ranking, SECONDS)


def _make_ranking(request: Request) -> HTMLResponse:
    site = site_of(request)
    level = cast("UnitKind", _choose(request, "level", LEVELS))
    period = cast("Period", _choose(request, "periode", get_args(Period)))
    order = _choose(request, "urut", ("golongan", "nama", *COLUMNS))
    is_turned = request.query_params.get("arah") == "balik"
    ranking, units = find_ranking(request, level, period), site.figures.units()
    kotas = {unit.area: unit.name for unit in units.values() if unit.kind == "kota" and unit.area}
    kota = _choose(request, "kota", ("", *kotas)) if level in WITH_AREA else ""
    chosen = [row for row in ranking.rows if _lies_in(units.get(row.code), kota)]
    context = {
        "rows": sort_rows(chosen, order, ranking.names, is_turned=is_turned),
        "names": ranking.names,
        "asked": {"level": level, "periode": period, "kota": kota, "urut": order, "arah": "balik" if is_turned else ""},
        "levels": LEVELS,
        "has_areas": level in WITH_AREA,
        "kotas": sorted(kotas.items(), key=lambda one: one[1]),
        "compared": sum(row.band is not None for row in ranking.rows),
        "least": LEAST_CASES,
        "since": ranking.since,
        "until": ranking.until,
        "units": units,
    }
    return site.page(request, "overview/ranking.html", context)


def sort_rows(rows: Sequence[Ranked], order: str, names: Mapping[str, str], *, is_turned: bool) -> list[Ranked]:
    """Sort rows, those of which it is not known at the end; equal ones stay by name."""
    by_name = sorted(rows, key=lambda row: names.get(row.code, row.code), reverse=is_turned and order == "nama")
    if order == "nama":
        return by_name
    column = COLUMNS[order]
    known = [row for row in by_name if column.key(row) is not None]
    unknown = [row for row in by_name if column.key(row) is None]
    return sorted(known, key=lambda row: column.key(row) or 0.0, reverse=column.is_falling != is_turned) + unknown


def _lies_in(unit: Unit | None, kota: str) -> bool:
    return not kota or (unit is not None and (unit.area or "").startswith(kota))


def _choose(request: Request, name: str, known: Sequence[str]) -> str:
    asked = request.query_params.get(name, "")
    return asked if asked in known else known[0]
