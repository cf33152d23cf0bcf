"""Scope: the part of the city for which somebody works."""

from dengar.errors import BadRequest
from dengar.models import Report, Staff


def in_area(who: Staff, report: Report) -> bool:
    """Say whether a report lies where somebody works; what is known only to its kota lies in the kota."""
    if who.area is None:
        return True
    code = report.place.code if report.place else report.kel
    return code.startswith(who.area)


def narrow_area(who: Staff, area: str | None) -> str | None:
    """Give the area that somebody may ask for, their own at most; raises BadRequest (403) for one elsewhere."""
    if who.area is None or (area or "").startswith(who.area):
        return area
    if who.area.startswith(area or ""):
        return who.area
    raise BadRequest(f"Wilayah {area} bukan wilayah Anda ({who.area}).", status=403)


def check_area(who: Staff, report: Report) -> None:
    """Raise BadRequest (403) for a report elsewhere."""
    if not in_area(who, report):
        raise BadRequest(f"{report.number} di luar wilayah Anda ({who.area}).", status=403)
