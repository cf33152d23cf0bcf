"""Bodies: read with a limit that is held while they stream in."""

from collections import defaultdict

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as WebRequest
from starlette.types import Message

from dengar.models import Request

LARGEST_BYTES = 12_000_000
MOST_FILES = 5
# A browser shows the answer only when it could send all: so much more is read and thrown away before we hang up.
MOST_DRAINED_BYTES = 5 * LARGEST_BYTES


async def read_request(request: WebRequest) -> Request:
    """Read a request as a push channel takes it; raises HTTPException 413 for a body over the limit."""
    body = await _read_body(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(
        headers=headers,
        body=body,
        remote=request.client.host if request.client else "",
        method=request.method,
        query=request.url.query,
    )


async def _read_body(request: WebRequest) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_DRAINED_BYTES:
            break
        if size <= LARGEST_BYTES:
            parts.append(part)
        else:
            parts.clear()
    if size > LARGEST_BYTES:
        raise HTTPException(413)
    return b"".join(parts)


async def read_typed(request: WebRequest, body: bytes) -> defaultdict[str, str]:
    """Read the text fields of a form's body, to show them again; an unreadable body has none."""
    try:
        form = await _read_form(request, body)
    except (HTTPException, ValueError):
        return defaultdict(str)
    texts = [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
    await form.close()
    return defaultdict(str, texts)


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


async def _read_form(request: WebRequest, body: bytes) -> FormData:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return await WebRequest(request.scope, receive).form(max_files=MOST_FILES, max_fields=50, max_part_size=100_000)
