"""What these pages keep for all requests: the city's figures, and the finished pages."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from dengar.web.figures import Kept
from dengar.web.overview.city import City
from dengar.web.pages import Make, Pages


def city_now(request: Request) -> City:
    """Give the city's figures, some seconds old."""
    kept: Kept[City] = request.app.state.city
    return kept.value()


async def give_page(request: Request, make: Make, seconds: float) -> Response:
    """Give a page of the public, made at most every so many seconds."""
    return await cast("Pages", request.app.state.pages).give(request, make, seconds)
