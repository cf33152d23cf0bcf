"""GET /api/peringkat: how responsive the units of one level are; people are ranked in the command line alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal, get_args

import msgspec
from fastapi import APIRouter, FastAPI, Query, Request, Response

from dengar.comparing import Ranking, compare, usual_start
from dengar.models import UnitKind
from dengar.models.months import month_of
from dengar.store import Store
from dengar.web.figures import Kept

FRESH_SECONDS, STALE_SECONDS = 600.0, 7200.0
Period = Literal["3bulan", "bulan_ini", "bulan_lalu"]

router = APIRouter(prefix="/api", tags=["kinerja"])


def add_rankings(app: FastAPI, store: Store, clock: Callable[[], datetime]) -> None:
    """Let the application answer; a ranking is kept for ten minutes."""

    def read(level: str, period: Period) -> Ranking:
        now = clock()
        since, until = find_period(period, now)
        return compare(store, level, since, until, now)

    app.state.rankings = {
        (level, period): Kept(partial(read, level, period), FRESH_SECONDS, STALE_SECONDS)
        for level in get_args(UnitKind)
        for period in get_args(Period)
    }
    app.include_router(router)


def find_period(period: Period, now: datetime) -> tuple[datetime, datetime]:
    """Give beginning and end of a period: the usual one is this month and the two before."""
    month = month_of(now)
    if period == "bulan_lalu":
        return month_of(month - timedelta(days=1)), month
    return (month if period == "bulan_ini" else usual_start(now)), now


def find_ranking(request: Request, level: UnitKind, period: Period = "3bulan") -> Ranking:
    """Give a ranking, at most ten minutes old."""
    kept: Kept[Ranking] = request.app.state.rankings[level, period]
    return kept.value()


@router.get("/peringkat")
def get_ranking(
    request: Request,
    level: Annotated[UnitKind, Query()] = "kecamatan",
    periode: Annotated[Period, Query()] = "3bulan",
) -> Response:
    """Rank the units of a level by their late cases beside those to be expected, in this month and the two before."""
    told = msgspec.json.encode(find_ranking(request, level, periode))
    return Response(told, media_type="application/json", headers={"cache-control": "public, max-age=60"})
