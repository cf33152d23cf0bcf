"""GET /api/peringkat: how responsive the units of one level are; people are ranked in the command line alone."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, get_args

import msgspec
from fastapi import APIRouter, FastAPI, Query, Request, Response

from dengar.comparing import compare, usual_start
from dengar.models import UnitKind
from dengar.store import Store
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 600.0, 7200.0

router = APIRouter(prefix="/api", tags=["kinerja"])


def add_rankings(app: FastAPI, store: Store, clock: Callable[[], datetime]) -> None:
    """Let the application answer; a ranking is kept for ten minutes."""

    def read(level: str) -> bytes:
        now = clock()
        return msgspec.json.encode(compare(store, level, usual_start(now), now, now))

    levels = get_args(UnitKind)
    app.state.rankings = {level: Kept(partial(read, level), FRESH_SECONDS, STALE_SECONDS) for level in levels}
    app.include_router(router)


@router.get("/peringkat")
def get_ranking(request: Request, level: Annotated[UnitKind, Query()] = "kecamatan") -> Response:
    """Rank the units of a level by their late cases beside those to be expected, in this month and the two before."""
    kept: Kept[bytes] = request.app.state.rankings[level]
    return Response(kept.value(), media_type="application/json", headers={"cache-control": "public, max-age=60"})
