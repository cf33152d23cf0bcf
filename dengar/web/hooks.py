"""Webhooks: other systems push their messages here, signed."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dengar.web.body import read_request
from dengar.web.site import site_of


async def take_hook(request: Request) -> Response:
    """Take a delivery; the answer is sent only after its messages are stored."""
    site = site_of(request)
    name = request.path_params["name"]
    push = site.pushes.get(name) if name != "form" else None
    if push is None:
        raise HTTPException(404, "No webhook has this name.")
    taken = await run_in_threadpool(push, await read_request(request))
    if taken.answer is not None:
        # what Twilio is told as plain text it sends to the resident
        return Response(taken.answer, media_type="text/xml" if taken.answer.startswith("<?xml") else "text/plain")
    told = [{"id": one.item_id, "nomor": one.number, "baru": one.is_new} for one in taken.receipts]
    code = 201 if any(one.is_new for one in taken.receipts) else 200
    return JSONResponse(told[0] if len(told) == 1 else {"diterima": told}, code)
