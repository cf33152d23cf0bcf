"""The door for gateways: who may deliver, and the item that a delivery becomes."""

import re
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import parse_qs, quote, unquote_plus

from pydantic import SecretStr

from dengar.errors import BadRequest
from dengar.ingest.formats.shortmessage import name_message, read_message
from dengar.ingest.formats.signed import is_same
from dengar.models import Item, Request

LARGEST_BYTES = 100_000
FORM = "application/x-www-form-urlencoded"
FIELD, HEADER = "secret", "x-secret"
_CHARSET = re.compile(r"charset=\"?([\w-]{1,40})")
# Kannel's post-url sends the bare text; the rest is in headers.
_HEADERS = {"x-kannel-to": "to", "x-kannel-smsc": "smsc", "x-kannel-coding": "coding", "x-kannel-udh": "udh"}


def refuse_strangers(allowed: Sequence[IPv4Network | IPv6Network], request: Request) -> None:
    """Raise BadRequest for an address that is not on the list (an empty list allows all), and for too large a body."""
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    if allowed and not any(_lies_in(request.remote, network) for network in allowed):
        raise BadRequest("This address may not deliver here.", status=403)


def _lies_in(remote: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        address = ip_address(remote.removeprefix("::ffff:"))
    except ValueError:
        return False
    return address in network


def check_secret(secret: SecretStr | None, request: Request) -> None:
    """Raise BadRequest unless the query or the header holds the secret."""
    given = parse_qs(request.query).get(FIELD, [request.headers.get(HEADER, "")])[-1]
    wanted = secret.get_secret_value() if secret else ""
    if not wanted or not is_same(given, wanted):
        raise BadRequest("The secret is missing or wrong.", status=401)


def make_item(request: Request, now: datetime, *, channel: str, collector: str, source: str) -> Item:
    """Make the item of a delivery: its fields as one URL-encoded form, without the secret."""
    payload = as_form(request)
    return Item(
        channel=channel,
        account=source,
        native_id=name_message(read_message(payload), now),
        collector=collector,
        source=source,
        payload=payload,
        media_type=FORM,
        observed_at=now,
    )


def as_form(request: Request) -> bytes:
    """Put query and body together as one form; a body that is none is its text."""
    pairs = [pair for pair in request.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) != FIELD]
    media_type = request.headers.get("content-type", "")
    query = "&".join(pairs).encode("utf-8", "replace")
    if not request.body or media_type.startswith(FORM):
        return b"&".join(filter(None, (query, request.body)))
    told = {field: request.headers[name] for name, field in _HEADERS.items() if name in request.headers}
    charset = _CHARSET.search(media_type)
    fields = told | {"text": quote(request.body)} | ({"charset": charset[1]} if charset else {})
    head = "&".join(f"{name}={quote(value, safe='%')}" for name, value in fields.items())  # the UDH comes quoted
    return b"&".join(filter(None, (head.encode(), query)))
