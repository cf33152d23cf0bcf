"""GET /api/banjir: the flood now."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from dengar.flooding import find_flood
from dengar.store import Store
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 10.0, 60.0

router = APIRouter(prefix="/api", tags=["banjir"])


def add_flood(app: FastAPI, store: Store, clock: Callable[[], datetime]) -> None:
    """Let the application answer; the flood is looked at every ten seconds at most."""
    app.state.flood = Kept(lambda: msgspec.json.encode(find_flood(store, clock())), FRESH_SECONDS, STALE_SECONDS)
    app.include_router(router)


@router.get("/banjir")
def get_flood(request: Request) -> Response:
    """Give open flood reports of the last 24 hours by basin and kelurahan, gates with their alarm, and pumps."""
    kept: Kept[bytes] = request.app.state.flood
    return Response(kept.value(), media_type="application/json", headers={"cache-control": "public, max-age=10"})
