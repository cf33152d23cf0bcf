"""Pages with forms: shown to GET, taken from POST, both in a thread, because both ask the store."""

from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.web.body import read_limited, read_typed

LARGEST_FORM = 10_000

Typed: TypeAlias = Mapping[str, str]
Show: TypeAlias = Callable[[Request], Response]
Take: TypeAlias = Callable[[Request, Typed], Response]


def add_form_page(app: FastAPI, path: str, show: Show, take: Take) -> None:
    """Serve a page at this address; `take` gets the text fields of a form, empty where there was none."""

    async def answer(request: Request) -> Response:
        if request.method == "POST":
            typed = await read_typed(request, await read_limited(request, LARGEST_FORM))
            return await run_in_threadpool(take, request, typed)
        return await run_in_threadpool(show, request)

    app.add_route(path, answer, methods=["GET", "POST"])


def go_to(path: str, **asked: str) -> RedirectResponse:
    """Send the browser to a page, so that loading it again does nothing a second time."""
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, 303)
