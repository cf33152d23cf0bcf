"""Making: a form that was sent becomes a command of the desk."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from dengar.errors import BadRequest
from dengar.models import Unit
from dengar.routing import commands as do
from dengar.web.casework.accepting import NO_COMPLAINT
from dengar.web.casework.naming import find_area, find_unit
from dengar.web.casework.words import NEEDED, NO_DEED, TOO_LONG

WRONG = 422
Fields: TypeAlias = Mapping[str, list[str]]
Units: TypeAlias = Mapping[str, Unit]
Told: TypeAlias = dict[str, Any]  # becomes a command at once


def make_command(deed: str, fields: Fields, units: Units) -> do.Command:
    """Give the command of a form; raises BadRequest (422) that says what is missing."""
    make = _MAKES.get(deed)
    if make is None:
        raise BadRequest(NO_DEED, status=WRONG)
    if any(len(value) > do.LONGEST_TEXT for values in fields.values() for value in values):
        raise BadRequest(TOO_LONG, status=WRONG)
    try:
        command: do.Command = msgspec.convert(make(fields, units), do.AnyCommand)
    except msgspec.ValidationError as error:
        raise BadRequest(NO_DEED, status=WRONG) from error
    return command


def one(fields: Fields, name: str) -> str:
    """Give what was typed in a field, empty when it is not there."""
    return next((value.strip() for value in fields.get(name, ())), "")


def _need(fields: Fields, name: str) -> str:
    value = one(fields, name)
    if not value:
        raise BadRequest(NEEDED[name], status=WRONG)
    return value


def _needs(fields: Fields, name: str) -> list[str]:
    values = [value for value in fields.get(name, ()) if value.strip()]
    if not values:
        raise BadRequest(NEEDED[name], status=WRONG)
    return values


def _categorise(fields: Fields, _: Units) -> Told:
    urgency = one(fields, "urgensi")
    return {"do": "categorise", "category": _need(fields, "kategori")} | ({"urgency": urgency} if urgency else {})


def _locate(fields: Fields, units: Units) -> Told:
    lat, lon = one(fields, "lat"), one(fields, "lon")
    if lat and lon:
        try:
            return {"do": "locate", "lat": float(lat), "lon": float(lon)}
        except ValueError as error:
            raise BadRequest(NEEDED["tempat"], status=WRONG) from error
    return {"do": "locate", "area": find_area(_need(fields, "tempat"), units)}


def _no_complaint(fields: Fields, _: Units) -> Told:
    return {"do": "reject", "kind": "no_complaint", "reason": one(fields, "alasan") or NO_COMPLAINT}


def _reject(fields: Fields, _: Units) -> Told:
    return {"do": "reject", "kind": one(fields, "sebab") or "other", "reason": _need(fields, "alasan")}


def _unit_of(fields: Fields, units: Units) -> str:
    return find_unit(_need(fields, "unit"), units)


_MAKES: dict[str, Callable[[Fields, Units], Told]] = {
    "kategori": _categorise,
    "lokasi": _locate,
    "bukan_keluhan": _no_complaint,
    "tolak": _reject,
    "alihkan": lambda f, u: {"do": "reroute", "unit": _unit_of(f, u), "reason": _need(f, "alasan")},
    "disposisi": lambda f, u: {"do": "dispatch", "unit": _unit_of(f, u), "note": one(f, "catatan")},
    "koordinasi": lambda f, u: {"do": "coordinate", "units": [_unit_of(f, u)], "note": one(f, "catatan")},
    "mulai": lambda f, _: {"do": "start", "note": one(f, "catatan")},
    "selesai": lambda f, _: {"do": "close", "note": one(f, "catatan")},
    "buka_lagi": lambda f, _: {"do": "reopen", "reason": _need(f, "alasan")},
    "tanya": lambda f, _: {"do": "ask", "question": _need(f, "pertanyaan")},
    "lanjut": lambda _f, _u: {"do": "resume"},
    "catatan": lambda f, _: {"do": "remark", "text": _need(f, "catatan")},
    "setel": lambda f, _: {"do": "settle", "kinds": _needs(f, "jenis"), "related": one(f, "terkait") or None},
    "gabung": lambda f, _: {"do": "merge", "into": _need(f, "ke").upper()},
    "pisahkan": lambda _f, _u: {"do": "unmerge"},
    "pisah": lambda f, _: {"do": "split", "posts": _needs(f, "pesan")},
    "verifikasi": lambda f, _: {"do": "verify", "posts": _needs(f, "pesan")},
    "tahan": lambda f, _: {"do": "hide", "reason": _need(f, "alasan")},
    "tampilkan": lambda _f, _u: {"do": "show"},
}
