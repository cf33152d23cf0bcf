"""Asking: what a request asks of the feeds, by the one filter."""

import base64
import binascii
from datetime import datetime
from typing import get_args

import msgspec
from starlette.requests import Request

from dengar.errors import BadRequest
from dengar.feeds.selecting import NAMES, STATES, parse_selection
from dengar.models import Selection, Urgency
from dengar.web.language import COOKIE
from dengar.web.site import Site

_WORDS: dict[str, tuple[object, ...]] = {"state": STATES, "urgency": get_args(Urgency)}
_SHAPES = {
    "kel": r"^[0-9]{2}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?$",
    "bbox": r"^-?[0-9.]+,-?[0-9.]+,-?[0-9.]+,-?[0-9.]+$",
}


def _schema(name: str) -> dict[str, object]:
    told: dict[str, object] = {"type": "string"}
    if name in _WORDS:
        told["enum"] = list(_WORDS[name])
    if name in _SHAPES:
        told["pattern"] = _SHAPES[name]
    if name.endswith(("_since", "_until")):
        told["format"] = "date-time"
    return told


FILTER = {
    "parameters": [{"name": name, "in": "query", "required": False, "schema": _schema(name)} for name in NAMES],
}
_Behind = tuple[str, datetime, str]


def ask_selection(site: Site, request: Request, *others: str) -> Selection:
    """Read the filter of a request; `others` are what the address may hold beside it. Raises BadRequest."""
    asked = {name: value for name, value in request.query_params.items() if name not in {COOKIE, *others}}
    return parse_selection(asked, site.categories, site.figures.units())


def ask_number(request: Request, name: str, default: int, most: int) -> int:
    """Read a count from 1 to `most`; raises BadRequest."""
    text = request.query_params.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise BadRequest(f"{name}: {text[:20]!r} is no number from 1 to {most}.")
    return int(text)


def ask_choice(request: Request, name: str, *known: str) -> str:
    """Read one of some words, the first when nothing is asked; raises BadRequest."""
    value = request.query_params.get(name) or known[0]
    if value not in known:
        raise BadRequest(f"{name}: {value[:20]!r} is unknown. Known are {', '.join(known)}.")
    return value


def write_place(by: str, at: datetime, number: str) -> str:
    """Write where a list goes on."""
    return base64.urlsafe_b64encode(msgspec.json.encode((by, at, number))).decode().rstrip("=")


def read_place(text: str | None, by: str) -> tuple[datetime, str] | None:
    """Read where a list goes on; raises BadRequest for another list's or a damaged place."""
    if not text:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        order, at, number = msgspec.json.decode(raw, type=_Behind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadRequest("setelah: this cursor cannot be read: use one exactly as it was given.") from error
    if order != by or at.tzinfo is None:
        raise BadRequest("setelah: this cursor belongs to a list in another order.")
    return at, number
