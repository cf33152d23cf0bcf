"""The report form: shown, looked at with its sender, taken, and shown again when something is missing."""

from collections import defaultdict
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import Receipt
from dengar.models import Request as Message
from dengar.store.drafts import SentForm
from dengar.web.body import read_request, read_typed
from dengar.web.language import choose_language
from dengar.web.reporting.drafting import add_fields, is_key
from dengar.web.reporting.second_look import Questions, find_questions
from dengar.web.reporting.words import LOST_DRAFT
from dengar.web.reports import blank_form, clean_number
from dengar.web.site import Site, site_of

JSON = "application/json"


async def show_or_take_form(request: Request) -> Response:
    """Show the form, or take it."""
    site = site_of(request)
    if request.method == "POST":
        return await _take(site, request)
    return await run_in_threadpool(_show, site, request)


async def take_answered(request: Request) -> Response:
    """Take a form whose sender has answered what they were asked; without an answer, show the form."""
    site = site_of(request)
    if request.method != "POST":
        return RedirectResponse("/lapor", 303)
    refuse_haste(site, request)
    read = await read_request(request)
    answer = await read_typed(request, read.body)
    draft = await run_in_threadpool(site.store.drafts.find, answer["draf"])
    if draft is None:
        context = blank_form() | {"problem": LOST_DRAFT}
        return await run_in_threadpool(site.page, request, "form.html", context, code=410)
    body = add_fields(draft.body, draft.media_type, _answers(answer))
    return await _hand_in(site, request, read.replace(body=body, headers={"content-type": draft.media_type}))


def _answers(answer: Mapping[str, str]) -> dict[str, str]:
    """Give the fields that the answers add: one report that is the same, or those that are not."""
    chosen = {"laporan": answer["laporan"]} if answer["laporan"] else {"bukan": answer["bukan"]}
    place = {"tempat_foto": "tidak"} if answer["tempat_foto"] == "tidak" else {}
    return chosen | place


def _show(site: Site, request: Request) -> Response:
    """Show the empty form, or that for a further voice of a report."""
    number = clean_number(request.query_params.get("suara", ""))
    joined = site.store.find_report(number) if number else None
    report = site.store.reports.going_on(joined) if joined else None
    if report is None or report.is_hidden:
        return site.page(request, "form.html", blank_form())
    place = site.telling(choose_language(request)).place(report.place) if report.place else ""
    typed = {"laporan": report.number, "lokasi": place, "kategori": report.category or ""}
    return site.page(request, "form.html", blank_form() | {"typed": defaultdict(str, typed), "same": report})


async def _take(site: Site, request: Request) -> Response:
    refuse_haste(site, request)
    message = await read_request(request)
    typed = await read_typed(request, message.body)
    if typed["periksa"] == "1" and not typed["laporan"] and site.listener and is_key(typed["kunci"]):
        try:
            asked = await run_in_threadpool(find_questions, site.listener, site.maps, message)
        except BadRequest as problem:
            return await _refuse(site, request, message, problem)
        if asked:
            return await run_in_threadpool(_ask, site, request, message, typed["kunci"], asked)
    return await _hand_in(site, request, message)


async def _hand_in(site: Site, request: Request, message: Message) -> Response:
    try:
        taken = await run_in_threadpool(site.pushes["form"], message)
    except BadRequest as problem:
        return await _refuse(site, request, message, problem)
    return _lead(site, request, taken.receipts[0])


def _ask(site: Site, request: Request, message: Message, key: str, asked: Questions) -> Response:
    """Keep the form, and ask what its sender alone knows."""
    media_type = message.headers.get("content-type", "")
    site.store.drafts.keep(SentForm(id=key, body=message.body, media_type=media_type, at=site.clock()))
    return site.page(request, "reporting/ask.html", {"key": key, "asked": asked})


async def _refuse(site: Site, request: Request, message: Message, problem: BadRequest) -> Response:
    """Say what is wrong and with which field, beside what was typed."""
    if _wants_json(request):
        told = choose_language(request).say(str(problem))
        return JSONResponse({"status": problem.status, "error": told, "field": problem.field}, problem.status)
    typed = await read_typed(_as_sent(request, message), message.body)
    context = blank_form() | {"typed": typed, "problem": str(problem), "field": problem.field}
    return await run_in_threadpool(site.page, request, "form.html", context, code=problem.status)


def _as_sent(request: Request, message: Message) -> Request:
    """Give a request with the media type of the form, which came earlier when its sender was asked something."""
    media_type = message.headers.get("content-type", "").encode()
    return Request(dict(request.scope) | {"headers": [(b"content-type", media_type)]})


def _lead(site: Site, request: Request, receipt: Receipt) -> Response:
    """Lead to the page of the number; its key is in the address, so that its sender can keep it."""
    key = site.desk.key_of(str(receipt.number)) if site.desk else None
    address = f"/laporan/{receipt.number}?" + (f"kunci={key}&" if key else "") + "baru=1"
    if _wants_json(request):
        return JSONResponse({"nomor": receipt.number, "url": address}, 201, {"cache-control": "no-store"})
    return RedirectResponse(address, 303)


def _wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith(JSON)


def refuse_haste(site: Site, request: Request) -> None:
    """Raise HTTPException 429 when this address sends too much."""
    wait = site.rate.wait_seconds(request.client.host if request.client else "")
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
