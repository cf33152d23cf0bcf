"""The addresses of the routing rules."""

import difflib
from collections.abc import Awaitable, Callable, Iterable

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest, BadSettings
from dengar.models import RulesVersion
from dengar.routing.rules import BUILT_IN, Router, read_text
from dengar.store.rules import AddedMeanwhile
from dengar.web.access import staff_of
from dengar.web.aturan.door import RulesDoor
from dengar.web.aturan.trying import DAYS, Trial, Trials
from dengar.web.aturan.wording import Wording, line_of
from dengar.web.body import read_limited, read_typed
from dengar.web.language import choose_language
from dengar.web.site import Site, site_of

LARGEST_RULES = 400_000
LONGEST_NOTE = 300
NAME = "halaman aturan"
CONTEXT_LINES = 2
CONFLICT = 409


def add_rules(app: FastAPI, door: RulesDoor | None) -> None:
    """Add the pages of the rules; without a door they are not found."""
    pages = Pages(door, Trials(door)) if door is not None else None
    app.add_route("/aturan", _of(pages, Pages.show_or_use), methods=["GET", "POST"])
    app.add_route("/aturan/versi/{number}", _of(pages, Pages.show_version))
    app.add_route("/aturan/ubah", _of(pages, Pages.show_editor))
    app.add_route("/aturan/uji", _of(pages, Pages.begin_trial), methods=["POST"])
    app.add_route("/aturan/uji/{trial}", _of(pages, Pages.show_trial))


