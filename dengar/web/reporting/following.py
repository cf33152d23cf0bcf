"""Following one report: what it is now, in a few bytes for a page that is open, and its history as an Atom feed."""

from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from starlette.responses import Response

from dengar.feeds.steps import FeedStep, write_steps
from dengar.models import Report
from dengar.public import Public
from dengar.web.api import TheSite, Words
from dengar.web.reports import Found, clean_number, find_number
from dengar.web.site import Site

router = APIRouter(tags=["laporan"])


class Now(Public):
    """What a number leads to now; `version` grows with every change, and is 0 while there is no report."""

    number: str
    version: int
    state: str | None = None
    state_name: str = ""


@router.get("/api/laporan/{number}/kini")
def give_now(number: str, response: Response, site: TheSite, words: Words) -> Now:
    """Say what state a number's report has; cheap enough to be asked twice a minute."""
    response.headers["cache-control"] = "no-store"
    found = _find(site, number)
    report = found.report
    if report is None:
        return Now(number=number, version=-1 if found.post else 0)
    if report.is_hidden:
        return Now(number=number, version=report.version)
    return Now(number=report.number, version=report.version, state=report.state, state_name=words.state(report.state))


@router.get("/umpan/laporan/{number}.atom")
def give_steps(number: str, request: Request, site: TheSite, words: Words) -> Response:
    """Give the history of one report as an Atom feed, the newest step first."""
    report = _find(site, number).report
    if report is None or report.is_hidden:
        raise HTTPException(404)
    address = site.address(request)
    steps = words.steps(site.store.events.of_report(report.number))
    told = [
        FeedStep(at=step.at, title=step.sentence, text=words.remark(step.detail)[0] if step.detail else "")
        for step in steps
    ]
    page = f"{address}/laporan/{report.number}"
    body = write_steps(told, _title(report, words), f"{address}{request.scope['path']}", page)
    headers = {"cache-control": "no-cache", "vary": "Accept-Language, Cookie"}
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)


def _title(report: Report, words: Words) -> str:
    return f"{report.number}: {words.title(report)}"


def _find(site: Site, number: str) -> Found:
    clean = clean_number(number)
    found = find_number(site.store, clean) if clean else None
    if found is None:
        raise HTTPException(404, "No report has this number.")
    return found
