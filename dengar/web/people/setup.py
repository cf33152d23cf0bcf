"""/admin/setelan: how this Dengar is set up, how large it has become, and what to keep a copy of."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.web.oversight import oversight_of
from dengar.web.people.telling import page_words
from dengar.web.site import site_of


def show_setup(request: Request) -> Response:
    """Show version, size and settings; secrets are dots."""
    site = site_of(request)
    context = {
        "status": site.status(),
        "size": site.store.size(),
        "lines": oversight_of(request).settings(),
    }
    return site.page(request, "admin/setelan.html", {**page_words(request), **context})
