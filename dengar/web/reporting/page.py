"""The page of a report, or of how far its message has come."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from dengar.models import OPEN_STATES, Report
from dengar.web.language import choose_language
from dengar.web.reporting.outlook import tell_outlook, tell_stages
from dengar.web.reporting.spot_map import Outlines
from dengar.web.reports import VOICES_SHOWN, Found, clean_number, find_number, harmless, not_found
from dengar.web.site import Site, site_of

SLOW = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why an answer was not taken: what to say, beside which field, and what was typed."""

    problem: str = ""
    field: str = ""
    typed: Mapping[str, str] = dataclasses.field(default_factory=lambda: defaultdict(str))
    code: int = 200


NOTHING = Refusal()


def show_report(request: Request) -> Response:
    """Show the report that a tracking number leads to, or how far its message has come."""
    return tell_report(request, request.query_params.get("kunci", ""))


def tell_report(request: Request, key: str, refused: Refusal = NOTHING) -> Response:
    """Show a report to who has this key; with what is wrong with their answer, when something is."""
    site = site_of(request)
    number = clean_number(request.path_params["number"])
    found = find_number(site.store, number) if number else None
    if number is None or found is None:
        return not_found(site, request, request.path_params["number"])
    is_mine = bool(key) and site.desk is not None and site.desk.fits(number, key)
    given = {
        "number": number,
        "key": key if is_mine else "",
        "is_wrong_key": bool(key) and not is_mine,
        "is_new": "baru" in request.query_params,
        "address": site.address(request),
        "answered": request.query_params.get("terima", "") if is_mine else "",
    }
    if found.report is None:
        return _tell_message(site, request, found, given)
    if found.report.is_hidden:
        return site.page(request, "held.html", given, code=404)
    if not found.report.voices:
        return site.page(request, "erased.html", given, code=410)
    context = given | {"refused": refused} | _tell_case(site, request, found.report)
    return site.page(request, "report.html", context, code=refused.code)


def _tell_message(site: Site, request: Request, found: Found, given: Mapping[str, object]) -> Response:
    """Show a message that is no report: it waits, or is no complaint."""
    if found.post is not None and found.post.labels is not None and not found.post.labels.is_complaint:
        return site.page(request, "no_complaint.html", given)
    sent_at = _sent_at(site, str(given["number"]), found)
    is_slow = sent_at is not None and site.clock() - sent_at > SLOW
    return site.page(request, "waiting.html", {**given, "is_slow": is_slow, "version": -1 if found.post else 0})


def _sent_at(site: Site, number: str, found: Found) -> datetime | None:
    if found.post is not None:
        return found.post.observed_at
    item_id = site.store.items.find_number(number)
    item = site.store.items.find(item_id) if item_id else None
    return item.observed_at if item else None


def _tell_case(site: Site, request: Request, report: Report) -> dict[str, object]:
    tell, now = site.telling(choose_language(request)), site.clock()
    events = site.store.events.of_report(report.number)
    said = [post for post in site.store.posts.shown_of_report(report.number) if post.text.strip()]
    voices = harmless(said, events, VOICES_SHOWN)
    until = site.desk.reopens_until(report) if site.desk else None
    outlines: Outlines = request.app.state.outlines
    return {
        "report": report,
        "map": outlines.draw(report.place),
        "events": events,
        "voices": voices,
        "voices_left": len(said) - len(voices),
        "outlook": tell_outlook(tell, report, events, now, until),
        "stages": tell_stages(tell, report),
        "is_open": report.state in OPEN_STATES,
        "may_reopen": until is not None and until >= now,
    }
