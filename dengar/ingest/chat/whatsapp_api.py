"""WhatsApp's Cloud API: fetching photos and sending messages."""

from datetime import datetime
from urllib.parse import quote

import msgspec

from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited, StopSource, Transient
from dengar.ingest.chat.attached import LARGEST_PHOTO
from dengar.ingest.fetch import Answer, fetch_url, make_error, post_bytes, read_json, read_retry_after
from dengar.models import Record

# Codes of Graph and of the Cloud API, by what is to be done.
RENEW = {190}
MISSING_RIGHTS = {3, 10, 200, 131005}
WAIT = {4, 80007, 130429, 131048, 131056}
GONE = {100, 131052}
WINDOW_CLOSED = 131047


class Access(Record, frozen=True, kw_only=True):
    """Where the API is, with which token, and the number that answers."""

    graph: str
    token: str
    number: str


class Fault(msgspec.Struct, frozen=True):
    """Why Graph refuses something."""

    code: int = 0
    message: str = ""


class Refused(msgspec.Struct, frozen=True):
    """An answer of Graph that is none."""

    error: Fault = Fault()


class File(msgspec.Struct, frozen=True):
    """Where a photo lies for some minutes."""

    url: str
    file_size: int = 0


class Named(msgspec.Struct, frozen=True):
    """A message that was sent."""

    id: str


class Sent(msgspec.Struct, frozen=True):
    """The answer to a message that was taken."""

    messages: list[Named]


def fetch_photo(access: Access, photo_id: str, now: datetime) -> bytes | None:
    """Fetch a photo's bytes; None for one that is too large. Raises StopSource."""
    url = f"{access.graph}/{quote(photo_id, safe='')}"
    found = read_json(fetch_url(url, now=now, headers=_sign_in(access), explain=_explain), url, File)
    if found.file_size > LARGEST_PHOTO:
        return None
    return fetch_url(found.url, now=now, headers=_sign_in(access), explain=_explain).body


def look_up_number(access: Access, now: datetime) -> None:
    """Ask for the number, which needs a good token; raises StopSource."""
    fetch_url(f"{access.graph}/{access.number}?fields=id", now=now, headers=_sign_in(access), explain=_explain)


def send(access: Access, letter: dict[str, object]) -> str:
    """Send a message once and give its id; raises StopSource."""
    url = f"{access.graph}/{access.number}/messages"
    headers = _sign_in(access) | {"content-type": "application/json"}
    answer = post_bytes(url, msgspec.json.encode(letter), headers=headers)
    if answer.status // 100 != 2:  # noqa: PLR2004  the class of HTTP
        raise _explain_refusal(answer, url)
    sent = read_json(answer, url, Sent).messages
    return sent[0].id if sent else ""


def _sign_in(access: Access) -> dict[str, str]:
    return {"authorization": f"Bearer {access.token}"}


def _read_fault(answer: Answer) -> Fault:
    try:
        return msgspec.json.decode(answer.body, type=Refused).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Fault()


def _explain(answer: Answer, url: str, now: datetime) -> StopSource:
    fault = _read_fault(answer)
    if fault.code in RENEW:
        return AuthExpired("WhatsApp refuses the token: make a new one and set it.")
    if fault.code in MISSING_RIGHTS:
        return Forbidden(f"The token lacks a right ({fault.code}): {fault.message}")
    if fault.code in WAIT:
        until = read_retry_after(answer.headers.get("retry-after", ""), now)
        return RateLimited(f"WhatsApp asks to wait until {until:%H:%M} UTC.", until=until)
    if fault.code in GONE:
        return Forbidden(f"WhatsApp knows it no longer, or it is not the token's ({fault.code}): {fault.message}")
    return make_error(answer, url, now)


def _explain_refusal(answer: Answer, url: str) -> StopSource:
    fault = _read_fault(answer)
    if fault.code in RENEW or answer.status == 401:  # noqa: PLR2004
        return AuthExpired("WhatsApp refuses the token: make a new one and set it.")
    if fault.code in WAIT or answer.status == 429:  # noqa: PLR2004
        return NotSent("WhatsApp takes no more messages for now.")
    if fault.code == WINDOW_CLOSED:
        return Forbidden("The resident last wrote over 24 hours ago: WhatsApp lets nobody answer any more.")
    if answer.status // 100 == 4:  # noqa: PLR2004
        return Forbidden(f"WhatsApp refuses the answer ({fault.code}): {fault.message}")
    return Transient(f"{url} answers {answer.status}.")
