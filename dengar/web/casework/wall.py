"""/ruang: the board on the wall of a control room, read from some metres away; it names no person and no words."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from dengar.models import Record, Report
from dengar.store import Store
from dengar.web.ailing import tone, worst_first
from dengar.web.casework.words import DOUBTS
from dengar.web.figures import Kept
from dengar.web.site import site_of

FRESH_SECONDS, STALE_SECONDS = 8.0, 30.0
HOURS = 24
MOST_LISTED = 6
MOST_SICK = 5
FLOOD = "banjir"


class Board(Record, frozen=True, kw_only=True):
    """What the board shows: `hours` counts new reports of the last 24 hours, the running one last."""

    hours: tuple[int, ...]
    hour: int
    day: int
    dangers: tuple[Report, ...]
    floods: tuple[Report, ...]
    oldest: Report | None

    @property
    def most(self) -> int:
        """The busiest hour, at least one, so that bars have a height."""
        return max(1, *self.hours)


class Wall:
    """The board, read from the store every few seconds however many screens show it."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._kept = Kept(lambda: read_board(store, clock()), FRESH_SECONDS, STALE_SECONDS)

    def board(self) -> Board:
        """Give the board."""
        return self._kept.value()


def read_board(store: Store, now: datetime) -> Board:
    """Ask the store for the board."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    counted = store.queue.received_by_hour(this_hour - timedelta(hours=HOURS - 1))
    hours = tuple(counted.get(this_hour - timedelta(hours=ago), 0) for ago in reversed(range(HOURS)))
    day_ago = now - timedelta(hours=HOURS)
    return Board(
        hours=hours,
        hour=hours[-1],
        day=sum(hours),
        dangers=tuple(store.queue.dangers(day_ago, MOST_LISTED)),
        floods=tuple(store.reports.open_now(FLOOD, day_ago, MOST_LISTED)),
        oldest=_first(store.queue.oldest_waiting(1)),
    )


def _first(reports: Sequence[Report]) -> Report | None:
    return reports[0] if reports else None


def show_wall(request: Request) -> Response:
    """Show the board; it renews itself."""
    site = site_of(request)
    status = site.status()
    sick = [one for one in worst_first(status.sources) if tone(one) in {"merah", "kuning"}]
    board: Board = request.app.state.wall.board()
    urgent = {one.number: one for one in (*board.dangers, *board.floods)}
    context = {
        "board": board,
        "count": request.app.state.queue_counts.of(None),
        "doubts": DOUBTS,
        "sick": sick[:MOST_SICK],
        "sick_left": max(0, len(sick) - MOST_SICK),
        "tone": tone,
        "sources": len([one for one in status.sources if one.enabled]),
        "urgent": list(urgent.values())[: MOST_LISTED + 2],
    }
    return site.page(request, "kasus/ruang.html", context)
