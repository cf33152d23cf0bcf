"""What a reporter says on the page of their report, to the outcome or a question, in forms that need no JavaScript."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES
from dengar.routing.commands import LONGEST_TEXT, Answer, Rate, Reopen
from dengar.web.body import read_form_photos, read_request, read_typed
from dengar.web.desk import DeskDoor
from dengar.web.form import refuse_haste
from dengar.web.reporting.page import Refusal, tell_report
from dengar.web.reporting.words import NO_ANSWER, NO_REASON, NO_STARS, OPEN_ALREADY, TOO_LONG, UNKNOWN_ANSWER
from dengar.web.reports import clean_number
from dengar.web.site import Site, site_of

FIELDS = {"nilai": "bintang", "buka": "alasan", "jawab": "jawaban"}
STARS = {str(stars): stars for stars in range(1, 6)}


async def take_answer(request: Request) -> Response:
    """Take a rating (`apa=nilai`), "not done" (`buka`) or an answer (`jawab`), and lead back to the report."""
    site = site_of(request)
    number = clean_number(request.path_params["number"])
    if number is None or site.desk is None:
        raise HTTPException(404)
    if request.method != "POST":
        return RedirectResponse(f"/laporan/{number}", 303)
    refuse_haste(site, request)
    read = await read_request(request)
    typed = await read_typed(request, read.body)
    photos = await read_form_photos(request, read.body)
    try:
        await run_in_threadpool(_respond, site, site.desk, number, typed, photos)
    except BadRequest as problem:
        field = problem.field or FIELDS.get(typed["apa"], "")
        refused = Refusal(problem=str(problem), field=field, typed=typed, code=problem.status)
        return await run_in_threadpool(tell_report, request, typed["kunci"], refused)
    return RedirectResponse(f"/laporan/{number}?kunci={typed['kunci']}&terima={typed['apa']}#tanggapan", 303)


def _respond(site: Site, desk: DeskDoor, number: str, typed: Mapping[str, str], photos: list[bytes]) -> None:
    command = _read_command(typed)
    report = site.store.find_report(number)
    if isinstance(command, Reopen) and report and desk.fits(number, typed["kunci"]):
        going_on = site.store.reports.going_on(report)
        if going_on.state in OPEN_STATES:
            raise BadRequest(OPEN_ALREADY, status=409)
    desk.respond(number, typed["kunci"], command, photos if isinstance(command, Reopen) else ())


def _read_command(typed: Mapping[str, str]) -> Rate | Reopen | Answer:
    if typed["apa"] == "nilai":
        if typed["bintang"] not in STARS:
            raise BadRequest(NO_STARS, status=422, field="bintang")
        return Rate(stars=STARS[typed["bintang"]], text=_short(typed, "komentar"))
    if typed["apa"] == "buka":
        return Reopen(reason=_said(typed, "alasan", NO_REASON))
    if typed["apa"] == "jawab":
        return Answer(text=_said(typed, "jawaban", NO_ANSWER))
    raise BadRequest(UNKNOWN_ANSWER, status=422)


def _said(typed: Mapping[str, str], name: str, missing: str) -> str:
    if not typed[name].strip():
        raise BadRequest(missing, status=422, field=name)
    return _short(typed, name)


def _short(typed: Mapping[str, str], name: str) -> str:
    text = typed[name].replace("\r\n", "\n")  # browsers count a line's end as one letter
    if len(text) > LONGEST_TEXT:
        raise BadRequest(TOO_LONG, status=422, field=name)
    return text
