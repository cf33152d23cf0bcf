"""The addresses of the maps."""

from fastapi import FastAPI

from dengar.web.peta import archive, dots, page, places
from dengar.web.peta.basemap import ARCHIVE


def add_maps(app: FastAPI) -> None:
    """Let the application answer what its maps ask."""
    app.add_route("/peta", page.show_map)
    app.add_route(ARCHIVE, archive.give_archive)
    app.include_router(places.router)
    app.include_router(dots.router)
