"""Webhooks: other systems push their messages here, signed."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from dengar.web.body import read_request
from dengar.web.site import site_of


async def take_hook(request: Request) -> JSONResponse:
    """Take a delivery; the answer is sent only after the message is stored."""
    site = site_of(request)
    name = request.path_params["name"]
    push = site.pushes.get(name) if name != "form" else None
    if push is None:
        raise HTTPException(404, "No webhook has this name.")
    receipt = await run_in_threadpool(push, await read_request(request))
    answer = {"id": receipt.item_id, "nomor": receipt.number, "baru": receipt.is_new}
    return JSONResponse(answer, 201 if receipt.is_new else 200)
