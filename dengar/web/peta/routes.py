"""The addresses of the maps."""

from fastapi import FastAPI

from dengar.web.peta import places


def add_maps(app: FastAPI) -> None:
    """Let the application answer what its maps ask."""
    app.include_router(places.router)
