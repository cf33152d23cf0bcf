"""/kasus/{number}: one report with all that is known of it, and all that can be done with it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.models import Report, Staff
from dengar.web.access import staff_of
from dengar.web.casework.acting import find_seen
from dengar.web.casework.answers import fill_answers
from dengar.web.casework.history import tell_history
from dengar.web.casework.holding import hold
from dengar.web.casework.naming import choose_areas, choose_units
from dengar.web.casework.viewing import Problem, can_undo, make_view, neighbours
from dengar.web.casework.words import DELIVERIES, DONE, DOUBTS
from dengar.web.language import choose_language
from dengar.web.site import Site, site_of

MOST_POSTS = 200
PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

__all__ = ["Problem", "case_page", "show_case", "show_case_photo"]


def show_case(request: Request) -> Response:
    """Show a report to who works with it, and hold it for them."""
    site, who = site_of(request), staff_of(request)
    return case_page(request, site, who, find_seen(site, who, request.path_params["number"]))


def show_case_photo(request: Request) -> Response:
    """Serve a photo of a report to who may see the report, also while it is hidden from the public."""
    site, who = site_of(request), staff_of(request)
    report, wanted = find_seen(site, who, request.path_params["number"]), request.path_params["media_id"]
    posts = site.store.posts.of_report(report.number, MOST_POSTS)
    known = {*report.photos, *report.proof, *(media.id for post in posts for media in post.media)}
    found = site.store.media.find(wanted) if wanted in known else None
    if found is None or found[1] not in PHOTO_TYPES:
        raise HTTPException(404)
    return Response(found[0], media_type=found[1], headers={"cache-control": "private, max-age=600"})


def case_page(
    request: Request,
    site: Site,
    who: Staff,
    report: Report,
    *,
    problem: Problem | None = None,
    code: int = 200,
    back: str | None = None,
) -> Response:
    """Make the page of a report."""
    del back  # the page of a report stands for itself
    tell, units = site.telling(choose_language(request)), site.figures.units()
    held = hold(site, who, report, request)
    view = make_view(site, who, report, tell, held, most_posts=MOST_POSTS, is_whole=True)
    context = {
        "view": view,
        "problem": problem,
        "done": DONE.get(request.query_params.get("hasil", "")),
        "undo": "urung" in view.may and can_undo(view.events, report, who),
        "merged": site.store.reports.find_all(report.merged),
        "deliveries": site.store.deliveries.of_report(report.number),
        "delivery_words": DELIVERIES,
        "doubts": DOUBTS,
        "neighbours": neighbours(report, units),
        "areas": choose_areas(units),
        "units": choose_units(units),
        "history": list(tell_history(tell, view.events)),
        "answers": fill_answers(report, tell),
        "chosen_answer": request.query_params.get("templat", ""),
    }
    return site.page(request, "kasus/kasus.html", context, code=code)
