"""GET /api/banjir: the flood now."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from dengar.flooding import Flood, find_flood
from dengar.store import Store
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 10.0, 60.0

router = APIRouter(prefix="/api", tags=["banjir"])


class Told(msgspec.Struct, frozen=True):
    """The flood, and the same as JSON."""

    flood: Flood
    body: bytes


def add_flood(app: FastAPI, store: Store, clock: Callable[[], datetime]) -> None:
    """Let the application answer; the flood is looked at every ten seconds at most."""

    def read() -> Told:
        flood = find_flood(store, clock())
        return Told(flood, msgspec.json.encode(flood))

    app.state.flood = Kept(read, FRESH_SECONDS, STALE_SECONDS)
    app.include_router(router)


def flood_now(request: Request) -> Flood:
    """Give the flood, some seconds old."""
    kept: Kept[Told] = request.app.state.flood
    return kept.value().flood


@router.get("/banjir")
def get_flood(request: Request) -> Response:
    """Give open flood reports of the last 24 hours by basin and kelurahan, gates with their alarm, and pumps."""
    kept: Kept[Told] = request.app.state.flood
    return Response(kept.value().body, media_type="application/json", headers={"cache-control": "public, max-age=10"})
