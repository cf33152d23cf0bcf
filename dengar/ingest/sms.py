"""SMS through a gateway: Kannel (or one that speaks like it) and Twilio deliver each message here, and send replies.

A gateway joins the parts of a long message. Where it does not, each part is an item of its own that refers to what
the parts have in common, so that the pipeline takes them as one author going on.
"""

import re
from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import Field, HttpUrl, IPvAnyNetwork, SecretStr, model_validator

from dengar.errors import Forbidden, Poison
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import LONGEST_TEXT, plausible
from dengar.ingest.formats.shortmessage import ShortMessage, find_thread, read_message
from dengar.ingest.gateways import door, kannel, twilio
from dengar.ingest.gateways.account import Account
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Request

SHORTEST_SECRET = 16
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away
_NUMBER = re.compile(r"\+?[0-9]{3,20}")


class Settings(SourceSettings):
    """Which gateway, how it proves who it is, and how it is asked to send replies.

    Kannel: `secret` is part of the address that it calls; `username` and `password` are those of its sendsms-user.
    Twilio: `username` is the Account SID, `password` the Auth Token, which also signs; `public_url` is this webhook's
    address as it was entered there.
    """

    channel: str = "sms"
    gateway: Literal["kannel", "twilio"] = "kannel"
    secret: SecretStr | None = None
    allowed: tuple[IPvAnyNetwork, ...] = ()
    public_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""
    sendsms_url: HttpUrl = HttpUrl("http://127.0.0.1:13013/cgi-bin/sendsms")
    twilio_url: HttpUrl = HttpUrl("https://api.twilio.com")

    @model_validator(mode="after")
    def _has_what_its_gateway_needs(self) -> Self:
        sends = ("username", "password")
        needed = ("public_url", *sends) if self.gateway == "twilio" else ("secret", *(sends if self.replies else ()))
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"for {self.gateway} these settings have no value: {', '.join(missing)}")
        return self


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take one message; raises BadRequest for a stranger and for a body that is too large.

    Whatever a gateway is told in plain text it sends to the resident as an SMS: we say nothing.
    """
    door.refuse_strangers(settings.allowed, request)
    if settings.gateway == "twilio":
        twilio.check_signature(settings.public_url, settings.password.get_secret_value(), request)
        answer = twilio.EMPTY
    else:
        door.check_secret(settings.secret, request)
        answer = ""
    item = door.make_item(request, now, channel=settings.channel, collector="sms", source=settings.name)
    return Batch(items=(item,), answer=answer)


def parse(item: Item) -> Draft:
    """Read one message; raises Poison when it has neither text nor a picture."""
    draft = make_draft(item, read_message(item.payload))
    return draft.replace(flags=("dialogue", *draft.flags))


def make_draft(item: Item, message: ShortMessage) -> Draft:
    """Make the draft of a message that was read from the item; raises Poison when nothing was said."""
    if not message.text and not message.has_media:
        raise Poison("The delivery has no text that can be read: look at what the gateway sends.")
    time = plausible(read_time(message.time), item.observed_at)
    flags = {"bad_time": bool(message.time) and time is None, "unread": message.has_media}
    return Draft(
        text=message.text[:LONGEST_TEXT],
        author=message.sender,
        created_at=time or item.observed_at,
        reply_to=find_thread(item.native_id),
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
    )


def reply(settings: Settings, item: Item, text: str, delivery_id: str) -> str:
    """Send an SMS to who wrote the item; gives Twilio's id of it, or ours where Kannel tells none."""
    message = read_message(item.payload)
    if not _NUMBER.fullmatch(message.sender.removeprefix("whatsapp:")):
        raise Forbidden("The message came from a name and not from a number: it cannot be answered.")
    if settings.gateway == "twilio":
        return twilio.send(_account(settings), message, text)
    kannel.send(_account(settings), message, text)
    return delivery_id


def check(settings: Settings) -> list[str]:
    """Try the account without sending anything, and find a secret that is too short to protect anything."""
    if settings.gateway == "twilio":
        twilio.try_account(_account(settings), NO_TIME)
    elif settings.username:
        kannel.try_user(_account(settings))
    short = settings.secret is not None and len(settings.secret.get_secret_value()) < SHORTEST_SECRET
    return [f"The secret of {settings.name} is shorter than {SHORTEST_SECRET} characters."] if short else []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="none: what the gateway does not repeat is gone",
        ordering="as the gateway delivers",
        sees_edits=False,
        sees_deletions=False,
        price="what the gateway takes for each reply",
    )


def _account(settings: Settings) -> Account:
    url = settings.twilio_url if settings.gateway == "twilio" else settings.sendsms_url
    password = settings.password.get_secret_value()
    return Account(url=str(url), username=settings.username, password=password, sender=settings.sender)
