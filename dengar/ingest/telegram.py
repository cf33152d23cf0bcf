"""Telegram: a bot's messages are pushed here, photos fetched afterwards, answers sent as the bot."""

from datetime import datetime
from typing import Literal

import msgspec
from pydantic import Field, HttpUrl, SecretStr

from dengar.errors import BadRequest, Forbidden, Poison
from dengar.ingest.chat.attached import LARGEST_PHOTO, attach, read_attached
from dengar.ingest.chat.telegram_api import Bot, fetch_photo, find_name, find_webhook, send
from dengar.ingest.chat.telegram_message import Message, Update, read
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import contents_id, plausible
from dengar.ingest.formats.signed import is_same
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Request

LARGEST_BYTES = 2_000_000
GREETINGS = {"start", "help", "settings", "stop", "bantuan"}  # commands that are for the machine, whatever follows


class Settings(SourceSettings):
    """The bot's token and name, and the word that Telegram sends along with each delivery.

    In groups the bot hears `mentioned` (what names or answers it), `all`, or `none`.
    """

    channel: str = "telegram"
    token: SecretStr = Field(min_length=1)
    secret: SecretStr = Field(min_length=1)
    username: str = ""
    groups: Literal["mentioned", "all", "none"] = "mentioned"
    api: HttpUrl = HttpUrl("https://api.telegram.org")


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take one delivery; raises BadRequest for a wrong secret or a body that is too large.

    What is not said to the bot gives no item. A delivery with the secret that is not readable is taken all the same:
    the pipeline quarantines it.
    """
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    given = request.headers.get("x-telegram-bot-api-secret-token", "")
    if not is_same(given, settings.secret.get_secret_value()):
        raise BadRequest("The secret is missing or wrong: give it to setWebhook as secret_token.", status=401)
    item = _make_item(settings, request.body, now)
    return Batch(items=(item,) if item else (), answer="")


def parse(item: Item) -> Draft:
    """Read one message; one that says nothing we can read (a voice, a film) is flagged `unread`.

    A command that is for the machine is flagged `auto_reply`, so that it opens no report.
    """
    message = read(item.payload)
    photos = read_attached(message.dengar_photo) if message.picture else ()
    time = plausible(read_time(str(message.date)), item.observed_at)
    flags = {
        "dialogue": True,
        "auto_reply": _is_greeting(message),
        "greeting": _is_greeting(message),
        "forwarded": message.forward_origin is not None,
        "bad_time": time is None,
        "bad_coordinates": message.location is not None and message.point is None,
        "photo_left_out": message.picture is not None and not photos,
        "unread": not (message.words or message.picture or message.location),
    }
    origin, answered = message.forward_origin, message.reply_to_message
    return Draft(
        text=message.words,
        author=message.author,
        created_at=time or item.observed_at,
        reply_to=f"{message.chat.id}:{answered.message_id}" if answered else None,
        repost_of=f"{origin.chat.id}:{origin.message_id}" if origin and origin.chat else None,
        geotag=message.point or next((photo.geotag for photo in photos), None),
        place_hint=message.place,
        photos=photos,
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
    )


def complete(settings: Settings, item: Item, now: datetime) -> Item:
    """Give the item with its photo's bytes in its payload; the same item when it has none, or one that is too large.

    Raises StopSource; Forbidden when Telegram no longer gives the photo.
    """
    message = read(item.payload)
    picture = message.picture
    if picture is None or picture.file_size > LARGEST_PHOTO or message.dengar_photo:
        return item
    data = fetch_photo(_bot(settings), picture.file_id, now)
    return item.replace(payload=attach(item.payload, data)) if data else item


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Answer the message where it was written, and give the answer's id; raises StopSource."""
    del delivery_id  # the API knows no idempotency
    try:
        message = read(item.payload)
    except Poison as error:
        raise Forbidden("The message cannot be read, so nobody can be answered.") from error
    letter: dict[str, object] = {
        "chat_id": message.chat.id,
        "text": text,
        "reply_parameters": {"message_id": message.message_id, "allow_sending_without_reply": True},
        "link_preview_options": {"is_disabled": True},
    }
    return f"{message.chat.id}:{send(_bot(settings), letter)}"


def check(settings: Settings) -> list[str]:
    """Try the token, and see that Telegram knows where to deliver."""
    name = find_name(_bot(settings))
    problems = []
    if settings.username and name.lower() != settings.username.lower().removeprefix("@"):
        problems.append(f"The token belongs to the bot {name}: correct username.")
    if not find_webhook(_bot(settings)):
        problems.append("Telegram delivers nowhere: call setWebhook with this source's address and secret.")
    return problems


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="Telegram repeats a delivery that failed for up to 24 hours",
        ordering="as written",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def _make_item(settings: Settings, body: bytes, now: datetime) -> Item | None:
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=contents_id(body),
        collector="telegram",
        source=settings.name,
        payload=body,
        media_type="application/json",
        observed_at=now,
    )
    try:
        update = msgspec.json.decode(body, type=Update)
        said, edited = bytes(update.message), bytes(update.edited_message)
        message = read(said or edited) if said or edited else None
    except (msgspec.DecodeError, UnicodeDecodeError, Poison):
        return item
    if message is None or not _is_for_us(settings, message, is_edit=not said):
        return None
    kind = "upsert" if said else "edit"
    return item.replace(native_id=message.id, payload=said or edited, kind=kind, incomplete=message.picture is not None)


def _is_for_us(settings: Settings, message: Message, *, is_edit: bool) -> bool:
    """Say whether the message is said to the bot; a location that is edited is one that moves along with its sender."""
    if message.is_silent or message.chat.type == "channel" or (is_edit and message.location):
        return False
    if message.chat.type == "private" or settings.groups == "all":
        return True
    return settings.groups == "mentioned" and _names_bot(message, settings.username.lower().removeprefix("@"))


def _names_bot(message: Message, name: str) -> bool:
    answered = message.reply_to_message
    answers = answered is not None and answered.sender is not None and answered.sender.username.lower() == name
    return bool(name) and (answers or f"@{name}" in (message.text or message.caption).lower())


def _is_greeting(message: Message) -> bool:
    return message.command in GREETINGS or (bool(message.command) and message.words.startswith("/"))


def _bot(settings: Settings) -> Bot:
    return Bot(api=str(settings.api).rstrip("/"), token=settings.token.get_secret_value())
