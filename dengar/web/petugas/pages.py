"""The addresses of the officers' pages."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, Staff, Unit
from dengar.web.access import staff_of
from dengar.web.desk import desk_of
from dengar.web.language import choose_language
from dengar.web.petugas.doing import Changed, Done, Sent, carry_out, read_sent
from dengar.web.petugas.suggesting import suggest_units
from dengar.web.petugas.tasks import find_work, make_task
from dengar.web.petugas.telling import Words, tell_changes
from dengar.web.site import Site, site_of

LEAVES = {"selesai", "alih"}  # behind these the task is no longer in the list
POSTS_SHOWN = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why what was sent was not carried out, and what was sent, to be shown again."""

    problem: BadRequest
    sent: Sent = field(default_factory=lambda: Sent(deed=""))


def add_officers(app: FastAPI) -> None:
    """Add the pages of field officers."""
    app.add_route("/petugas", show_list)
    app.add_route("/petugas/sw.js", show_worker)
    app.add_route("/petugas/manifest.webmanifest", show_manifest)
    app.add_route("/petugas/{number}", show_or_take_task, methods=["GET", "POST"])
    app.add_route("/api/petugas/{number}", take_task, methods=["POST"])


def show_list(request: Request) -> Response:
    """Show what a unit has to do; officers see their own unit's."""
    site, who = site_of(request), staff_of(request)
    unit = _unit_of(site, who, request.query_params.get("unit"))
    if unit is None:
        return site.page(request, "petugas/choose.html", {"units": _units_for(site, who)})
    context = _words(site, request) | {
        "unit": unit,
        "work": find_work(site.store, unit.code, site.clock()),
        "done": request.query_params.get("sudah", ""),
        "done_number": request.query_params.get("nomor", "")[:40],
    }
    return site.page(request, "petugas/list.html", context)


async def show_or_take_task(request: Request) -> Response:
    """Show one task with its actions, or carry out what a form sends."""
    if request.method != "POST":
        return await run_in_threadpool(_show, request, None)
    sent = await read_sent(request)

    def take() -> Response:
        number = request.path_params["number"]
        try:
            carry_out(site_of(request).store, desk_of(site_of(request)), staff_of(request), number, sent)
        except BadRequest as problem:
            return _show(request, Refusal(problem=problem, sent=sent))
        target = f"/petugas?sudah={sent.deed}&nomor={number}" if sent.deed in LEAVES else f"/petugas/{number}"
        return RedirectResponse(target, 303)

    return await run_in_threadpool(take)


async def take_task(request: Request) -> Response:
    """Carry out what a telephone sends, perhaps long after it was done and perhaps again."""
    desk = desk_of(site_of(request))
    sent = await read_sent(request)

    def take() -> Response:
        try:
            done = carry_out(site_of(request).store, desk, staff_of(request), request.path_params["number"], sent)
        except BadRequest as problem:
            return _refuse(request, problem)
        return _answer(done)

    return await run_in_threadpool(take)


def show_worker(request: Request) -> Response:
    """Give the service worker, with the addresses of what it keeps."""
    files = site_of(request).files
    names = ("site.css", "staff.css", "petugas.css", "petugas.js", "petugas-antre.js", "petugas-foto.js", "icon.svg")
    keep = json.dumps([files.address(name) for name in names])
    script, _ = files.find("petugas-sw.js") or (b"", "")
    headers = {"cache-control": "no-cache", "service-worker-allowed": "/petugas"}
    return Response(f"const KEEP = {keep};\n{script.decode()}", media_type="text/javascript", headers=headers)


def show_manifest(request: Request) -> Response:
    """Give what makes the list an app on a telephone."""
    icon = {"src": site_of(request).files.address("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    told = {
        "name": "Dengar: tugas petugas",
        "short_name": "Tugas",
        "lang": "id",
        "id": "/petugas",
        "start_url": "/petugas",
        "scope": "/petugas",
        "display": "standalone",
        "background_color": "#f5f6f3",
        "theme_color": "#0b5a6f",
        "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
    }
    return JSONResponse(told, media_type="application/manifest+json", headers={"cache-control": "max-age=3600"})


def _show(request: Request, refused: Refusal | None) -> Response:
    site, who = site_of(request), staff_of(request)
    report = site.store.find_report(request.path_params["number"])
    if report is None:
        raise HTTPException(404)
    if not desk_of(site).may_see(who, report) or not _is_in_area(who, report.kel):
        raise BadRequest(f"{report.number} bukan tugas unit Anda.", status=403)
    events = site.store.events.of_report(report.number)
    posts = [post for post in site.store.posts.of_report(report.number) if post.text.strip()]
    words = _words(site, request)
    context = words | {
        "report": report,
        "task": make_task(report, site.clock()) if report.state in OPEN_STATES else None,
        "events": events,
        "posts": posts[:POSTS_SHOWN],
        "posts_left": max(len(posts) - POSTS_SHOWN, 0),
        "may_act": who.role == "petugas" and report.state in OPEN_STATES,
        "has_begun": words["words"].has_begun(events),
        "suggested": suggest_units(report, site.figures.units()),
        "refused": refused,
        "changes": _changes(words["words"], refused),
    }
    return site.page(request, "petugas/task.html", context, code=refused.problem.status if refused else 200)


def _words(site: Site, request: Request) -> dict[str, Words]:
    return {"words": Words(site.telling(choose_language(request)), new_action=lambda: str(uuid4()))}


def _changes(words: Words, refused: Refusal | None) -> list[str]:
    changed = refused.problem if refused else None
    return tell_changes(words.tell, changed.events) if isinstance(changed, Changed) else []


def _refuse(request: Request, problem: BadRequest) -> Response:
    """Tell a telephone why, what happened meanwhile, and from which version on it may insist."""
    site = site_of(request)
    words = site.telling(choose_language(request))
    report = site.store.find_report(request.path_params["number"])
    told = {
        "status": problem.status,
        "error": words.language.say(str(problem)),
        "changes": tell_changes(words, problem.events) if isinstance(problem, Changed) else [],
        "version": report.version if report else None,
    }
    return JSONResponse(told, problem.status, headers={"cache-control": "no-store"})


def _answer(done: Done) -> Response:
    told = {"version": done.version, "state": done.state, "remarks": done.remarks}
    return JSONResponse(told, headers={"cache-control": "no-store"})


def _unit_of(site: Site, who: Staff, asked: str | None) -> Unit | None:
    """Give the unit whose list is meant; raises BadRequest (403, 404)."""
    code = who.unit if who.role == "petugas" else asked
    if code is None:
        return None
    if who.role == "petugas" and asked not in {None, code}:
        raise BadRequest("Petugas hanya melihat antrean unitnya sendiri.", status=403)
    unit = site.figures.units().get(code)
    if unit is None:
        if who.role == "petugas":
            return Unit(code=code, name=code, kind="kelurahan")
        raise HTTPException(404)
    if not _is_in_area(who, unit.area or ""):
        raise BadRequest(f"{unit.name} di luar wilayah Anda.", status=403)
    return unit


def _units_for(site: Site, who: Staff) -> list[Unit]:
    known = site.figures.units().values()
    return sorted((one for one in known if _is_in_area(who, one.area or "")), key=lambda one: (one.kind, one.name))


def _is_in_area(who: Staff, code: str) -> bool:
    return who.area is None or code.startswith(who.area)
