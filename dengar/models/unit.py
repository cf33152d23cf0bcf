"""Unit: an office that can be asked to act."""

from typing import Literal

from dengar.models.record import Record

UnitKind = Literal["kelurahan", "kecamatan", "kota", "dinas", "sudin", "police", "utility", "national"]


class Unit(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An office: its stable code, its names, the area it serves (None: the whole city), the unit above it."""

    code: str
    name: str
    kind: UnitKind
    area: str | None = None
    parent: str | None = None
    email: str | None = None
