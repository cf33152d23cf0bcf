"""Bodies: read with a limit that is held while they stream in."""

from collections import defaultdict
from typing import Any

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as WebRequest
from starlette.types import Message

from dengar.errors import BadRequest
from dengar.models import Request

LARGEST_BYTES = 12_000_000
MOST_FILES = 5
# A browser shows the answer only when it could send all: so much more is read and thrown away before we hang up.
MOST_DRAINED = 5  # times as much


async def read_request(request: WebRequest) -> Request:
    """Read a request as a push channel takes it; raises HTTPException 413 for a body over the limit."""
    body = await read_limited(request, LARGEST_BYTES)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(
        headers=headers,
        body=body,
        remote=request.client.host if request.client else "",
        method=request.method,
        query=request.url.query,
    )


async def read_limited(request: WebRequest, most: int, says: str | None = None) -> bytes:
    """Read a body; raises HTTPException 413, with these words, for one of more bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_DRAINED * most:
            break
        if size <= most:
            parts.append(part)
        else:
            parts.clear()
    if size > most:
        raise HTTPException(413, says)
    return b"".join(parts)


def decode(body: bytes, kind: Any, what: str) -> Any:  # noqa: ANN401  a union of records is no type for mypy
    """Read a body of JSON as this kind of record; raises BadRequest (422), which names `what` it should be."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"{what} ini tidak terbaca: {error}.", status=422) from error


async def read_typed(request: WebRequest, body: bytes) -> defaultdict[str, str]:
    """Read the text fields of a form's body, to show them again; an unreadable body has none."""
    try:
        return defaultdict(str, await read_texts(request, body))
    except (HTTPException, ValueError):
        return defaultdict(str)


async def read_texts(request: WebRequest, body: bytes) -> dict[str, str]:
    """Read the text fields of a form's body, each as it is given last; raises HTTPException or ValueError."""
    form = await _read_form(request, body)
    texts = {name: value for name, value in form.multi_items() if not isinstance(value, UploadFile)}
    await form.close()
    return texts


async def read_fields(request: WebRequest, body: bytes) -> tuple[dict[str, list[str]], list[bytes]]:
    """Read all fields of a form with their values, and its photos (`foto`); raises HTTPException 400 for no form."""
    try:
        form = await _read_form(request, body)
    except ValueError as error:
        raise HTTPException(400, f"The form cannot be read: {error}") from error
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    photos = [await value.read() for value in form.getlist("foto") if isinstance(value, UploadFile) and value.filename]
    await form.close()
    return fields, photos


async def read_photos(read: Request, request: WebRequest) -> tuple[str, list[bytes]]:
    """Read a note (`catatan`) and photos (`foto`) out of a form; raises HTTPException 400 for no form."""
    try:
        form = await _read_form(request, read.body)
    except ValueError as error:
        raise HTTPException(400, f"The form cannot be read: {error}") from error
    note = next((value for value in form.getlist("catatan") if isinstance(value, str)), "")
    photos = [await value.read() for value in form.getlist("foto") if isinstance(value, UploadFile) and value.filename]
    await form.close()
    return note, photos


async def read_form_photos(request: WebRequest, body: bytes) -> list[bytes]:
    """Read the photos (`foto`) out of a form's body; an unreadable body has none."""
    try:
        form = await _read_form(request, body)
    except (HTTPException, ValueError):
        return []
    photos = [await value.read() for value in form.getlist("foto") if isinstance(value, UploadFile) and value.size]
    await form.close()
    return photos


async def _read_form(request: WebRequest, body: bytes) -> FormData:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return await WebRequest(request.scope, receive).form(max_files=MOST_FILES, max_fields=50, max_part_size=100_000)
