"""Static files: our own and the libraries that npm brought at set-up, read once; and the photos."""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dengar.errors import DengarError
from dengar.store import Store

_FOLDER = Path(__file__).parent / "static"
_PHOTO_ID = re.compile(r"[0-9A-Za-z_-]{8,128}")
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
# A photo never changes, but its report may be held back: whoever has seen it keeps it for an hour.
_PHOTO_HEADERS = {"cache-control": "public, max-age=3600", "content-disposition": "inline"}
_FOREVER = "public, max-age=31536000, immutable"
_ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /kait/\nDisallow: /cek\n"


class Files:
    """The static files, each with an address that changes when its bytes do."""

    def __init__(self) -> None:
        if not (_FOLDER / "vendor").is_dir():
            raise DengarError("The libraries for browsers are missing: run `make setup`.")
        files = (path for folder in (_FOLDER, _FOLDER / "vendor") for path in sorted(folder.iterdir()) if path.suffix)
        self._bytes = {path.name: path.read_bytes() for path in files}

    def address(self, name: str) -> str:
        """Give the address of a file; an unknown name is a mistake in a template."""
        return f"/static/{name}?v={hashlib.blake2b(self._bytes[name], digest_size=6).hexdigest()}"

    def find(self, name: str) -> tuple[bytes, str] | None:
        """Give a file's bytes and media type."""
        data = self._bytes.get(name)
        return (data, mimetypes.guess_type(name)[0] or "application/octet-stream") if data is not None else None


@cache
def own_files() -> Files:
    """Give the static files; they are read once."""
    return Files()


def show_file(request: Request) -> Response:
    """Serve one of our own files, for ever under its versioned address."""
    files: Files = request.app.state.site.files
    name = "icon.svg" if request.scope["path"] == "/favicon.ico" else request.path_params["name"]
    found = files.find(name)
    if found is None:
        raise HTTPException(404)
    keep = _FOREVER if "v" in request.query_params else "public, max-age=3600"
    return Response(found[0], media_type=found[1], headers={"cache-control": keep})


def show_photo(request: Request) -> Response:
    """Serve a photo, unless a report that shows it is held back."""
    media_id = request.path_params["media_id"]
    store: Store = request.app.state.site.store
    found = store.media.find(media_id) if _PHOTO_ID.fullmatch(media_id) else None
    if found is None or found[1] not in _PHOTO_TYPES or store.reports.holds_back(media_id):
        raise HTTPException(404)
    return Response(found[0], media_type=found[1], headers=_PHOTO_HEADERS)


def show_robots(_: Request) -> Response:
    """Tell robots which addresses are no pages."""
    return PlainTextResponse(_ROBOTS, headers={"cache-control": "public, max-age=86400"})
