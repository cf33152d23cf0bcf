"""/banjir: where the water stands now, for people who decide which way to go home."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar.flooding import Flood, FloodGate
from dengar.web.floods import flood_now
from dengar.web.overview.first import is_flood
from dengar.web.overview.kept import give_page
from dengar.web.site import site_of

SECONDS = 10.0
CLASSES = ("10-70", "71-150", ">150")
ORDINARY = 4


async def show_flood(request: Request) -> Response:
    """Show the flood, or that there is none."""
    return await give_page(request, _make_flood, SECONDS)


def _make_flood(request: Request) -> HTMLResponse:
    flood = flood_now(request)
    context = {
        "flood": flood,
        "is_flood": is_flood(flood),
        "classes": CLASSES,
        "gates": sort_gates(flood.gates),
        "silent": [gate for gate in flood.gates if gate.at is None],
        "levels_at": max((gate.at for gate in flood.gates if gate.at), default=None),
        "is_stale": all(gate.is_stale for gate in flood.gates),
        "pumps": count_pumps(flood),
    }
    return site_of(request).page(request, "overview/flood.html", context)


def sort_gates(gates: Sequence[FloodGate]) -> list[FloodGate]:
    """Give the gates that ever told a level: fresh ones first, the worst alarm first."""
    told = [gate for gate in gates if gate.at is not None]
    return sorted(told, key=lambda gate: (gate.is_stale, gate.siaga or ORDINARY + 1))


def count_pumps(flood: Flood) -> list[tuple[str, list[str]]]:
    """Give the names of the pumps by basin."""
    basins = sorted({pump.basin for pump in flood.pumps})
    return [(basin, sorted(pump.name for pump in flood.pumps if pump.basin == basin)) for basin in basins]
