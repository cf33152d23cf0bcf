"""WhatsApp through Meta's Cloud API: messages are pushed here signed, photos fetched afterwards, replies posted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import msgspec
from pydantic import Field, HttpUrl, SecretStr

from dengar.errors import BadRequest, Forbidden, Poison
from dengar.ingest.chat.attached import attach, read_attached
from dengar.ingest.chat.whatsapp_api import Access, fetch_photo, look_up_number, send
from dengar.ingest.chat.whatsapp_message import Delivery, read
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import LONGEST_ID, contents_id, plausible
from dengar.ingest.formats.signed import is_same, sign
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Quarantined, Request

LARGEST_BYTES = 3_000_000  # Meta's own limit
NOTHING_SAID = {"reaction", "sticker", "system"}
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


class Settings(SourceSettings):
    """The app's secret, and the word by which Meta knows this webhook; token and number are for photos and replies."""

    channel: str = "whatsapp"
    app_secret: SecretStr = Field(min_length=1)
    verify_token: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=1)
    phone_number_id: str = Field(pattern=r"^[0-9]{1,40}$")
    api: HttpUrl = HttpUrl("https://graph.facebook.com/v26.0")


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take a delivery of any number of messages, or Meta's question whether this is the place; raises BadRequest.

    A delivery that is signed but not readable is taken all the same: the pipeline quarantines it.
    """
    if request.method == "GET":
        return Batch(items=(), answer=_shake_hands(settings, request))
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    _check_signature(settings, request)
    made = [one for raw in _cut(request.body) for one in _make(settings, raw, now)]
    return Batch(
        items=tuple(one for one in made if isinstance(one, Item)),
        poison=tuple(one for one in made if isinstance(one, Quarantined)),
        answer="",
    )


def parse(item: Item) -> Draft:
    """Read one message; one that says nothing we can read (a voice, a film) is flagged `unread`."""
    message = read(item.payload)
    said = message.said
    photos = read_attached(message.dengar_photo) if said.photo else ()
    time = plausible(read_time(str(message.timestamp)), item.observed_at)
    flags = {
        "dialogue": True,
        "forwarded": said.context.forwarded or said.context.frequently_forwarded,
        "bad_time": time is None,
        "bad_coordinates": said.location is not None and said.point is None,
        "photo_left_out": said.photo is not None and not photos,
        "unread": not (said.words or said.photo or said.location),
    }
    return Draft(
        text=said.words,
        author=message.author,
        created_at=time or item.observed_at,
        reply_to=said.context.id or None,
        geotag=said.point or next((photo.geotag for photo in photos), None),
        place_hint=said.place,
        photos=photos,
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
    )


def complete(settings: Settings, item: Item, now: datetime) -> Item:
    """Give the item with its photo's bytes in its payload; the same item when it has none, or one that is too large.

    Raises StopSource; Forbidden when WhatsApp no longer gives the photo.
    """
    message = read(item.payload)
    if message.said.photo is None or message.dengar_photo:
        return item
    data = fetch_photo(_access(settings), message.said.photo.id, now)
    return item.replace(payload=attach(item.payload, data)) if data else item


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Answer the message's author, quoting it, and give the answer's id; raises StopSource."""
    del delivery_id  # the API knows no idempotency
    message = read(item.payload)
    if not message.author:
        raise Forbidden("The message names nobody who could be answered.")
    letter: dict[str, object] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if message.sender else "recipient": message.author,
        "context": {"message_id": item.native_id},
        "type": "text",
        "text": {"body": text, "preview_url": False},
    }
    return send(_access(settings), letter)


def check(settings: Settings) -> list[str]:
    """Look up the number with the token; raises StopSource."""
    look_up_number(_access(settings), NO_TIME)
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="Meta repeats a delivery that failed for up to 7 days; photos can be fetched for some days",
        ordering="as Meta delivers, not always in order",
        sees_edits=True,
        sees_deletions=True,
        price="free within 24 hours of a resident's message",
    )


def _shake_hands(settings: Settings, request: Request) -> str:
    asked = {name: values[-1] for name, values in parse_qs(request.query).items()}
    given, wanted = asked.get("hub.verify_token", ""), settings.verify_token.get_secret_value()
    if not is_same(given, wanted):
        raise BadRequest("The verify token is wrong: enter the one of this source at Meta.", status=403)
    return asked.get("hub.challenge", "")


def _check_signature(settings: Settings, request: Request) -> None:
    given = request.headers.get("x-hub-signature-256", "").removeprefix("sha256=").lower()
    if not is_same(given, sign(settings.app_secret.get_secret_value(), request.body)):
        raise BadRequest("The signature is missing or wrong: app_secret must be the app's own.", status=401)


def _cut(body: bytes) -> list[bytes]:
    """Cut a delivery into the very bytes of its messages; one that cannot be read stays whole."""
    try:
        delivery = msgspec.json.decode(body, type=Delivery)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [body]
    return [bytes(raw) for entry in delivery.entry for one in entry.changes for raw in one.value.messages]


def _make(settings: Settings, payload: bytes, now: datetime) -> Iterator[Item | Quarantined]:
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=contents_id(payload),
        collector="whatsapp",
        source=settings.name,
        payload=payload,
        media_type="application/json",
        observed_at=now,
    )
    try:
        message = read(payload)
    except Poison:
        yield item
        return
    if message.type in NOTHING_SAID:
        return
    native_id = message.revoke.original_message_id or message.edit.original_message_id or message.id
    if not 0 < len(native_id) <= LONGEST_ID:
        yield Quarantined(item=item, reason="The message has no id that can be used.", at=now)
    elif message.type == "revoke":
        yield item.replace(native_id=native_id, kind="tombstone", payload=b"")
    else:
        kind = "edit" if message.type == "edit" else "upsert"
        yield item.replace(native_id=native_id, kind=kind, incomplete=message.said.photo is not None)


def _access(settings: Settings) -> Access:
    graph, token = str(settings.api).rstrip("/"), settings.token.get_secret_value()
    return Access(graph=graph, token=token, number=settings.phone_number_id)
