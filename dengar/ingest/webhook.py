"""Signed webhooks: an existing form or app of the city pushes each message here as JSON.

Two ways of signing are understood: Standard Webhooks (headers webhook-id, webhook-timestamp, webhook-signature) and a
bare HMAC-SHA256 of the raw body in X-Hub-Signature-256 or X-Signature.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime

from pydantic import Field, SecretStr

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.row import Row, contents_id, native_id, read_row
from dengar.ingest.formats.signed import is_same, sign
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Request

LARGEST_BYTES = 2_000_000
CLOCK_SKEW_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,12}")


class Settings(SourceSettings):
    """The channel's name and the shared secret (Standard Webhooks: with or without its `whsec_`)."""

    channel: str = "webhook"
    secret: SecretStr = Field(min_length=1)


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take one delivery; raises BadRequest for a wrong signature, no JSON, or a body that is too large.

    A delivery that is signed but not readable as a message is taken all the same: the pipeline quarantines it.
    """
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    check_signature(settings.secret.get_secret_value(), request, now)
    row = _read_object(request.body)
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=native_id(row) if row else contents_id(request.body),
        collector="webhook",
        source=settings.name,
        payload=request.body,
        media_type="application/json",
        observed_at=now,
    )
    return Batch(items=(item,), numbered=True)


def parse(item: Item) -> Draft:
    """Read the JSON object by the usual names of its fields."""
    row = _read_object(item.payload)
    if row is None:
        raise Poison("The body is no JSON object.")
    return read_row(row, item.observed_at)


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="none: what the sender does not repeat is gone",
        ordering="as the sender delivers",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def check(settings: Settings) -> list[str]:
    """Find a secret that is too short to protect anything."""
    short = len(settings.secret.get_secret_value()) < 16  # noqa: PLR2004  128 bits written as hex are twice that
    return [f"The secret of {settings.name} is shorter than 16 characters: make a longer one."] if short else []


def check_signature(secret: str, request: Request, now: datetime) -> None:
    """Refuse a request that was not signed with the secret, or whose timestamp is over five minutes off."""
    headers = request.headers
    if "webhook-signature" in headers:
        good = _is_standard(secret, request, now)
    else:
        given = headers.get("x-hub-signature-256") or headers.get("x-signature") or ""
        good = is_same(given.removeprefix("sha256=").lower(), sign(secret, request.body))
    if not good:
        raise BadRequest("The signature is missing, wrong, or too old.", status=401)


def _is_standard(secret: str, request: Request, now: datetime) -> bool:
    headers = request.headers
    stamp = headers.get("webhook-timestamp", "")
    if not _SECONDS.fullmatch(stamp) or abs(now.timestamp() - int(stamp)) > CLOCK_SKEW_SECONDS:
        return False
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + request.body
    wanted = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
    given = [part.removeprefix("v1,").encode() for part in headers["webhook-signature"].split() if part[:3] == "v1,"]
    return any(hmac.compare_digest(one, wanted) for one in given)


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return secret.encode()


def _read_object(body: bytes) -> Row | None:
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
