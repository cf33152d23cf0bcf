"""The addresses of OGC API Features."""

from fastapi import FastAPI

from dengar.web.ogc.answers import PREFIX
from dengar.web.ogc.areas import Areas, Draw
from dengar.web.ogc.collections import list_collections, show_collection
from dengar.web.ogc.items import list_items, show_item
from dengar.web.ogc.landing import show_api, show_conformance, show_landing


def add_ogc(app: FastAPI, draw: Draw | None = None) -> None:
    """Let maps read the reports, and the areas of a level as `draw` gives them (GeoJSON, ids are codes)."""
    app.state.ogc_areas = Areas(draw)
    app.add_route(PREFIX, show_landing)
    app.add_route(f"{PREFIX}/", show_landing)  # of servers[0].url and the path "/" in the description
    app.add_route(f"{PREFIX}/conformance", show_conformance)
    app.add_route(f"{PREFIX}/api", show_api)
    app.add_route(f"{PREFIX}/collections", list_collections)
    app.add_route(f"{PREFIX}/collections/{{collection}}", show_collection)
    app.add_route(f"{PREFIX}/collections/{{collection}}/items", list_items)
    app.add_route(f"{PREFIX}/collections/{{collection}}/items/{{feature}}", show_item)
