"""The addresses of the maps."""

from fastapi import FastAPI

from dengar.web.peta import dots, page, places


def add_maps(app: FastAPI) -> None:
    """Let the application answer what its maps ask."""
    app.add_route("/peta", page.show_map)
    app.include_router(places.router)
    app.include_router(dots.router)
