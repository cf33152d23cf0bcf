"""Deeds: what a form on the pages for operators does, and where it leads then.

take_deed     reads the form, does it, and leads on; what cannot be done is told on the page, with what was typed
carry_out     one deed: a command, all that agreeing means, or an undoing
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import Record, Report, Staff
from dengar.routing import commands as do
from dengar.web.access import staff_of
from dengar.web.body import LARGEST_BYTES, read_fields, read_limited
from dengar.web.casework.accepting import Step, next_step
from dengar.web.casework.acting import desk_of, find_seen, version_for
from dengar.web.casework.case_page import Problem, case_page
from dengar.web.casework.making import Fields, make_command, one
from dengar.web.casework.queue_page import lead_on, queue_page
from dengar.web.casework.undoing import find_decision, next_undo
from dengar.web.casework.words import DONE, NOTHING_TO_ACCEPT, NOTHING_TO_UNDO
from dengar.web.desk import DeskDoor
from dengar.web.roles import DESK
from dengar.web.site import Site, site_of

MOST_STEPS = 8


class Deed(Record, frozen=True, kw_only=True):
    """A form that was sent about a report."""

    name: str
    fields: dict[str, list[str]]
    photos: tuple[bytes, ...] = ()

    @property
    def version(self) -> int | None:
        """The version of the report that the person saw."""
        text = one(self.fields, "versi")
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None

    @property
    def is_from_queue(self) -> bool:
        """Say whether it was sent from the queue, which goes on with the next report."""
        return "antrean" in self.fields


async def take_deed(request: Request) -> Response:
    """Do what a form says with a report."""
    name = request.path_params["deed"]
    if name not in DONE and name != "verifikasi":
        raise HTTPException(404)
    fields, photos = await read_fields(request, await read_limited(request, LARGEST_BYTES))
    return await run_in_threadpool(_take, request, Deed(name=name, fields=fields, photos=tuple(photos)))


def _take(request: Request, deed: Deed) -> Response:
    site, who = site_of(request), staff_of(request)
    report = find_seen(site, who, request.path_params["number"])
    try:
        done = carry_out(site, who, report, deed)
    except BadRequest as refused:
        return _tell_problem(request, report, deed, refused)
    return _lead(request, report, done, deed)


def carry_out(site: Site, who: Staff, report: Report, deed: Deed) -> Report:
    """Do a deed and give the report as it is then; raises BadRequest."""
    special = _SPECIAL.get(deed.name)
    if special is not None:
        return special(site, who, report, deed)
    command = make_command(deed.name, deed.fields, site.figures.units())
    version, desk = version_for(site, report, deed.version), desk_of(site)
    if isinstance(command, do.Close) and deed.photos:
        return desk.close(who, report.number, command.note, deed.photos, version).report
    return desk.act(who, report.number, command, version)


def _accept(site: Site, who: Staff, report: Report, deed: Deed) -> Report:
    """Agree with all that is in doubt, as far as it goes; raises BadRequest when the first thing is missing."""
    desk, version = desk_of(site), version_for(site, report, deed.version)
    post = site.store.posts.first_of_report(report.number)
    step = next_step(report, post, who)
    if step is None:
        raise BadRequest(NOTHING_TO_ACCEPT, status=409)
    if step.command is None:
        raise BadRequest(step.missing, status=422)
    grown = desk.act(who, report.number, step.command, version)
    return _go_on(desk, who, grown, lambda now: next_step(now, post, who), step.command)


def _go_on(
    desk: DeskDoor, who: Staff, report: Report, find: Callable[[Report], Step | None], before: do.Command
) -> Report:
    for _ in range(MOST_STEPS):
        step = find(report)
        if step is None or step.command is None or step.command == before:
            break
        before = step.command
        report = desk.act(who, report.number, before)
    return report


def _undo(site: Site, who: Staff, report: Report, deed: Deed) -> Report:
    """Bring a report back to before the last decision, as far as commands can."""
    decision = find_decision(site.store.events.of_report(report.number))
    version = version_for(site, report, deed.version)
    found = next_undo(decision, report) if decision else None
    if decision is None or found is None:
        raise BadRequest(NOTHING_TO_UNDO, status=409)
    desk, done = desk_of(site), set[str]()
    while found is not None and type(found[1]).__name__ not in done:
        number, command = found
        done.add(type(command).__name__)
        desk.act(who, number, command, version if number == report.number else None)
        version = None
        report = site.store.reports.find_own(report.number) or report
        found = next_undo(decision, report)
    return report


def _hold(site: Site, who: Staff, report: Report, _: Deed) -> Report:
    return desk_of(site).claim(who, report.number)


def _release(site: Site, who: Staff, report: Report, _: Deed) -> Report:
    desk_of(site).release(who, report.number)
    return report


def _send_again(site: Site, who: Staff, report: Report, _: Deed) -> Report:
    """Let what could not be delivered of a report be tried anew."""
    if who.role not in DESK:
        raise BadRequest("Peran Anda tidak boleh melakukan ini.", status=403)
    dead = [item.id for item in site.store.deliveries.of_report(report.number) if item.state == "dead"]
    site.store.deliveries.replay(dead, site.clock())
    return report


_SPECIAL: dict[str, Callable[[Site, Staff, Report, Deed], Report]] = {
    "terima": _accept,
    "urung": _undo,
    "pegang": _hold,
    "lepas": _release,
    "kirim_ulang": _send_again,
}


def _tell_problem(request: Request, report: Report, deed: Deed, refused: BadRequest) -> Response:
    """Show the page again with why it was refused, what changed meanwhile, and what was typed."""
    site, who = site_of(request), staff_of(request)
    now = site.store.reports.find_own(report.number) or report
    seen = deed.version
    changes = tuple(site.store.events.since(now.number, seen)) if seen is not None and seen < now.version else ()
    problem = Problem(says=str(refused), deed=deed.name, changes=changes, typed=_typed(deed.fields))
    page = queue_page if deed.is_from_queue else case_page
    shown = page(request, site, who, now, problem=problem, code=refused.status, back=one(deed.fields, "antrean"))
    shown.headers["hx-push-url"] = "false"  # where the form was sent to is no page
    return shown


def _typed(fields: Fields) -> dict[str, str]:
    return {name: values[-1] for name, values in fields.items() if values}


def _lead(request: Request, before: Report, done: Report, deed: Deed) -> Response:
    """Lead to the next report of the queue when this one is decided, else to the report again."""
    site, who = site_of(request), staff_of(request)
    if deed.is_from_queue:
        return lead_on(request, before, done, deed.name, deed.fields)
    if not desk_of(site).may_see(who, done):
        return RedirectResponse(f"/antrean?{urlencode({'sudah': done.number, 'hasil': deed.name})}", 303)
    return RedirectResponse(f"/kasus/{quote(done.number)}?hasil={deed.name}#hasil", 303)
