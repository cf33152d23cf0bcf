"""/api/openapi.json: what FastAPI knows of the routes, and what it cannot know: our own records, files and errors."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dengar.comparing import Ranking
from dengar.flooding import Flood
from dengar.models import Level, Report
from dengar.routing.commands import AnyCommand
from dengar.web.desk import Case, Queued, Wanted
from dengar.web.news import Changes
from dengar.web.peta.dots import PublicDot
from dengar.web.responding import Response as Said
from dengar.web.roles import PUBLIC_DOOR, READS, find_access

Json = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"


class Me(msgspec.Struct, frozen=True):
    """Who calls, and with which rights."""

    name: str
    role: str
    unit: str | None


class Overdue(msgspec.Struct, frozen=True):
    """The open reports past a deadline."""

    reports: list[Report]


class Counted(msgspec.Struct, frozen=True):
    """How many reports there are, in each kelurahan and in none."""

    jumlah: int
    kelurahan: dict[str, int]
    tanpa_kelurahan: int


class Dots(msgspec.Struct, frozen=True):
    """The reports of a part of the map, none when there are too many."""

    terlalu_banyak: bool
    titik: list[PublicDot]


class Trouble(msgspec.Struct, frozen=True):
    """What went wrong: the status, and a sentence."""

    status: int
    error: str


class Asked(NamedTuple):
    """A parameter that a route reads by itself."""

    name: str
    schema: Json
    where: str = "query"


ANSWERS: Mapping[str, Any] = {
    "GET /api/perubahan": Changes,
    "GET /api/peringkat": Ranking,
    "GET /api/banjir": Flood,
    "GET /api/peta/jumlah": Counted,
    "GET /api/peta/titik": Dots,
    "GET /api/meja/saya": Me,
    "GET /api/meja/antrean": Queued,
    "GET /api/meja/terlambat": Overdue,
    "POST /api/meja/berikut": Case,
    "GET /api/meja/laporan/{number}": Case,
    "POST /api/meja/laporan/{number}": Case,
    "POST /api/meja/laporan/{number}/klaim": Case,
    "POST /api/meja/laporan/{number}/tutup": Case,
}
BODIES: Mapping[str, Any] = {
    "POST /api/meja/laporan/{number}": AnyCommand,
    "POST /api/meja/berikut": Wanted,
    "POST /api/laporan/{number}/tanggapan": Said,
}
_TEXT: Json = {"type": "string"}
_OBJECT: Json = {"type": "object"}
_BYTES: Json = {"type": "string", "format": "binary"}
FILES: Mapping[str, tuple[str, Json]] = {
    "/umpan/laporan.atom": ("application/atom+xml", _TEXT),
    "/umpan/laporan.rss": ("application/rss+xml", _TEXT),
    "/umpan/laporan/{number}.atom": ("application/atom+xml", _TEXT),
    "/api/laporan.geojson": ("application/geo+json", _OBJECT),
    "/api/laporan.csv": ("text/csv", _TEXT),
    "/api/laporan.parquet": ("application/vnd.apache.parquet", _BYTES),
    "/api/aliran": ("text/event-stream", _TEXT),
    "/peta/wilayah.json": ("application/geo+json", _OBJECT),
}
_ORDER = Asked("urut", {"type": "string", "enum": ["baru", "berubah"], "default": "baru"})
_CURSOR = Asked("setelah", {"type": "string", "maxLength": 4000})


def _count(most: int, default: int) -> Asked:
    return Asked("jumlah", {"type": "integer", "minimum": 1, "maximum": most, "default": default})


_MAP = tuple(Asked(name, _TEXT) for name in ("kategori", "kel", "keadaan", "hari", "bbox"))
PARAMETERS: Mapping[str, tuple[Asked, ...]] = {
    "/api/laporan": (_ORDER,),
    "/umpan/laporan.atom": (_ORDER, _count(500, 100)),
    "/umpan/laporan.rss": (_ORDER, _count(500, 100)),
    "/api/laporan.csv": (
        Asked("pemisah", {"type": "string", "enum": ["koma", "titikkoma", "tab"], "default": "koma"}),
        Asked("bom", {"type": "string", "enum": ["0", "1"], "default": "0"}),
    ),
    "/api/peta/jumlah": _MAP,
    "/api/peta/titik": _MAP,
    "/peta/wilayah.json": (Asked("tingkat", {"type": "string", "enum": list(get_args(Level))}), Asked("v", _TEXT)),
    "/api/perubahan": (_count(1000, 500), _CURSOR),
    "/api/aliran": (_CURSOR, Asked("Last-Event-ID", _TEXT, "header")),
}
ERRORS = {
    "400": "Something that was asked for is wrong or unknown.",
    "401": "No key, and nobody is signed in.",
    "403": "This is not for who calls.",
    "404": "There is nothing of this name.",
    "409": "The state of the report does not allow it, or somebody else was faster.",
    "413": "The body is too large.",
    "415": "The body is of a kind that is not read here.",
    "422": "The body or a parameter cannot be read.",
    "429": "Too much at once: wait for so long as Retry-After says.",
    "501": "The server lacks a library for this.",
    "503": "Not now: try again after so long as Retry-After says.",
    "4XX": "The request cannot be answered.",
}
_SCHEMES: Json = {
    "key": {"type": "http", "scheme": "bearer", "description": "`dengar staff add` prints a key."},
    "session": {"type": "apiKey", "in": "cookie", "name": "dengar_sesi"},
}


def add_description(app: FastAPI) -> None:
    """Let the application describe itself wholly."""

    def describe() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = make_description(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # as FastAPI's documentation does


def make_description(app: FastAPI) -> Json:
    """Make the OpenAPI document."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes, summary="Laporan warga")
    kinds = [*ANSWERS.values(), *BODIES.values(), Trouble]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    answers = dict(zip(ANSWERS, schemas, strict=False))
    bodies = dict(zip(BODIES, schemas[len(ANSWERS) :], strict=False))
    named = document.setdefault("components", {})
    named["schemas"] = _without_validation(named.get("schemas", {})) | components
    named["securitySchemes"] = _SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            _complete(operation, path, method.upper())
            if name in answers:
                _told(operation)["content"] = {"application/json": {"schema": answers[name]}}
            if name in bodies:
                operation["requestBody"] = _body(bodies[name], required=name != "POST /api/meja/berikut")
    return document


