"""What a reporter says of the outcome, with the key that they got with their tracking number."""

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from dengar.errors import BadRequest
from dengar.public import PublicReport
from dengar.routing.commands import Rate, Reopen
from dengar.web.api import telling_of
from dengar.web.body import decode, read_request
from dengar.web.desk import TheDesk, TheSite
from dengar.web.form import refuse_haste
from dengar.web.public import make_report
from dengar.web.reports import clean_number

router = APIRouter(prefix="/api", tags=["laporan"])


class Response(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key, and what the reporter says: {"do": "rate", "stars": 4} or {"do": "reopen", "reason": "…"}."""

    kunci: str
    tanggapan: Rate | Reopen


_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": msgspec.json.schema(Response)}}}
}  # fmt: skip


@router.post("/laporan/{number}/tanggapan", openapi_extra=_BODY)
async def respond(number: str, request: Request, site: TheSite, desk: TheDesk) -> PublicReport:
    """Rate the outcome, or say that it is not done; 403 for a wrong key, 409 when the report is not closed."""
    refuse_haste(site, request)
    said: Response = decode((await read_request(request)).body, Response, "Tanggapan")
    clean = clean_number(number)
    if clean is None:
        raise BadRequest("Nomor ini tidak mungkin.", status=404)
    report = await run_in_threadpool(desk.respond, clean, said.kunci, said.tanggapan)
    if report.is_hidden:  # it may be another's, which this one joined
        report = report.replace(title="", place=None, photos=())
    return make_report(report, telling_of(request, site))
