"""Naming: which place or unit somebody means by what they typed."""

from collections.abc import Mapping, Sequence

from dengar.errors import BadRequest
from dengar.models import Record, Unit
from dengar.web.casework.words import MANY_AREAS, MANY_UNITS, NO_AREA, NO_UNIT

WRONG = 422
AREAS = ("kelurahan", "kecamatan", "kota")


class Choice(Record, frozen=True, kw_only=True):
    """Something to choose: its code, and the name under which it is typed."""

    code: str
    name: str


def choose_areas(units: Mapping[str, Unit]) -> list[Choice]:
    """Give the areas by name: a kelurahan with its kecamatan, because names come twice."""
    found = [unit for unit in units.values() if unit.kind in AREAS and unit.area]
    names = {unit.code: _bare(unit) for unit in found}
    return [
        Choice(code=unit.area or "", name=f"{names[unit.code]}, {names[unit.parent]}")
        if unit.kind == "kelurahan" and unit.parent in names
        else Choice(code=unit.area or "", name=unit.name)
        for unit in sorted(found, key=lambda one: (AREAS.index(one.kind), names[one.code]))
    ]


def choose_units(units: Mapping[str, Unit]) -> list[Choice]:
    """Give the units by name, agencies before areas."""
    found = sorted(units.values(), key=lambda unit: (unit.kind in AREAS, unit.name))
    return [Choice(code=unit.code, name=unit.name) for unit in found]


def find_area(typed: str, units: Mapping[str, Unit]) -> str:
    """Give the code of the area that somebody typed; raises BadRequest (422)."""
    return _find(typed, choose_areas(units), NO_AREA, MANY_AREAS)


def find_unit(typed: str, units: Mapping[str, Unit]) -> str:
    """Give the code of the unit that somebody typed; raises BadRequest (422)."""
    return _find(typed, choose_units(units), NO_UNIT, MANY_UNITS)


def _find(typed: str, choices: Sequence[Choice], nothing: str, many: str) -> str:
    wanted = " ".join(typed.lower().split())
    whole = [one for one in choices if wanted in {one.code.lower(), one.name.lower()}]
    joined = wanted.replace(" ", "")  # Setiabudi is Setia Budi
    exact = whole or [one for one in choices if joined == one.name.lower().split(",")[0].replace(" ", "")]
    found = exact or [one for one in choices if _fits(wanted, one.name.lower())]
    if not found:
        raise BadRequest(nothing, status=WRONG)
    if len(found) > 1 and len(exact) != 1:
        raise BadRequest(many, status=WRONG)
    return found[0].code


def _fits(wanted: str, name: str) -> bool:
    words = name.replace(",", " ").split()
    return all(any(word.startswith(one) for word in words) for one in wanted.replace(",", " ").split())


def _bare(unit: Unit) -> str:
    for title in ("Kelurahan ", "Kecamatan ", "Kota Administrasi ", "Kabupaten Administrasi "):
        if unit.name.startswith(title):
            return unit.name.removeprefix(title)
    return unit.name
