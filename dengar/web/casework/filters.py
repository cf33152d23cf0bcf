"""Filters: which part of the queue somebody looks at, as it stands in the address."""

import re
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import QueryParams

from dengar.errors import BadRequest
from dengar.models import DoubtKind, Record, Report, Staff
from dengar.routing.scope import narrow_area

SHOWN, MOST_SHOWN = 50, 200
_CODE = re.compile(r"[0-9a-z_.:]{1,80}")
NAMES = ("jenis", "wilayah", "unit", "lewat", "banyak")


class Wanted(Record, frozen=True, kw_only=True):
    """What waits with a kind of doubt, in an area, at a unit, or past its deadline."""

    kind: DoubtKind | None = None
    area: str | None = None
    unit: str | None = None
    is_overdue: bool = False
    shown: int = SHOWN

    def query(self, **others: str) -> str:
        """Write the filter as part of an address; `others` come behind it."""
        asked = {"jenis": self.kind, "wilayah": self.area, "unit": self.unit, "lewat": "1" if self.is_overdue else None}
        asked |= {"banyak": str(self.shown) if self.shown != SHOWN else None} | others
        return urlencode({name: value for name, value in asked.items() if value})

    def takes(self, report: Report) -> bool:
        """Say whether a report stands in this part of the queue."""
        if self.unit is not None:
            return report.unit == self.unit and report.closed_at is None
        kinds = {one.kind for one in report.needs_review}
        return bool(kinds) and (self.kind is None or self.kind in kinds) and report.kel.startswith(self.area or "")


def read_wanted(asked: QueryParams, who: Staff) -> Wanted:
    """Read the filter of a request, within what this person may see; what is no filter is left out."""
    kind = next((one for one in get_args(DoubtKind) if one == asked.get("jenis")), None)
    number = asked.get("banyak", "")
    shown = int(number) if number.isascii() and number.isdigit() and len(number) < len("10000") else SHOWN
    return Wanted(
        kind=kind,
        area=_narrow(who, _code(asked.get("wilayah"))),
        unit=_code(asked.get("unit")),
        is_overdue=bool(asked.get("lewat")),
        shown=min(max(shown, SHOWN), MOST_SHOWN),
    )


def read_back(query: str, who: Staff) -> Wanted:
    """Read the filter that a form carries."""
    return read_wanted(QueryParams(parse_qsl(query[:500])), who)


def _narrow(who: Staff, area: str | None) -> str | None:
    try:
        return narrow_area(who, area)
    except BadRequest:
        return who.area


def _code(value: str | None) -> str | None:
    return value if value and _CODE.fullmatch(value) else None
