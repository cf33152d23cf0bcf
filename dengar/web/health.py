"""How Dengar is doing: for people, for programs, and for whoever restarts it."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dengar.web.site import site_of


def show_status(request: Request) -> Response:
    """Show the sources, gaps and problems."""
    site = site_of(request)
    return site.page(request, "status.html", {"status": site.status()})


def give_status(request: Request) -> Response:
    """Give the same as JSON."""
    return JSONResponse(msgspec.to_builtins(site_of(request).status()), headers={"cache-control": "no-store"})


def give_health(request: Request) -> Response:
    """Answer 200 when the store takes writes, otherwise 503."""
    is_ready = site_of(request).store.is_ready()
    return JSONResponse({"siap": is_ready}, 200 if is_ready else 503, headers={"cache-control": "no-store"})
