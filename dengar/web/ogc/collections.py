"""/collections: what there is to look at."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from dengar.feeds.about import LICENCE
from dengar.web.language import Language, choose_language
from dengar.web.ogc.answers import GEOJSON, HTML, JSON, Json, answer, both_links, here, link, not_found, refuse_unknown
from dengar.web.ogc.areas import Areas
from dengar.web.words import _

REPORTS = "laporan"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """One collection: its name in addresses, and what people call it."""

    name: str
    title: str
    says: str


COLLECTIONS = (
    Collection(name=REPORTS, title=_("Laporan warga"), says=_("Laporan warga yang boleh dilihat semua orang.")),
    Collection(name="kota", title=_("Kota"), says=_("Batas kota dan kabupaten administrasi.")),
    Collection(name="kecamatan", title=_("Kecamatan"), says=_("Batas kecamatan.")),
    Collection(name="kelurahan", title=_("Kelurahan"), says=_("Batas kelurahan.")),
)


def find_collection(request: Request) -> Collection:
    """Give the collection that the address names; raises HTTPException 404."""
    name = request.path_params["collection"]
    found = next((one for one in _collections(request) if one.name == name), None)
    if found is None:
        raise not_found(f"collection {name[:40]!r}")
    return found


def list_collections(request: Request) -> Response:
    """List the collections."""
    refuse_unknown(request)
    document: Json = {
        "title": "Dengar",
        "links": both_links(request, "/collections"),
        "collections": [_describe(request, one) for one in _collections(request)],
    }
    return answer(request, document)


def show_collection(request: Request) -> Response:
    """Describe one collection."""
    found = find_collection(request)
    refuse_unknown(request)
    document = _describe(request, found)
    links = both_links(request, f"/collections/{found.name}")
    return answer(request, document | {"links": links + _links(request, found)})


def _collections(request: Request) -> tuple[Collection, ...]:
    areas: Areas = request.app.state.ogc_areas
    return COLLECTIONS if areas.are_there else COLLECTIONS[:1]


def _describe(request: Request, one: Collection) -> Json:
    language: Language = choose_language(request)
    links = [link(here(request, f"/collections/{one.name}"), "self", JSON, one.name), *_links(request, one)]
    document: Json = {
        "id": one.name,
        "title": language.say(one.title),
        "description": language.say(one.says),
        "itemType": "feature",
        "crs": [CRS84],
        "links": links,
    }
    areas: Areas = request.app.state.ogc_areas
    bounds = areas.bounds()
    if bounds is not None:
        document["extent"] = {"spatial": {"bbox": [bounds], "crs": CRS84}}
    return document


def _links(request: Request, one: Collection) -> list[Json]:
    items = f"/collections/{one.name}/items"
    return [
        link(here(request, items, f="json"), "items", GEOJSON, "GeoJSON"),
        link(here(request, items, f="html"), "items", HTML, "HTML"),
        link(LICENCE, "license", HTML, "CC BY 4.0"),
    ]
