"""The operator's archive of tiles, of which browsers read the ranges that they need."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse

from dengar.web.site import site_of

# Ranges are of the file as it lies there: what is compressed on the way has others.
_HEADERS = {"content-encoding": "identity", "cache-control": "public, max-age=86400"}


def give_archive(request: Request) -> FileResponse:
    """Give the base map, or the asked range of it."""
    path = site_of(request).maps.basemap.archive
    if path is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/vnd.pmtiles", headers=_HEADERS)
