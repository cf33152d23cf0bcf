"""/sumber: every source, the sick ones first."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.web.ailing import worst_first
from dengar.web.oversight import oversight_of
from dengar.web.site import site_of
from dengar.web.sources.chart import draw_hours
from dengar.web.sources.telling import page_words


def show_sources(request: Request) -> Response:
    """Show all sources with their health, numbers and budgets."""
    site, outlooks = site_of(request), oversight_of(request).outlooks()
    status = site.status()
    known = {one.name for one in status.sources}
    aside = site.store.quarantine.count_by_source()
    context = {
        "status": status,
        "sources": worst_first(status.sources),
        "outlooks": outlooks,
        "charts": {name: draw_hours(one.hours) for name, one in outlooks.items()},
        "others": {name: count for name, count in sorted(aside.items()) if name not in known},
        "jobs": site.store.jobs.running(),
    }
    return site.page(request, "sumber/daftar.html", {**page_words(request), **context})
