"""Trouble: every error as a page for people, or as JSON for programs."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from dengar.errors import BadRequest, StoreUnavailable
from dengar.web.headers import SECURE
from dengar.web.ogc.answers import PREFIX as OGC
from dengar.web.ogc.answers import tell_trouble as tell_ogc
from dengar.web.open311.errors import PREFIX as OPEN311
from dengar.web.open311.errors import tell_trouble as tell_open311
from dengar.web.site import site_of
from dengar.web.words import TROUBLES

RETRY_SECONDS = 30


def add_handlers(app: FastAPI) -> None:
    """Answer every error in our own words."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(BadRequest, _on_refusal)
    app.add_exception_handler(ClientDisconnect, _on_hang_up)
    app.add_exception_handler(StoreUnavailable, _on_no_store)
    app.add_exception_handler(PyMongoError, _on_no_store)
    app.add_exception_handler(Exception, _on_crash)


async def _on_http(request: Request, error: Exception) -> Response:
    code, headers, detail = 500, None, ""
    if isinstance(error, HTTPException):
        code, headers, detail = error.status_code, error.headers, error.detail
    return await answer_trouble(request, code, detail, headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    told = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems)
    return await answer_trouble(request, 422, told)


async def _on_refusal(request: Request, error: Exception) -> Response:
    return await answer_trouble(request, error.status if isinstance(error, BadRequest) else 400, str(error))


async def _on_hang_up(request: Request, error: Exception) -> Response:
    """Answer nobody: who broke off an upload is no reason for a line in the log."""
    del request, error
    return Response(status_code=400)


async def _on_no_store(request: Request, error: Exception) -> Response:
    del error
    return await answer_no_store(request)


async def _on_crash(request: Request, error: Exception) -> Response:
    del error
    # This one answer is made outside of all middleware, so it needs the headers here.
    return await answer_trouble(request, 500, "", SECURE)


async def answer_no_store(request: Request) -> Response:
    """Ask for patience while the store does not answer."""
    headers = {"retry-after": str(RETRY_SECONDS)}
    return await answer_trouble(request, 503, "The store cannot be reached.", headers)


async def answer_trouble(
    request: Request, code: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with an error as a page, or as JSON to programs."""
    if request.scope["path"].startswith(("/api/", "/kait/", "/umpan/", "/peta/")):
        answer = {"status": code, "error": detail or HTTPStatus(code).phrase}
        return JSONResponse(answer, code, headers={"cache-control": "no-store"} | dict(headers or {}))
    if request.scope["path"].startswith(OPEN311):
        return tell_open311(request.scope["path"], code, detail, headers)
    if request.scope["path"].startswith(f"{OGC}/") or request.scope["path"] == OGC:
        return tell_ogc(code, detail or HTTPStatus(code).phrase, headers)
    trouble, advice = TROUBLES.get(code) or TROUBLES[400 if code < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    context = {"trouble": trouble, "advice": advice, "code": code}
    page = site_of(request).page
    return await run_in_threadpool(page, request, "trouble.html", context, code=code, headers=headers)
