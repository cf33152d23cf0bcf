"""How Dengar is doing: for people, for programs, and for whoever restarts it."""

from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dengar.models import Run, SourceStatus
from dengar.web.ailing import tell_ailment, tone, worst_first
from dengar.web.language import choose_language
from dengar.web.metrics import write_metrics
from dengar.web.site import site_of


def show_status(request: Request) -> Response:
    """Show the sources, gaps and problems."""
    site, language = site_of(request), choose_language(request)
    status = site.status()
    words = {
        "status": status,
        "sources": worst_first(status.sources),
        "tone": tone,
        "ailment": partial(tell_ailment, language),
        "language": language,
    }
    return site.page(request, "status.html", words)


def give_status(request: Request) -> Response:
    """Give the same as JSON."""
    status = site_of(request).status()
    public = status.replace(sources=tuple(map(_without_traces, status.sources)))
    return JSONResponse(msgspec.to_builtins(public), headers={"cache-control": "no-store"})


def give_metrics(request: Request) -> Response:
    """Give the same as numbers for Prometheus."""
    text, content_type = write_metrics(site_of(request).status(), request.headers.get("accept", ""))
    return Response(text, headers={"content-type": content_type, "cache-control": "no-store"})


def give_health(request: Request) -> Response:
    """Answer 200 when the store takes writes, otherwise 503."""
    is_ready = site_of(request).store.is_ready()
    return JSONResponse({"siap": is_ready}, 200 if is_ready else 503, headers={"cache-control": "no-store"})


def _without_traces(source: SourceStatus) -> SourceStatus:
    """Leave out how our code went wrong: `dengar status --json` tells that to who runs it."""
    return source.replace(last_run=_brief(source.last_run), last_recheck=_brief(source.last_recheck))


def _brief(run: Run | None) -> Run | None:
    return run.replace(error=run.error.strip().rpartition("\n")[2]) if run and run.error else run
