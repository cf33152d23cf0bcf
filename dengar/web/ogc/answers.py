"""Answers of OGC API Features: JSON, or a page for people who look with a browser, and links that say which."""

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.web.language import COOKIE
from dengar.web.site import site_of

PREFIX = "/ogc"
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
FORMATS = ("json", "html")
# It is public, and maps of others read it in browsers.
_HEADERS = {"cache-control": "no-cache", "vary": "Accept, Accept-Language, Cookie", "access-control-allow-origin": "*"}

Json = dict[str, object]


def refuse_unknown(request: Request, known: Collection[str] = ()) -> None:
    """Raise BadRequest for a parameter that the address does not know, as the standard demands."""
    allowed = {"f", COOKIE, *known}
    unknown = next((name for name in request.query_params if name not in allowed), None)
    if unknown is not None:
        raise BadRequest(f"There is no parameter {unknown[:40]!r} here: known are {', '.join(sorted(allowed))}.")


def format_of(request: Request) -> str:
    """Give the format that is asked for by `f`, else by Accept; raises BadRequest for one that we do not write."""
    asked = request.query_params.get("f")
    if asked is not None:
        if asked not in FORMATS:
            raise BadRequest(f"f: {asked[:20]!r} is unknown. Known are {', '.join(FORMATS)}.")
        return asked
    wishes = [one.partition(";")[0].strip().lower() for one in request.headers.get("accept", "").split(",")]
    first = next((one for one in wishes if one in {HTML, JSON, GEOJSON}), JSON)
    return "html" if first == HTML else "json"


def here(request: Request, path: str, **asked: str) -> str:
    """Give the whole address of a path under /ogc."""
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{site_of(request).address(request)}{PREFIX}{path}{query}"


def link(href: str, rel: str, kind: str, title: str) -> Json:
    """Make a link."""
    return {"href": href, "rel": rel, "type": kind, "title": title}


def both_links(request: Request, path: str, kind: str = JSON, asked: Mapping[str, str] | None = None) -> list[Json]:
    """Link to this document and to its other representation."""
    query = {name: value for name, value in (asked or {}).items() if name != "f"}
    ways = {"json": (kind, "JSON"), "html": (HTML, "HTML")}
    mine = format_of(request)
    return [
        link(here(request, path, **query, f=one), "self" if one == mine else "alternate", *ways[one])
        for one in (mine, *(one for one in FORMATS if one != mine))
    ]


def answer(request: Request, document: Json, kind: str = JSON) -> Response:
    """Answer with a document, as JSON of this kind or as a page."""
    if format_of(request) == "html":
        response = site_of(request).page(request, "ogc.html", {"document": document})
        response.headers["access-control-allow-origin"] = "*"
        return response
    headers = _HEADERS | {"content-type": kind}
    return Response(msgspec.json.encode(document), headers=headers)


def not_found(what: str) -> HTTPException:
    """Make the error for what is not there."""
    return HTTPException(404, f"There is no {what}.")


def tell_trouble(code: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer an error under /ogc as the standard's exception."""
    body = msgspec.json.encode({"code": str(code), "description": detail})
    whole = {"content-type": JSON, "cache-control": "no-store", "access-control-allow-origin": "*"}
    return Response(body, code, whole | dict(headers or {}))