class Pages:
    """The pages over one door, with the trials of this process."""

    def __init__(self, door: RulesDoor, trials: Trials) -> None:
        self._door = door
        self._trials = trials

    async def show_or_use(self, request: Request) -> Response:
        """Show the rules that decide, or bring others into use."""
        if request.method != "POST":
            return await run_in_threadpool(self._show, request)
        typed = await read_typed(request, await read_limited(request, LARGEST_RULES))
        note = " ".join(typed["catatan"].split())[:LONGEST_NOTE]
        if typed["versi"]:
            return await run_in_threadpool(self._roll_back, request, typed["versi"], note)
        text = typed["aturan"].replace("\r\n", "\n")
        return await run_in_threadpool(self._use, request, text, typed["dasar"], note)

    async def show_version(self, request: Request) -> Response:
        """Show an older version, and how it differs from what decides."""
        return await run_in_threadpool(self._show_version, request)

    async def show_editor(self, request: Request) -> Response:
        """Show the text of what decides, or of a trial, to be changed."""
        trial = self._trials.find(request.query_params.get("dari", ""))
        return await run_in_threadpool(self._edit, request, trial.text if trial else None, [], 200)

    async def begin_trial(self, request: Request) -> Response:
        """Refuse what is broken, with its lines; else begin a trial of it."""
        typed = await read_typed(request, await read_limited(request, LARGEST_RULES))
        return await run_in_threadpool(self._begin, request, typed["aturan"].replace("\r\n", "\n"))

    async def show_trial(self, request: Request) -> Response:
        """Show how far a trial is, and what it found."""
        return await run_in_threadpool(self._show_trial, request)

    def _show(self, request: Request) -> Response:
        site, router = site_of(request), self._door.current()
        context = self._context(request, router) | {
            "history": site.store.rules.history(),
            "used": request.query_params.get("dipakai", "")[:9],
        }
        return site.page(request, "aturan/rules.html", context)

    def _show_version(self, request: Request) -> Response:
        site, version = site_of(request), self._find(request, request.path_params["number"])
        current = site.store.rules.last()
        problems: list[str] = []
        router = self._door.current()
        try:
            router = self._door.read(version.text, version.name)
        except BadSettings as broken:
            problems = broken.problems
        context = self._context(request, router) | {
            "version": version,
            "is_current": current is not None and current.number == version.number,
            "problems": problems,
            "difference": _differ(current.text if current else "", version.text),
        }
        return site.page(request, "aturan/version.html", context)

    def _edit(self, request: Request, text: str | None, problems: list[str], code: int) -> Response:
        last = site_of(request).store.rules.last()
        shown = text if text is not None else (last.text if last else read_text(BUILT_IN))
        lines = shown.split("\n")
        found = [(problem, at, _line(lines, at)) for problem in problems for at in [line_of(problem)]]
        context = {"text": shown, "problems": found, "days": DAYS}
        return site_of(request).page(request, "aturan/edit.html", context, code=code)

    def _begin(self, request: Request, text: str) -> Response:
        try:
            self._door.read(text, NAME)
        except BadSettings as broken:
            return self._edit(request, text, broken.problems, 422)
        trial = self._trials.begin(text, staff_of(request).name)
        return RedirectResponse(f"/aturan/uji/{trial.id}", 303)

    def _show_trial(self, request: Request) -> Response:
        site, trial = site_of(request), self._trials.find(request.path_params["trial"])
        if trial is None:
            return site.page(request, "aturan/gone.html", code=404)
        template = "aturan/progress.html" if "hx-request" in request.headers else "aturan/trial.html"
        context = self._trial_context(request, trial)
        headers = {"hx-refresh": "true"} if trial.is_over and template == "aturan/progress.html" else {}
        return site.page(request, template, context, headers=headers)

    def _trial_context(self, request: Request, trial: Trial) -> dict[str, object]:
        site = site_of(request)
        last = site.store.rules.last()
        return {
            "trial": trial,
            "wording": _wording(site, request),
            "days": DAYS,
            "difference": _differ(last.text if last else "", trial.text),
        }

    def _use(self, request: Request, text: str, base: str, note: str) -> Response:
        """Bring a text into use that was tried out against what decides now."""
        if not note:
            raise BadRequest("Tulis mengapa aturan ini berubah.", status=422)
        if not self._trials.was_tried(text) or base != str(self._door.current().version):
            return self._begin(request, text)
        return self._bring(request, text, NAME, note)

    def _roll_back(self, request: Request, number: str, note: str) -> Response:
        version = self._find(request, number)
        say = choose_language(request).say
        return self._bring(request, version.text, version.name, note or say("Kembali ke versi %(n)s", n=number))

    def _bring(self, request: Request, text: str, name: str, note: str) -> Response:
        try:
            version = self._door.use(text, name, staff_of(request).name, note)
        except BadSettings as broken:
            return self._edit(request, text, broken.problems, 422)
        except AddedMeanwhile as error:
            raise BadRequest("Aturan lain baru saja dipakai: lihat lagi dulu.", status=CONFLICT) from error
        return RedirectResponse(f"/aturan?dipakai={version.number}", 303)

    def _context(self, request: Request, router: Router) -> dict[str, object]:
        wording = _wording(site_of(request), request)
        last = site_of(request).store.rules.last()
        return {"wording": wording, "router": router, "rules": wording.rules(router), "last": last}

    def _find(self, request: Request, number: str) -> RulesVersion:
        is_number = number.isascii() and number.isdigit()
        found = site_of(request).store.rules.find(int(number[:9])) if is_number else None
        if found is None:
            raise HTTPException(404)
        return found


def _of(
    pages: Pages | None, answer: Callable[[Pages, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Make the address of one page."""

    async def call(request: Request) -> Response:
        if pages is None:
            raise HTTPException(404)
        return await answer(pages, request)

    return call


def _wording(site: Site, request: Request) -> Wording:
    return Wording(site.telling(choose_language(request)))


def _differ(before: str, after: str) -> list[tuple[str, str]]:
    """Give the lines that differ, each with its sign, and a few around them."""
    lines: Iterable[str] = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT_LINES)
    return [(line[:1], line) for line in list(lines)[2:]]


def _line(lines: list[str], at: int | None) -> str:
    return lines[at - 1] if at is not None and at <= len(lines) else ""