def _without_validation(schemas: Json) -> Json:
    """Leave out what FastAPI would say of a wrong parameter: we say it in a sentence."""
    return {name: schema for name, schema in schemas.items() if "ValidationError" not in name}


def _complete(operation: Json, path: str, method: str) -> None:
    """Add what a route reads and answers beside what FastAPI sees."""
    if path in FILES:
        kind, schema = FILES[path]
        operation["responses"]["200"]["content"] = {kind: {"schema": schema}}
    known = operation.setdefault("parameters", [])
    known += [{"name": one.name, "in": one.where, "required": False, "schema": one.schema} for one in _asked(path)]
    access = find_access(path) or PUBLIC_DOOR
    roles = access.read if method in READS else access.change
    if roles is not None:
        operation["security"] = [{one: []} for one in _SCHEMES]
    error = {"application/json": {"schema": {"$ref": _REFERENCE.format(name=Trouble.__name__)}}}
    for code in _codes(path, method, is_public=roles is None):
        operation["responses"][code] = {"description": ERRORS[code], "content": error}


def _asked(path: str) -> tuple[Asked, ...]:
    return PARAMETERS.get(path, ())


def _codes(path: str, method: str, *, is_public: bool) -> Iterator[str]:
    yield from ("400", "422", "503", "4XX")
    if not is_public:
        yield from ("401", "403", "404")
    if "{" in path or path in {"/api/lapor/serupa", "/api/lapor/foto"}:
        yield "404"
    if method not in READS:
        yield from ("409", "413", "415", "429") if is_public else ("409", "413")
    if path.endswith(".parquet"):
        yield "501"


def _told(operation: Json) -> Json:
    told: Json = operation["responses"]["200"]
    if operation["operationId"].startswith("take_next"):
        operation["responses"]["204"] = {"description": "Nothing waits."}
    return told


def _body(schema: Json, *, required: bool) -> Json:
    return {"required": required, "content": {"application/json": {"schema": schema}}}
