"""Whose matter it is: the kind of a unit, the units over the border, and what lies outside the city."""

import re
from collections.abc import Iterator, Mapping

from dengar.models import Jurisdiction, Place, Unit, UnitKind
from dengar.routing.units import area_unit_code

NEAR_BORDER_M = 50  # what a telephone's position is often wrong by
NEARLY_AS_SURE = 0.8  # of the belief in the chosen kelurahan
JURISDICTIONS: dict[UnitKind, Jurisdiction] = {
    "kelurahan": "kelurahan",
    "kecamatan": "kelurahan",
    "kota": "kelurahan",
    "dinas": "dinas",
    "sudin": "dinas",
    "police": "police",
    "utility": "utility",
    "national": "national",
}


def resolve(target: str, place: Place | None) -> str | None:
    """Give the unit that a rule's target means at a place; None when the place is not known well enough."""
    if target == "kelurahan":
        return area_unit_code(place.kelurahan_code) if place and place.kelurahan_code else None
    if target.startswith("sudin:") and target.count(":") == 1:
        return f"{target}:{place.kota_code}" if place else None
    return target


def is_near_border(place: Place | None) -> bool:
    """Say whether the point lies so near another kelurahan that it may belong there."""
    return place is not None and place.border_m is not None and place.border_m < NEAR_BORDER_M


def find_neighbours(unit: str, place: Place | None, units: Mapping[str, Unit]) -> tuple[str, ...]:
    """Give the units of the same kind that the report may belong to instead, the nearest first."""
    if place is None:
        return ()
    kind = unit.rpartition(":")[0]
    found = (_same_kind(kind, code) for code in _other_areas(place))
    return tuple(dict.fromkeys(code for code in found if code in units and code != unit))


def tell_border(place: Place | None) -> str:
    """Say in Indonesian how near the border is, empty when it is not."""
    if place is None or place.border_m is None or not is_near_border(place):
        return ""
    return f"Titiknya {place.border_m:.0f} m dari batas {place.border_name or place.border_code}."


def tell_outside(city: str, turn_to: Mapping[str, str]) -> str:
    """Say in Indonesian which city it is and where to turn; `turn_to` maps names in lower case, "" is any other."""
    named = (where for name, where in turn_to.items() if name and re.search(rf"\b{re.escape(name)}\b", city.lower()))
    where = next(named, turn_to.get("", ""))
    return f"Di luar Jakarta: {city}. {where}".strip()


def _other_areas(place: Place) -> Iterator[str]:
    if is_near_border(place) and place.border_code:
        yield place.border_code
    if place.candidates:
        best = max(one.confidence for one in place.candidates)
        yield from (one.kelurahan_code for one in place.candidates if one.confidence >= best * NEARLY_AS_SURE)


def _same_kind(kind: str, kelurahan: str) -> str:
    parts = {"kel": 4, "kec": 3}.get(kind, 2)
    return f"{kind}:{'.'.join(kelurahan.split('.')[:parts])}"
