"""Holding: who has a report in front of them; opening one holds it, and a page that is used renews it."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, Record, Report, Staff
from dengar.web.access import staff_of
from dengar.web.casework.acting import desk_of
from dengar.web.roles import WORKERS
from dengar.web.site import Site, site_of


class Hold(Record, frozen=True, kw_only=True):
    """Who holds a report, and until when."""

    by: str
    until: datetime
    is_mine: bool

    def seconds(self, now: datetime) -> int:
        """Give how long it still lasts."""
        return max(0, int((self.until - now).total_seconds()))


def find_hold(site: Site, who: Staff, number: str) -> Hold | None:
    """Say who holds a report now."""
    found = site.store.claims.find(number, site.clock())
    return Hold(by=found[0], until=found[1], is_mine=found[0] == who.name) if found else None


def hold(site: Site, who: Staff, report: Report, request: Request) -> Hold | None:
    """Hold a report that somebody opens to work on it; gives who has it then.

    What a browser only fetches ahead, or another site leads to, holds nothing.
    """
    is_wanted = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    is_ahead = "prefetch" in request.headers.get("sec-purpose", "")
    needs_work = bool(report.needs_review) or report.state in OPEN_STATES
    if who.role in WORKERS and needs_work and is_wanted and not is_ahead:
        site.store.claims.take(report.number, who.name, site.clock())
    return find_hold(site, who, report.number)


def renew_hold(request: Request) -> Response:
    """Hold on to a report, and tell who holds which now; 409 when somebody else has it."""
    site, who = site_of(request), staff_of(request)
    report = desk_of(site).claim(who, request.path_params["number"])
    mine = find_hold(site, who, report.number)
    if mine is None:
        raise BadRequest("Laporan ini tidak bisa dipegang.", status=409)
    held = {number: by for number, by in site.store.claims.held(site.clock()).items() if by != who.name}
    told = {"sisa": mine.seconds(site.clock()), "versi": report.version, "dipegang": held}
    return JSONResponse(told, headers={"cache-control": "no-store"})
