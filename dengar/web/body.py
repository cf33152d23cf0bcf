"""Bodies: read with a limit that is held while they stream in."""

from collections import defaultdict

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as WebRequest
from starlette.types import Message

from dengar.models import Request

LARGEST_BYTES = 12_000_000
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

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await WebRequest(request.scope, receive).form(max_files=5, max_fields=50, max_part_size=100_000)
    except (HTTPException, ValueError):
        return defaultdict(str)
    texts = [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
    await form.close()
    return defaultdict(str, texts)
