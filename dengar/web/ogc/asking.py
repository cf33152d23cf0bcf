"""What /items asks for: bbox, datetime, limit and the filter of the reports."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from dengar.errors import BadRequest
from dengar.feeds.selecting import parse_selection
from dengar.models import Selection
from dengar.web.asking import read_place
from dengar.web.ogc.areas import Bounds
from dengar.web.site import Site

FILTERS = ("category", "kel", "unit", "state", "urgency")
PLAIN = ("bbox", "datetime", "limit", "setelah")
USUAL, MOST = 100, 1000
OPEN_END = {"", ".."}
_INSTANT = timedelta(milliseconds=1)
_EDGES = {4: (0, 1, 2, 3), 6: (0, 1, 3, 4)}  # of a box with heights the plane counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From when until when, both included; None is open."""

    since: datetime | None = None
    until: datetime | None = None


def read_limit(request: Request) -> int:
    """Read how many features are wanted; more than MOST are never given."""
    text = request.query_params.get("limit", str(USUAL))
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise BadRequest(f"limit: {text[:20]!r} is no number from 1.")
    return min(int(text[:9]), MOST)


def read_box(request: Request) -> Bounds | None:
    """Read west, south, east and north in degrees; heights are passed over."""
    text = request.query_params.get("bbox")
    if text is None:
        return None
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        numbers = []
    edges = _EDGES.get(len(numbers))
    if edges is None or not all(map(math.isfinite, numbers)):
        raise BadRequest(f"bbox: {text[:60]!r} is not west,south,east,north in degrees.")
    west, south, east, north = (numbers[edge] for edge in edges)
    if abs(west) > 180 or abs(east) > 180 or abs(south) > 90 or abs(north) > 90:  # noqa: PLR2004  degrees
        raise BadRequest(f"bbox: {text[:60]!r} does not lie on the globe.")
    if west > east or south > north:
        raise BadRequest("bbox: west must not be east of east, south not north of north.")
    return west, south, east, north


def read_span(request: Request) -> Span:
    """Read a moment, or an interval that may be open on one side or both."""
    text = request.query_params.get("datetime")
    if text is None:
        return Span()
    first, slash, last = text.partition("/")
    if not slash:
        at = _time(text)
        return Span(since=at, until=at)
    since, until = (None if end in OPEN_END else _time(end) for end in (first, last))
    if since and until and since > until:
        raise BadRequest("datetime: the interval ends before it begins.")
    return Span(since=since, until=until)


def read_selection(site: Site, request: Request) -> Selection:
    """Read which reports are wanted; the time is that of the first message."""
    asked = {name: request.query_params[name] for name in FILTERS if name in request.query_params}
    box, span = read_box(request), read_span(request)
    if box is not None:
        asked["bbox"] = ",".join(map(repr, box))
    chosen = parse_selection(asked, site.categories, site.figures.units())
    return chosen.replace(created_since=span.since, created_until=span.until + _INSTANT if span.until else None)


def read_behind(request: Request) -> tuple[datetime, str] | None:
    """Read where the page before ended."""
    return read_place(request.query_params.get("setelah"), "created_at")


def _time(text: str) -> datetime:
    """Read a time of RFC 3339; a + in an address arrives as a blank."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        if at.tzinfo is None:
            raise BadRequest(f"datetime: {text[:40]!r} has no zone: write 2026-11-20T07:00:00Z.")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"datetime: {text[:60]!r} is no time: write 2026-11-20T07:00:00Z, or two with /.") from error
