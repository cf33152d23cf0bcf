"""/ogc, /ogc/conformance and /ogc/api: the way in, what is promised, and how it is asked for."""

from starlette.requests import Request
from starlette.responses import Response

from dengar import __version__
from dengar.feeds.about import ABOUT, LICENCE
from dengar.web.language import COOKIE, choose_language
from dengar.web.ogc.answers import (
    FORMATS,
    HTML,
    JSON,
    OPENAPI,
    Json,
    answer,
    both_links,
    format_of,
    here,
    link,
    refuse_unknown,
)
from dengar.web.ogc.asking import FILTERS, MOST, USUAL

CLASSES = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "oas30")
)


def show_landing(request: Request) -> Response:
    """Say where everything is."""
    refuse_unknown(request)
    language = choose_language(request)
    links = [
        *both_links(request, ""),
        link(here(request, "/api"), "service-desc", OPENAPI, "OpenAPI 3.0"),
        link(here(request, "/api", f="html"), "service-doc", HTML, "OpenAPI 3.0, HTML"),
        link(here(request, "/conformance"), "conformance", JSON, "Conformance"),
        link(here(request, "/collections"), "data", JSON, "Collections"),
        link(LICENCE, "license", HTML, "CC BY 4.0"),
    ]
    says = language.say("Laporan warga untuk peta: OGC API Features.")
    return answer(
        request, {"title": "Dengar", "description": says, "about": ABOUT, "links": links}
    )  # fmt: skip


def show_conformance(request: Request) -> Response:
    """Say what is promised."""
    refuse_unknown(request)
    document: Json = {"conformsTo": CLASSES, "links": both_links(request, "/conformance")}
    return answer(request, document)


def show_api(request: Request) -> Response:
    """Describe the addresses in OpenAPI 3.0."""
    refuse_unknown(request)
    document: Json = {
        "openapi": "3.0.3",
        "info": {
            "title": "Dengar: OGC API Features",
            "version": __version__,
            "license": {"name": "CC BY 4.0", "url": LICENCE},
        },
        "servers": [{"url": here(request, "")}],
        "paths": {path: {"get": _operation(*told)} for path, told in _PATHS.items()},
        "components": {"schemas": {"exception": _EXCEPTION}},
    }
    if format_of(request) == "html":
        document["links"] = both_links(request, "/api", OPENAPI)
    return answer(request, document, OPENAPI)


_EXCEPTION: Json = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}


def _parameter(name: str, schema: Json, where: str = "query", **more: object) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema} | more


_TEXT: Json = {"type": "string"}
_SHARED = (_parameter("f", {"type": "string", "enum": list(FORMATS)}), _parameter(COOKIE, _TEXT))
_COLLECTION = _parameter("collectionId", _TEXT, "path")
_BOX: Json = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
_ITEMS = (
    _COLLECTION,
    _parameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, style="form", explode=False
    ),
    _parameter("bbox", _BOX, style="form", explode=False),
    _parameter("datetime", _TEXT, style="form", explode=False),
    _parameter("setelah", _TEXT),
    *(_parameter(name, _TEXT) for name in FILTERS),
)
_PATHS: dict[str, tuple[str, str, tuple[Json, ...]]] = {
    "/": ("getLandingPage", JSON, ()),
    "/conformance": ("getConformanceDeclaration", JSON, ()),
    "/api": ("getApi", OPENAPI, ()),
    "/collections": ("getCollections", JSON, ()),
    "/collections/{collectionId}": ("describeCollection", JSON, (_COLLECTION,)),
    "/collections/{collectionId}/items": ("getFeatures", "application/geo+json", _ITEMS),
    "/collections/{collectionId}/items/{featureId}": (
        "getFeature", "application/geo+json", (_COLLECTION, _parameter("featureId", _TEXT, "path")),
    ),
}  # fmt: skip


def _operation(name: str, kind: str, parameters: tuple[Json, ...]) -> Json:
    error: Json = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}}
    told = {"description": name, "content": {kind: {"schema": {"type": "object"}}, HTML: {"schema": _TEXT}}}
    responses: Json = {"200": told, "400": {"description": "A parameter is wrong."} | error}
    if parameters:
        responses["404"] = {"description": "There is nothing of this name."} | error
    return {"operationId": name, "parameters": [*parameters, *_SHARED], "responses": responses}
