"""The one filter: what somebody asks for, read into a Selection, and whether a report is in it."""

import math
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_args

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, WIB, Box, Circle, Place, Report, Selection, State, Urgency

T = TypeVar("T")
NAMES = (
    "category", "kel", "unit", "state", "urgency", "created_since", "created_until", "updated_since", "updated_until",
    "bbox", "number",
)  # fmt: skip
STATES: tuple[Any, ...] = ("open", "closed", *get_args(State))
KOTA, KECAMATAN = 5, 8  # characters of a code: 31.74, 31.74.02, 31.74.02.1001
_CODE = re.compile(r"\d\d\.\d\d(\.\d\d(\.\d{4})?)?")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")
_CORNERS = 4
# Public points are rounded to 1 / CELLS degrees: a box finds them as they are shown, or it would tell more than they.
CELLS, DECIMALS = 10_000, 4
METRES = 111_320.0  # in a degree of latitude


def parse_selection(asked: Mapping[str, str], categories: Collection[str], units: Collection[str]) -> Selection:
    """Read a filter by its `NAMES`; raises BadRequest, in a sentence, for what it does not know."""
    unknown = next((name for name in asked if name not in NAMES), None)
    if unknown is not None:
        raise BadRequest(f"There is no filter {unknown[:40]!r}: known are {', '.join(NAMES)}.")
    given = {name: value.strip() for name, value in asked.items() if value.strip()}
    times = {name: _time(name, value) for name, value in given.items() if name.endswith(("_since", "_until"))}
    return Selection(
        category=_one_of("category", given.get("category"), categories),
        area=_matching("kel", given.get("kel"), _CODE, "a code such as 31.74, 31.74.02 or 31.74.02.1001"),
        unit=_one_of("unit", given.get("unit"), units),
        state=_one_of("state", given.get("state"), STATES),
        urgency=_one_of("urgency", given.get("urgency"), get_args(Urgency)),
        number=_matching("number", given.get("number", "").upper() or None, _NUMBER, "the beginning of a number"),
        box=_box(given["bbox"]) if "bbox" in given else None,
    ).replace(**times)


def matches(selection: Selection, report: Report) -> bool:
    """Say whether a report is what is asked for; whether it may be shown at all is another question."""
    return (
        selection.category in {None, report.category}
        and (not selection.categories or report.category in selection.categories)
        and (selection.area is None or _lies_in(report.place, selection.area))
        and selection.unit in {None, report.unit}
        and _has_state(report, selection.state)
        and selection.urgency in {None, report.urgency}
        and _between(report.created_at, selection.created_since, selection.created_until)
        and _between(report.updated_at, selection.updated_since, selection.updated_until)
        and (selection.box is None or _is_within(report.place, selection.box))
        and (selection.circle is None or _is_near(report.place, selection.circle))
        and report.number.startswith(selection.number or "")
    )


def _lies_in(place: Place | None, area: str) -> bool:
    if place is None:
        return False
    if len(area) == KOTA:
        return place.kota_code == area
    return (place.kecamatan_code if len(area) == KECAMATAN else place.kelurahan_code) == area


def _has_state(report: Report, state: str | None) -> bool:
    if state in {"open", "closed"}:
        return (report.state in OPEN_STATES) == (state == "open")
    return state in {None, report.state}


def _between(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= at) and (until is None or at < until)


def _is_within(place: Place | None, box: Box) -> bool:
    if place is None or place.lat is None or place.lon is None:
        return False
    return box.west <= place.lon <= box.east and box.south <= place.lat <= box.north


def _is_near(place: Place | None, circle: Circle) -> bool:
    if place is None or place.lat is None or place.lon is None:
        return False
    north = (round(place.lat, DECIMALS) - circle.lat) * METRES
    east = (round(place.lon, DECIMALS) - circle.lon) * METRES * math.cos(math.radians(circle.lat))
    return math.hypot(north, east) <= circle.metres


def _one_of(name: str, value: str | None, known: Collection[T]) -> T | None:
    found = next((one for one in known if one == value), None)
    if value is not None and found is None:
        told = f" Known are {', '.join(map(str, known))}." if len(known) < len(STATES) * 5 else ""
        raise BadRequest(f"{name}: {value[:40]!r} is unknown.{told}")
    return found


def _matching(name: str, value: str | None, pattern: re.Pattern[str], what: str) -> str | None:
    if value is not None and not pattern.fullmatch(value):
        raise BadRequest(f"{name}: {value[:40]!r} is not {what}.")
    return value


def _time(name: str, value: str) -> datetime:
    """Read an ISO date or time; one without a zone is Jakarta's."""
    try:
        at = datetime.fromisoformat(value.replace(" ", "+"))  # a + in an address arrives as a blank
        return (at if at.tzinfo else at.replace(tzinfo=WIB)).astimezone(WIB)
    except (ValueError, OverflowError) as error:
        raise BadRequest(
            f"{name}: {value[:40]!r} is no time: write 2026-11-20 or 2026-11-20T14:00:00+07:00."
        ) from error


def _box(value: str) -> Box:
    try:
        edges = [float(one) for one in value.split(",")]
    except ValueError:
        edges = []
    if len(edges) != _CORNERS or not all(math.isfinite(one) and abs(one) <= 180 for one in edges):  # noqa: PLR2004  degrees
        raise BadRequest(f"bbox: {value[:60]!r} is not west,south,east,north in degrees.")
    west, south = ((math.ceil(round(one * CELLS, 3)) - 0.5) / CELLS for one in edges[:2])
    east, north = ((math.floor(round(one * CELLS, 3)) + 0.5) / CELLS for one in edges[2:])
    if west > east or south > north:
        raise BadRequest("bbox: west must not be east of east, south not north of north.")
    return Box(west=west, south=south, east=east, north=north)
