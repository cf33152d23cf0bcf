"""What GET /requests asks for, as a selection: an empty parameter counts as absent, an unknown one is ignored."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from dengar.errors import BadRequest
from dengar.models import WIB, Circle, Selection
from dengar.store.reports import Order
from dengar.web.asking import read_place
from dengar.web.open311.services import is_service
from dengar.web.site import Site

LONGEST_SPAN = timedelta(days=90)
INSTANT = timedelta(milliseconds=1)  # the store's: an end belongs to its span
MOST_ROWS = 1000
MOST_ASKED = 200
FARTHEST_METRES = 100_000.0
LAST_PAGE = 100_000
POLE_DEGREES = 89.0  # nearer to a pole there is no plane
STATUSES = {"open", "closed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Which requests are wanted, how many, and where the list begins."""

    selection: Selection
    by: Order
    size: int
    page: int
    behind: tuple[datetime, str] | None
    extensions: bool

    @property
    def skip(self) -> int:
        """How many come on the pages before; none when a place is named instead."""
        return 0 if self.behind else (self.page - 1) * self.size


def given(query: Mapping[str, str]) -> dict[str, str]:
    """Give the parameters that hold anything."""
    return {name: value.strip() for name, value in query.items() if value.strip()}


def read_question(site: Site, asked: Mapping[str, str]) -> Question:
    """Read the filters and the page; raises BadRequest in a sentence."""
    by: Order = "updated_at" if asked.keys() & {"updated_after", "updated_before"} else "created_at"
    selection = Selection(
        categories=_services(site, asked.get("service_code")),
        state=_status(asked.get("status")),
        circle=_circle(asked),
        updated_since=_time("updated_after", asked.get("updated_after")),
        updated_until=_until("updated_before", asked.get("updated_before")),
    )
    return Question(
        selection=selection.replace(**_span(site, asked, by)),
        by=by,
        size=_count("page_size", asked.get("page_size"), MOST_ROWS, MOST_ROWS),
        page=_count("page", asked.get("page"), 1, LAST_PAGE),
        behind=read_place(asked.get("setelah"), by),
        extensions=wants_extensions(asked),
    )


def wants_extensions(asked: Mapping[str, str]) -> bool:
    """Say whether the fields beside those of the protocol are wanted."""
    return asked.get("extensions", "").lower() in {"true", "1"}


def read_ids(text: str) -> list[str]:
    """Read a list of requests' ids; raises BadRequest for too many."""
    ids = list(dict.fromkeys(filter(None, (one.strip() for one in text.split(",")))))
    if len(ids) > MOST_ASKED:
        raise BadRequest(f"service_request_id: at most {MOST_ASKED} at once.")
    return ids


def _span(site: Site, asked: Mapping[str, str], by: Order) -> dict[str, datetime | None]:
    """Give the span of requested_datetime: the last 90 days unless something else bounds the question."""
    start, end = _time("start_date", asked.get("start_date")), _until("end_date", asked.get("end_date"))
    if start is None:
        if end is None:
            return {} if by == "updated_at" else {"created_since": site.clock() - LONGEST_SPAN}
        start = _shift(end, -LONGEST_SPAN)
    elif end is None:
        end = _shift(start, LONGEST_SPAN)
    if end <= start:
        raise BadRequest("end_date lies before start_date.")
    if end - start > LONGEST_SPAN + INSTANT:
        raise BadRequest(f"start_date and end_date: at most {LONGEST_SPAN.days} days apart.")
    return {"created_since": start, "created_until": end}


def _shift(at: datetime, span: timedelta) -> datetime:
    try:
        return at + span
    except OverflowError as error:
        raise BadRequest("start_date, end_date: no such time.") from error


def _time(name: str, text: str | None) -> datetime | None:
    """Read an ISO time; one without a zone is Jakarta's."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # a + in an address arrives as a blank
        return (at if at.tzinfo else at.replace(tzinfo=WIB)).astimezone(WIB)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"{name}: {text[:40]!r} is no time: write 2026-11-20T14:00:00Z.") from error


def _until(name: str, text: str | None) -> datetime | None:
    """Read an end, which belongs to the span; a date alone means the whole day."""
    at = _time(name, text)
    if at is None:
        return None
    is_day = text is not None and "T" not in text.upper() and at.timetz() == time(tzinfo=WIB)
    return _shift(at, timedelta(days=1) if is_day else INSTANT)


def _services(site: Site, text: str | None) -> tuple[str, ...]:
    codes = tuple(filter(None, (one.strip() for one in (text or "").split(","))))
    unknown = next((code for code in codes if not is_service(site, code)), None)
    if unknown is not None:
        raise BadRequest(f"service_code: {unknown[:40]!r} is unknown: /services lists them.")
    return codes


def _status(text: str | None) -> Literal["open", "closed"] | None:
    wanted = {one.strip().lower() for one in (text or "").split(",")} - {""}
    if not wanted <= STATUSES:
        raise BadRequest(f"status: {(text or '')[:40]!r} is unknown. Known are open, closed.")
    if len(wanted) != 1:
        return None
    return "open" if "open" in wanted else "closed"


def _count(name: str, text: str | None, default: int, most: int) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise BadRequest(f"{name}: {text[:20]!r} is no number from 1 to {most}.")
    return int(text)


def _circle(asked: Mapping[str, str]) -> Circle | None:
    names = ("lat", "long", "radius")
    told = [name for name in names if name in asked]
    if not told:
        return None
    if len(told) < len(names):
        raise BadRequest("lat, long and radius belong together; radius is in metres.")
    lat, lon, metres = (_number(name, asked[name]) for name in names)
    if abs(lat) > POLE_DEGREES or abs(lon) > 180 or not 0 <= metres <= FARTHEST_METRES:  # noqa: PLR2004  degrees
        raise BadRequest(f"lat, long: degrees of WGS84; radius: at most {FARTHEST_METRES:,.0f} metres.")
    return Circle(lat=lat, lon=lon, metres=metres)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRequest(f"{name}: {text[:20]!r} is no number.")
    return value
