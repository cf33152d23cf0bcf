"""Twilio: its signature, and its Messages API."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

import msgspec

from dengar.errors import AuthExpired, BadRequest, Forbidden, NotSent, StopSource, Transient
from dengar.ingest.fetch import Answer, fetch_url, post_bytes, read_json
from dengar.ingest.formats.shortmessage import ShortMessage
from dengar.ingest.gateways.account import Account
from dengar.ingest.gateways.door import FORM
from dengar.models import Request

# In plain text Twilio would send it to the resident.
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_SERVICE = re.compile(r"MG[0-9a-f]{32}")


class Sent(msgspec.Struct, frozen=True):
    """What is needed of the answer to a message that was taken."""

    sid: str


class Refused(msgspec.Struct, frozen=True):
    """Why Twilio refuses a message."""

    code: int
    message: str


def check_signature(public_url: str, token: str, request: Request) -> None:
    """Raise BadRequest unless the token signed the public address, with its query, and the form's fields in order."""
    address = public_url.partition("?")[0] + (f"?{request.query}" if request.query else "")
    fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    signed = address + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), signed.encode("utf-8", "replace"), hashlib.sha1).digest()
    given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, base64.b64encode(digest)):
        raise BadRequest(
            "The signature is missing or wrong: public_url must be the address as Twilio has it.", status=401
        )


def send(account: Account, message: ShortMessage, text: str) -> str:
    """Send a reply and give its id; raises StopSource."""
    sender = account.sender or message.recipient
    who = "MessagingServiceSid" if _SERVICE.fullmatch(sender) else "From"
    url = f"{_address(account)}/Messages.json"
    body = urlencode({"To": message.sender, who: sender, "Body": text}, errors="replace").encode()
    answer = post_bytes(url, body, headers=_sign_in(account) | {"content-type": FORM})
    if answer.status // 100 != 2:  # noqa: PLR2004  the class of HTTP
        raise _explain(answer, url)
    return read_json(answer, url, Sent).sid


def try_account(account: Account, now: datetime) -> None:
    """Look the account up; raises StopSource."""
    fetch_url(f"{_address(account)}.json", now=now, headers=_sign_in(account))


def _address(account: Account) -> str:
    return f"{account.url.rstrip('/')}/2010-04-01/Accounts/{account.username}"


def _sign_in(account: Account) -> dict[str, str]:
    pair = f"{account.username}:{account.password}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _explain(answer: Answer, url: str) -> StopSource:
    try:
        refused = msgspec.json.decode(answer.body, type=Refused)
    except (msgspec.DecodeError, UnicodeDecodeError):
        refused = Refused(code=answer.status, message="no reason given")
    if answer.status == 401:  # noqa: PLR2004
        return AuthExpired("Twilio refuses the account: correct username (Account SID) and password (Auth Token).")
    if answer.status == 429:  # noqa: PLR2004
        return NotSent("Twilio takes no more messages for now.")
    if answer.status // 100 == 4:  # noqa: PLR2004
        return Forbidden(f"Twilio refuses the message ({refused.code}): {refused.message}")
    return Transient(f"{url} answers {answer.status}.")
