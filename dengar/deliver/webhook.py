"""Signed webhooks by the Standard Webhooks specification: a thin public form of the report, and what happened to it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from dengar.deliver import http
from dengar.deliver.protocol import EVENT_KINDS, Parcel, Receipt, TargetSettings
from dengar.deliver.secret import read_secret
from dengar.errors import AuthExpired
from dengar.models import Event, Report
from dengar.public import Public, PublicReport, PublicStep, make_public, make_step

EVENTS = EVENT_KINDS
HANDS_OVER = False
NEEDS_TEXT = False
PREFIX = "whsec_"
SHORTEST_SECRET, LONGEST_SECRET = 24, 64  # bytes, by the specification


class Settings(TargetSettings):
    """Where it goes, and the `whsec_` secret; several, separated by spaces, all sign while one is replaced."""

    url: str = Field(pattern=r"^https?://\S+$")
    secret: SecretStr | None = None
    secret_file: Path | None = None
    seconds: float = Field(default=http.SECONDS, gt=0, le=60)

    @model_validator(mode="after")
    def _has_one_secret(self) -> Self:
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("set exactly one of secret and secret_file")
        if self.secret is not None:
            read_keys(self.secret.get_secret_value())
        return self


class Told(Public):
    """What happened: an entry of the history with its place in it, and the report it speaks of besides."""

    id: str
    seq: int
    step: PublicStep
    reason: str | None
    related: str | None


class Data(Public):
    """The two halves of a message."""

    report: PublicReport
    is_hidden: bool
    event: Told


class Message(Public):
    """The body."""

    type: str
    timestamp: str
    data: Data


def wants(settings: Settings, event: Event, report: Report) -> bool:
    """Take every event that the section's filters let through."""
    del settings, event, report
    return True


def send(settings: Settings, parcel: Parcel) -> Receipt:
    """Post the message, signed with every key."""
    body = make_message(parcel).model_dump_json().encode()
    stamp = str(int(parcel.at.timestamp()))
    headers = {
        "content-type": "application/json",
        "webhook-id": parcel.id,
        "webhook-timestamp": stamp,
        "webhook-signature": sign(_keys_of(settings), parcel.id, stamp, body),
    }
    answer = http.post(settings.url, body, headers, parcel.at, seconds=settings.seconds)
    return Receipt(number=str(answer.status))


def check(settings: Settings) -> list[str]:
    """Read the secret and knock at the server."""
    _keys_of(settings)
    return http.knock(settings.url)


def make_message(parcel: Parcel) -> Message:
    """Make the body; a hidden report is told without what is held back."""
    event, report = parcel.event, parcel.report
    if report.is_hidden:
        report = report.replace(title="", place=None, photos=())
    is_said = event.kind == "state" and not report.is_hidden
    told = Told(
        id=event.id,
        seq=event.seq,
        step=make_step(event),
        reason=event.reason if is_said else None,
        related=event.related if event.kind in {"state", "merged", "parted"} else None,
    )
    public = make_public(report, parcel.category, parcel.name_of(report.unit), parcel.site)
    return Message(
        type=f"report.{event.kind}",
        timestamp=event.at.isoformat(),
        data=Data(report=public, is_hidden=report.is_hidden, event=told),
    )


def sign(keys: list[bytes], message_id: str, stamp: str, body: bytes) -> str:
    """Give the signatures of `id.timestamp.body` by each key, separated by spaces."""
    signed = f"{message_id}.{stamp}.".encode() + body
    made = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys)
    return " ".join(f"v1,{one}" for one in made)


def read_keys(secrets: str) -> list[bytes]:
    """Read `whsec_` secrets separated by spaces; raises ValueError, which does not tell them."""
    keys = [_read_key(one) for one in secrets.split()]
    if not keys:
        raise ValueError("the secret is empty")
    return keys


def _read_key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is whsec_ and base64: make one by `openssl rand -base64 32`") from error
    if not secret.startswith(PREFIX) or not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise ValueError(f"a secret is whsec_ and the base64 of {SHORTEST_SECRET} to {LONGEST_SECRET} random bytes")
    return key


def _keys_of(settings: Settings) -> list[bytes]:
    try:
        return read_keys(read_secret(settings.secret, settings.secret_file))
    except ValueError as error:
        raise AuthExpired(f"{settings.secret_file}: {error}.") from error
