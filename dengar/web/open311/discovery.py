"""GET /discovery: where the endpoint is and what it speaks."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengar.web.open311.answers import MEDIA_TYPES, answer_one, format_of
from dengar.web.site import site_of

CHANGESET = "2026-11-22T00:00:00Z"  # when this interface was changed last
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
KEY_SERVICE = "Reading needs no key. For a key to post reports, write to the operator of this site: {address}"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the protocol is spoken; `formats` are media types, which some clients compare literally."""

    specification: str = SPECIFICATION
    url: str
    changeset: str = CHANGESET
    type: str
    formats: tuple[str, ...] = ("text/xml", "application/json")


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What a client must know before it begins."""

    changeset: str = CHANGESET
    contact: str
    key_service: str
    endpoints: tuple[Endpoint, ...]


def show_discovery(request: Request) -> Response:
    """Say where the endpoint is; a site that shows a sample is one for tests."""
    site = site_of(request)
    address = site.address(request)
    endpoint = Endpoint(url=f"{address}/open311/v2", type="test" if site.notice else "production")
    told = Discovery(
        contact=f"{address}/", key_service=KEY_SERVICE.format(address=f"{address}/"), endpoints=(endpoint,)
    )  # fmt: skip
    response = answer_one(request, "discovery", told)
    response.headers["content-type"] = MEDIA_TYPES[format_of(request)]
    return response
