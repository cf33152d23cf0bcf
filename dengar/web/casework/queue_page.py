"""/antrean: what waits, and one report of it to decide about; and the way to the next one."""

from collections.abc import Iterable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import Event, Record, Report, Staff
from dengar.web.access import staff_of
from dengar.web.body import read_fields, read_limited
from dengar.web.casework.acting import desk_of, find_seen
from dengar.web.casework.filters import Wanted, read_back, read_wanted
from dengar.web.casework.holding import hold
from dengar.web.casework.making import Fields, one
from dengar.web.casework.naming import choose_areas, choose_units
from dengar.web.casework.viewing import Problem, View, can_undo, make_view, neighbours
from dengar.web.casework.words import DONE, DOUBTS
from dengar.web.language import choose_language
from dengar.web.site import Site, site_of

LARGEST_FORM = 20_000
MOST_FOLLOWING = 12
POSTS_SHOWN = 4


class Flash(Record, frozen=True, kw_only=True):
    """What was just done with a report, and whether it can be taken back."""

    report: Report
    says: str
    can_undo: bool


def show_queue(request: Request) -> Response:
    """Show what waits, and the report that was opened, which is held from then on."""
    site, who = site_of(request), staff_of(request)
    leaving, number = request.query_params.get("lepas"), request.query_params.get("laporan")
    if leaving and leaving != number:
        site.store.claims.release(leaving, who.name)
    if not number:
        return queue_page(request, site, who, None)
    try:
        report = find_seen(site, who, number)
    except BadRequest as refused:
        problem = Problem(says=str(refused), deed="", typed={})
        return queue_page(request, site, who, None, problem=problem, code=refused.status)
    return queue_page(request, site, who, report)


async def take_next(request: Request) -> Response:
    """Lead to the next report that nobody has, and hold it."""
    fields, _ = await read_fields(request, await read_limited(request, LARGEST_FORM))
    return await run_in_threadpool(_take, request, fields)


def _take(request: Request, fields: Fields) -> Response:
    site, who = site_of(request), staff_of(request)
    wanted = read_back(one(fields, "antrean"), who)
    leaving = one(fields, "lepas")
    if leaving:
        desk_of(site).release(who, leaving)
    number = _open_next(site, who, wanted, one(fields, "berikut").split(","), leaving)
    return _go(wanted, laporan=number)


def lead_on(request: Request, before: Report, done: Report, deed: str, fields: Fields) -> Response:
    """Lead on after a deed: to the same report while it still waits, else to the next one."""
    site, who = site_of(request), staff_of(request)
    wanted = read_back(one(fields, "antrean"), who)
    told = {"sudah": done.number, "hasil": deed}
    if deed == "lepas":
        return _go(wanted, **told)
    stays = desk_of(site).may_see(who, done) and (deed in {"urung", "pegang"} or _waits(site, wanted, done))
    following = one(fields, "berikut").split(",")
    number = done.number if stays else _open_next(site, who, wanted, following, before.number)
    return _go(wanted, laporan=number, **told)


def _waits(site: Site, wanted: Wanted, report: Report) -> bool:
    if wanted.is_overdue:
        late = [by for by in (report.routing.resolve_by, report.routing.respond_by) if by is not None]
        return report.closed_at is None and report.pause is None and any(by < site.clock() for by in late)
    return wanted.takes(report)


def _open_next(site: Site, who: Staff, wanted: Wanted, following: Iterable[str], leaving: str) -> str:
    """Hold the next of those that follow, else the most urgent one; gives its number, empty when nothing waits."""
    for report in _in_order(site, [number for number in following if number and number != leaving]):
        is_open = desk_of(site).may_see(who, report) and _waits(site, wanted, report)
        if is_open and site.store.claims.take(report.number, who.name, site.clock()):
            return report.number
    if wanted.is_overdue:
        return ""
    found = desk_of(site).next(who, kind=wanted.kind, area=wanted.area, unit=wanted.unit)
    return found.number if found else ""


def _in_order(site: Site, numbers: Sequence[str]) -> list[Report]:
    found = {report.number: report for report in site.store.reports.find_all(numbers[:MOST_FOLLOWING])}
    return [found[number] for number in numbers if number in found]


def _go(wanted: Wanted, **others: str) -> Response:
    asked = wanted.query(**others)
    return RedirectResponse(f"/antrean?{asked}" if asked else "/antrean", 303, {"cache-control": "no-store"})


def queue_page(
    request: Request,
    site: Site,
    who: Staff,
    report: Report | None,
    *,
    problem: Problem | None = None,
    code: int = 200,
    back: str | None = None,
) -> Response:
    """Make the page: the filters, the list, and the report that is open."""
    wanted = read_wanted(request.query_params, who) if back is None else read_back(back, who)
    rows = find_rows(site, wanted)
    view = _view(request, site, who, report)
    following = _following([row.number for row in rows], report)
    units = site.figures.units()
    context: Mapping[str, object] = {
        "wanted": wanted,
        "rows": rows,
        "view": view,
        "problem": problem,
        "following": ",".join(following),
        "flash": _flash(request, site, who),
        "count": request.app.state.queue_counts.of(who.area),
        "held": site.store.claims.held(site.clock()),
        "doubts": DOUBTS,
        "neighbours": neighbours(report, units) if report else [],
        "back": wanted.query(),
    }
    if request.headers.get("hx-request") == "true":
        return site.page(request, "kasus/meja.html", context, code=code)
    more = {"areas": choose_areas(units), "units": choose_units(units)}
    return site.page(request, "kasus/antrean.html", {**context, **more}, code=code)


def find_rows(site: Site, wanted: Wanted) -> list[Report]:
    """Give the reports of this part of the queue, the most urgent first."""
    if wanted.is_overdue:
        return site.store.queue.overdue(site.clock(), wanted.unit, wanted.shown, wanted.area)
    return site.store.queue.page(wanted.kind, wanted.area, wanted.unit, wanted.shown)


def _view(request: Request, site: Site, who: Staff, report: Report | None) -> View | None:
    if report is None:
        return None
    tell = site.telling(choose_language(request))
    return make_view(site, who, report, tell, hold(site, who, report, request), most_posts=POSTS_SHOWN, is_whole=False)


def _following(numbers: list[str], report: Report | None) -> list[str]:
    """Give the numbers behind the open one, then those before it."""
    at = numbers.index(report.number) + 1 if report and report.number in numbers else 0
    return [*numbers[at:], *numbers[: max(0, at - 1)]][:MOST_FOLLOWING]


def _flash(request: Request, site: Site, who: Staff) -> Flash | None:
    number, deed = request.query_params.get("sudah", ""), request.query_params.get("hasil", "")
    report = site.store.reports.find_own(number) if number and deed in DONE else None
    if report is None or not desk_of(site).may_see(who, report):
        return None
    events: list[Event] = [] if deed in {"lepas", "pegang"} else site.store.events.of_report(report.number)
    return Flash(report=report, says=DONE[deed], can_undo=can_undo(events, report, who))
