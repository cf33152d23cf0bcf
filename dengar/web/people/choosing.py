"""What an admin types of a person, checked: name, role, unit, area."""

import re
from collections.abc import Mapping

from dengar.models import COMMAND_LINE, ROLES, Record, Role, Unit
from dengar.web.form_pages import Typed
from dengar.web.people.words import AREA_WRONG, NAME_WRONG, ROLE_WRONG, UNIT_NEEDED

LONGEST_NAME = 60
_AREA = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")


class Wrong(Exception):
    """What was typed cannot be taken."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class Place(Record, frozen=True, kw_only=True):
    """What a person is here: role, unit of an officer, and the part of the city that they see."""

    role: Role
    unit: str | None = None
    area: str | None = None


def read_name(typed: Typed) -> str:
    """Read a new person's name; raises Wrong."""
    name = " ".join(typed["nama"].split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.casefold() == COMMAND_LINE:
        raise Wrong(NAME_WRONG)
    return name


def read_place(typed: Typed, units: Mapping[str, Unit]) -> Place:
    """Read role, unit and area; raises Wrong."""
    role, area = next((one for one in ROLES if one == typed["peran"]), None), typed["wilayah"].strip()
    if role is None:
        raise Wrong(ROLE_WRONG)
    if area and not _AREA.fullmatch(area):
        raise Wrong(AREA_WRONG)
    return Place(role=role, unit=_read_unit(typed["unit"], units) if role == "petugas" else None, area=area or None)


def _read_unit(text: str, units: Mapping[str, Unit]) -> str:
    """Read a unit by its code, or by its name where only one has it."""
    wanted = text.strip().casefold()
    found = [code for code, unit in units.items() if wanted in {code.casefold(), unit.name.casefold()}]
    if len(found) != 1:
        raise Wrong(UNIT_NEEDED)
    return found[0]
