"""/admin/jejak: who changed what, and who came in; newest first."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.web.asking import read_place, write_place
from dengar.web.people.telling import page_words
from dengar.web.site import site_of

PAGE = 100


def show_journal(request: Request) -> Response:
    """Show a page of the audit log, all of it or what concerns one name."""
    site, who = site_of(request), request.query_params.get("nama", "").strip() or None
    found = site.store.audit.page(PAGE + 1, read_place(request.query_params.get("setelah"), "jejak"), who)
    last_id, last = found[PAGE - 1] if len(found) > PAGE else ("", None)
    context = {
        "lines": [entry for _, entry in found[:PAGE]],
        "who": who,
        "further": write_place("jejak", last.at, last_id) if last else None,
    }
    return site.page(request, "admin/jejak.html", {**page_words(request), **context})
