"""The addresses of GeoReport v2."""

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dengar.web.open311.discovery import show_discovery
from dengar.web.open311.posting import PER_MINUTE, post_request
from dengar.web.open311.requests import list_requests, show_request, show_token
from dengar.web.open311.services import list_services, show_definition
from dengar.web.rate import Rate

V2 = "/open311/v2"


def add_open311(app: FastAPI) -> None:
    """Let the application speak GeoReport v2.

    The discovery stands also beside the requests, where the Python client `three` looks for it.
    """
    app.state.client_rate = Rate(PER_MINUTE)
    app.add_route("/open311/discovery.{format}", show_discovery)
    app.add_route(f"{V2}/discovery.{{format}}", show_discovery)
    app.add_route(f"{V2}/services.{{format}}", list_services)
    app.add_route(f"{V2}/services/{{code}}.{{format}}", show_definition)
    app.add_route(f"{V2}/requests.{{format}}", list_or_post, methods=["GET", "POST"])
    app.add_route(f"{V2}/requests/{{number}}.{{format}}", show_request)
    app.add_route(f"{V2}/tokens/{{number}}.{{format}}", show_token)


async def list_or_post(request: Request) -> Response:
    """List requests, or take one."""
    if request.method == "POST":
        return await post_request(request)
    return await run_in_threadpool(list_requests, request)
