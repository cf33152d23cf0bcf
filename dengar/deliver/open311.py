"""Hands reports over to another GeoReport v2 server, and learns their number there."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec
from pydantic import Field, SecretStr

from dengar.deliver import http
from dengar.deliver.letter import say_place, tame_lines
from dengar.deliver.protocol import Parcel, Receipt, TargetSettings
from dengar.deliver.secret import read_secret
from dengar.errors import Refused, Transient
from dengar.models import Event, EventKind, Report

EVENTS: frozenset[EventKind] = frozenset({"routed"})
HANDS_OVER = True
NEEDS_TEXT = True
LONGEST = 4000
HELD_BACK = "The report is held back until a person has looked at it."


class Settings(TargetSettings):
    """The endpoint (`…/v2`), what it calls our categories, and `other_service` for those that are not named."""

    url: str = Field(pattern=r"^https?://\S+$")
    jurisdiction_id: str = ""
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    services: Mapping[str, str] = Field(default_factory=dict)
    other_service: str | None = None
    seconds: float = Field(default=http.SECONDS, gt=0, le=60)


class Given(msgspec.Struct, frozen=True):
    """The fields of the answers to a request and to a token."""

    service_request_id: str | int | None = None
    token: str | int | None = None


def wants(settings: Settings, event: Event, report: Report) -> bool:
    """Take what was routed to a unit."""
    del settings, report
    return event.kind != "routed" or (event.routing is not None and event.routing.unit is not None)


def send(settings: Settings, parcel: Parcel) -> Receipt:
    """Post the report, or ask what became of the token that an earlier attempt was given."""
    if parcel.token:
        return _ask_token(settings, parcel, parcel.token)
    if parcel.report.is_hidden:
        return Receipt(note=HELD_BACK)
    url = _address(settings, "requests.json")
    form = {"content-type": "application/x-www-form-urlencoded", "idempotency-key": parcel.id}
    answer = http.post(
        url, urlencode(make_fields(settings, parcel)).encode(), form, parcel.at, seconds=settings.seconds
    )
    given = _read(answer, url)
    if given.service_request_id:
        return Receipt(number=str(given.service_request_id))
    if given.token:
        return Receipt(token=str(given.token), note=f"The server gave the token {given.token} and no number yet.")
    raise Transient(f"{url} took it perhaps, and told neither a number nor a token.")


def check(settings: Settings) -> list[str]:
    """Read the key and knock at the server."""
    read_secret(settings.api_key, settings.api_key_file)
    return http.knock(_address(settings, "services.json"))


def make_fields(settings: Settings, parcel: Parcel) -> dict[str, str]:
    """Make the form; raises Refused for a report without a service or a place there."""
    report = parcel.report
    service = settings.services.get(report.category or "") or settings.other_service
    if not service:
        raise Refused(f"The category {report.category} has no service there: set services or other_service.")
    place = report.place
    if place is None:
        raise Refused("The report has no place, which the server needs.")
    fields = {
        "service_code": service,
        "jurisdiction_id": settings.jurisdiction_id,
        "api_key": read_secret(settings.api_key, settings.api_key_file),
        "address_string": say_place(place),
        "description": _describe(parcel),
        "media_url": f"{parcel.site}/foto/{report.photos[0]}" if parcel.site and report.photos else "",
    }
    if place.lat is not None and place.lon is not None:
        fields |= {"lat": f"{place.lat:.6f}", "long": f"{place.lon:.6f}"}
    return {name: value for name, value in fields.items() if value}


def _describe(parcel: Parcel) -> str:
    source = f"{parcel.report.number} {parcel.link}".strip()
    text = tame_lines(parcel.text) or parcel.report.title
    return f"{text[: LONGEST - len(source) - 3]}\n\n{source}"


def _ask_token(settings: Settings, parcel: Parcel, token: str) -> Receipt:
    url = _address(settings, f"tokens/{quote(token, safe='')}.json")
    given = _read(http.get(url, {}, parcel.at, seconds=settings.seconds), url)
    if given.service_request_id:
        return Receipt(number=str(given.service_request_id))
    return Receipt(token=token, note=f"The server gave the token {token} and no number yet.")


def _address(settings: Settings, path: str) -> str:
    query = urlencode({"jurisdiction_id": settings.jurisdiction_id}) if settings.jurisdiction_id else ""
    return f"{settings.url.rstrip('/')}/{path}" + (f"?{query}" if query else "")


def _read(answer: http.Answer, url: str) -> Given:
    try:
        found = msgspec.json.decode(answer.body, type=list[Given] | Given)
    except msgspec.MsgspecError as error:
        raise Transient(
            f"{url} answered with another shape than GeoReport's, perhaps it was taken: {error}."
        ) from error
    if isinstance(found, Given):
        return found
    return found[0] if found else Given()
