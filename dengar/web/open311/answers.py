"""Answers in the format that the address asks for: `.json` or `.xml`."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.web.open311.xml_writing import write_xml

MEDIA_TYPES = {"json": "application/json", "xml": "text/xml"}
# It is public, and maps of others read it in browsers.
_HEADERS = {"cache-control": "no-cache", "vary": "Accept-Language, Cookie", "access-control-allow-origin": "*"}


class Problem(msgspec.Struct, frozen=True):
    """What went wrong: the code of the status, and a sentence."""

    code: str
    description: str


def answer_list(
    request: Request, root: str, item: str, rows: Sequence[msgspec.Struct], headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a list: a bare array in JSON, elements named `item` under `root` in XML."""
    kind = format_of(request)
    body = msgspec.json.encode(rows) if kind == "json" else write_xml(root, rows, item)
    return make_response(body, kind, headers=headers)


def answer_one(request: Request, root: str, record: msgspec.Struct) -> Response:
    """Answer with one object."""
    kind = format_of(request)
    return make_response(msgspec.json.encode(record) if kind == "json" else write_xml(root, record), kind)


def format_of(request: Request) -> str:
    """Give the format that the address ends with; raises HTTPException 404 for one that we do not write."""
    kind = str(request.path_params["format"])
    if kind not in MEDIA_TYPES:
        raise HTTPException(404, f"There is no format {kind[:20]!r}: ask for .json or .xml.")
    return kind


def make_response(
    body: bytes, kind: str, *, code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """Make a response of a format, with its charset."""
    whole = _HEADERS | {"content-type": f"{MEDIA_TYPES[kind]}; charset=utf-8"} | dict(headers or {})
    return Response(body, code, whole)


def answer_trouble(path: str, code: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with an error as GeoReport wants it; an address that ends with no format of ours is told in XML."""
    kind = "json" if path.endswith(".json") else "xml"
    problems = [Problem(str(code), detail)]
    body = msgspec.json.encode(problems) if kind == "json" else write_xml("errors", problems, "error")
    return make_response(body, kind, code=code, headers={"cache-control": "no-store"} | dict(headers or {}))
