"""What Facebook pushes: handshakes, and deliveries of changes in the feeds of pages."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

import msgspec
from pydantic import SecretStr

from dengar.errors import BadRequest
from dengar.ingest.formats.row import LONGEST_ID
from dengar.ingest.formats.signed import is_same, sign
from dengar.models import Kind, Record, Request

LARGEST_BYTES = 2_000_000
RECEIVED = "EVENT_RECEIVED"
# What people say; the others are reactions, visits and the like.
_SAID = {"comment", "post", "status", "photo", "video", "share", "link", "album", "note"}
_KINDS: dict[str, Kind] = {
    "add": "upsert", "unhide": "upsert", "update": "upsert",
    "edit": "edit", "edited": "edit",
    "remove": "tombstone", "delete": "tombstone",
}  # fmt: skip


class Change(Record, frozen=True, kw_only=True):
    """What happened to a message of a page: its very bytes, and its id (empty: it cannot be read)."""

    page: str
    payload: bytes
    id: str = ""
    kind: Kind = "upsert"


class _Value(msgspec.Struct, frozen=True):
    item: str | None = None
    verb: str | None = None
    comment_id: str | None = None
    post_id: str | None = None
    published: int | bool | None = None


class _Change(msgspec.Struct, frozen=True):
    field: str
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Entry(msgspec.Struct, frozen=True):
    id: str
    changes: list[msgspec.Raw] = []


class _Delivery(msgspec.Struct, frozen=True):
    entry: list[_Entry]


def shake_hands(request: Request, verify_token: SecretStr | None) -> str:
    """Give the word that proves to Facebook that this address is ours; raises BadRequest for a wrong verify token."""
    query = dict(parse_qsl(request.query))
    wanted = verify_token.get_secret_value() if verify_token else ""
    given = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not wanted or not is_same(given, wanted):
        raise BadRequest("The verify token is not the one in the settings of this source.", status=403)
    return query.get("hub.challenge", "")


def check_signature(request: Request, app_secret: SecretStr) -> None:
    """Refuse a delivery whose raw bytes were not signed with the app secret."""
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    given = request.headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    if not is_same(given, sign(app_secret.get_secret_value(), request.body)):
        raise BadRequest("The signature is missing or wrong.", status=401)


def read_changes(body: bytes, page: str) -> Iterator[Change]:
    """Cut a delivery into what happened to messages; what cannot be read is given whole, under the page's name."""
    try:
        delivery = msgspec.json.decode(body, type=_Delivery)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield Change(page=page, payload=body)
        return
    for entry in delivery.entry:
        for raw in entry.changes:
            yield from _read_change(bytes(raw), entry.id)


def _read_change(payload: bytes, page: str) -> Iterator[Change]:
    try:
        change = msgspec.json.decode(payload, type=_Change)
        value = msgspec.json.decode(change.value, type=_Value) if change.field == "feed" else _Value()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield Change(page=page, payload=payload)
        return
    kind = _KINDS.get(value.verb or "")
    # Facebook tells of posts too that are scheduled, or shown to nobody but in advertisements.
    if value.item not in _SAID or kind is None or value.published == 0:
        return
    own = value.comment_id if value.item == "comment" else value.post_id
    if own and len(own) <= LONGEST_ID:
        yield Change(page=page, payload=payload, id=own, kind=kind)
    else:
        yield Change(page=page, payload=payload)
