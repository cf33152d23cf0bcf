"""The report form: shown, taken, and shown again with what was typed when something is missing."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.web.body import read_request, read_typed
from dengar.web.reports import blank_form
from dengar.web.site import Site, site_of


async def show_or_take_form(request: Request) -> Response:
    """Show the form, or take it."""
    site = site_of(request)
    if request.method == "POST":
        return await _take(site, request)
    return await run_in_threadpool(site.page, request, "form.html", blank_form())


async def _take(site: Site, request: Request) -> Response:
    refuse_haste(site, request)
    message = await read_request(request)
    try:
        taken = await run_in_threadpool(site.pushes["form"], message)
    except BadRequest as problem:
        typed = await read_typed(request, message.body)
        context = blank_form() | {"typed": typed, "problem": str(problem)}
        return await run_in_threadpool(site.page, request, "form.html", context, code=problem.status)
    return RedirectResponse(f"/laporan/{taken.receipts[0].number}?baru=1", 303)


def refuse_haste(site: Site, request: Request) -> None:
    """Raise HTTPException 429 when this address sends too much."""
    wait = site.rate.wait_seconds(request.client.host if request.client else "")
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
