"""The JSON API: send a report, read the public ones. Its description is /api/openapi.json."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import HTTPException
from starlette.concurrency import run_in_threadpool

from dengar.store.reports import Order
from dengar.web.asking import FILTER, ask_choice, ask_selection, read_place, write_place
from dengar.web.body import read_request
from dengar.web.form import refuse_haste
from dengar.web.language import choose_language
from dengar.web.public import PublicCase, Reports, Taken, make_case, make_report
from dengar.web.reports import MOST_CARDS, VOICES_SHOWN, clean_number, find_number, harmless
from dengar.web.site import Site, site_of
from dengar.web.telling import Telling

router = APIRouter(prefix="/api", tags=["laporan"])
TheSite = Annotated[Site, Depends(site_of)]

_FIELDS: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 4, "maxLength": 5000, "description": "What is wrong."},
        "lokasi": {"type": "string", "description": "The place in words."},
        "lat": {"type": "number"},
        "lon": {"type": "number"},
        "kategori": {"type": "string", "description": "A category code; the classifier decides."},
        "nama": {"type": "string"},
        "kontak": {"type": "string"},
        "kunci": {"type": "string", "description": "8 to 64 characters; the same key is taken once."},
        "foto": {"type": "string", "description": "JSON: a picture in base64. Multipart: the file itself."},
    },
}
FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": _FIELDS} for kind in ("application/json", "multipart/form-data")},
    }
}


def telling_of(request: Request, site: TheSite) -> Telling:
    """Give the words in the caller's language."""
    return site.telling(choose_language(request))


Words = Annotated[Telling, Depends(telling_of)]


@router.post(
    "/lapor",
    status_code=201,
    openapi_extra=FORM_BODY,
    responses={200: {"model": Taken}},
    response_model_exclude_none=True,
)
async def send_report(request: Request, response: Response, site: TheSite) -> Taken:
    """Send a report; 201 for a new one, 200 when its key was taken before."""
    refuse_haste(site, request)
    (receipt,) = (await run_in_threadpool(site.pushes["form"], await read_request(request))).receipts
    response.status_code = 201 if receipt.is_new else 200
    key = site.desk.key_of(str(receipt.number)) if site.desk else None
    return Taken(nomor=str(receipt.number), url=f"/laporan/{receipt.number}", baru=receipt.is_new, kunci=key)


@router.get("/laporan", openapi_extra=FILTER)
def list_reports(
    request: Request,
    site: TheSite,
    words: Words,
    limit: Annotated[int, Query(ge=1, le=MOST_CARDS)] = 50,
    setelah: Annotated[str | None, Query(max_length=400, description="`berikutnya` of the page before")] = None,
) -> Reports:
    """List the newest reports of a filter; `urut=berubah` lists by the last change instead of the first message."""
    by: Order = "updated_at" if ask_choice(request, "urut", "baru", "berubah") == "berubah" else "created_at"
    selection = ask_selection(site, request, "urut", "limit", "setelah")
    found = site.store.reports.select(selection, limit, by, read_place(setelah, by))
    last = write_place(by, getattr(found[-1], by), found[-1].number) if len(found) == limit else None
    return Reports(laporan=tuple(make_report(report, words) for report in found), berikutnya=last)


@router.get("/laporan/{number}", responses={404: {"description": "No report has this number (yet)."}})
def get_report(number: str, site: TheSite, words: Words) -> PublicCase:
    """Give the report that a tracking number leads to."""
    clean = clean_number(number)
    found = find_number(site.store, clean) if clean else None
    if found is None:
        raise HTTPException(404, "No report has this number.")
    if found.report is None:
        raise HTTPException(404, "This message is received, but it is no report (yet).")
    if found.report.is_hidden:
        raise HTTPException(404, "This report is being checked by a person (sedang diperiksa petugas).")
    events = site.store.events.of_report(found.report.number)
    posts = harmless(site.store.posts.shown_of_report(found.report.number), events, VOICES_SHOWN)
    return make_case(found.report, events, posts, words)
