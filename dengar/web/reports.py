"""The search for a number, and what a number leads to."""

import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.models import Event, Post, Report
from dengar.routing.doubts import find_hazards
from dengar.store import Store
from dengar.web.site import Site, site_of

MOST_CARDS = 100
VOICES_SHOWN = 30
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a tracking number leads to: a report, or a post that is none (yet)."""

    report: Report | None = None
    post: Post | None = None


def blank_form() -> dict[str, object]:
    """Give what an empty form needs; its key makes a double sending harmless."""
    return {
        "typed": defaultdict(str),
        "problem": None,
        "field": "",
        "same": None,
        "key": secrets.token_urlsafe(16),
    }


def harmless(posts: Sequence[Post], events: Sequence[Event], most: int) -> list[Post]:
    """Give the first messages without those that may hurt somebody.

    The message that opened the report is among them: it decides whether the report itself is hidden. It need not be
    the oldest one, and may be gone.
    """
    opened = events[0].voice.post_id if events and events[0].voice else ""
    return list(islice((post for post in posts if post.id == opened or not any(find_hazards(post))), most))


def show_search(request: Request) -> Response:
    """Send to the page of a number; an impossible number gets the search box again."""
    typed = request.query_params.get("nomor", "")
    number = clean_number(typed)
    if number:
        return RedirectResponse(f"/laporan/{quote(number)}", 303)
    site = site_of(request)
    return not_found(site, request, typed) if typed.strip() else site.page(request, "search.html")


def clean_number(typed: str) -> str | None:
    """Write a typed number as we write them; None when it cannot be one."""
    number = "".join(typed.split()).upper()
    return number if _NUMBER.fullmatch(number) else None


def find_number(store: Store, number: str) -> Found | None:
    """Find what a tracking number leads to: report, judged post, or a message that still waits; None if unknown."""
    report = store.find_report(number)
    if report:
        return Found(report=store.reports.going_on(report))
    post = store.posts.find_number(number)
    return Found(post=post) if post or store.items.find_number(number) else None


def not_found(site: Site, request: Request, typed: str) -> Response:
    """Say that no report has this number, with the search box."""
    return site.page(request, "unknown_number.html", {"number": typed[:40]}, code=404)
