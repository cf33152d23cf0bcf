"""Short messages as gateways hand them on: one URL-encoded form each, in whatever charset the phone wrote."""

import re
from datetime import datetime
from urllib.parse import unquote_to_bytes

from dengar.ingest.formats import charset
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import LONGEST_ID, contents_id, plausible
from dengar.models import Record

MOST_FIELDS = 100
UCS2, BINARY = "2", "1"  # what Kannel calls `coding`
# What gateways call the same field, in lower case; the first that has a value counts.
ID = ("id", "messagesid", "smssid", "message_id")
SENDER = ("from", "sender", "msisdn", "pengirim")
RECIPIENT = ("to", "recipient")
TEXT = ("text", "body", "message", "pesan")
TIME = ("timestamp", "time", "date")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_WIDE = re.compile(r"ucs-?2|utf-?16", re.IGNORECASE)
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€")

Fields = dict[str, bytes]


class ShortMessage(Record, frozen=True, kw_only=True):
    """What a gateway says of a message; what it does not say is empty.

    `part` is the reference, the number of parts and the place of a part that came alone. `has_media` is an MMS.
    """

    id: str
    sender: str
    recipient: str
    text: str
    time: str
    smsc: str = ""
    part: tuple[int, int, int] | None = None
    has_media: bool = False


def read_message(payload: bytes) -> ShortMessage:
    """Read a form's bytes; what cannot be read is left empty."""
    fields = _read_fields(payload)
    return ShortMessage(
        id=_field(fields, ID),
        sender=_field(fields, SENDER),
        recipient=_field(fields, RECIPIENT),
        text=_read_text(fields),
        time=_field(fields, TIME),
        smsc=_field(fields, ("smsc",)),
        part=_read_part(fields.get("udh", b"")),
        has_media=_field(fields, ("nummedia",)) not in {"", "0"},
    )


def name_message(message: ShortMessage, observed_at: datetime) -> str:
    """Give a message's native id: the gateway's own, else a digest of sender, time and text.

    A part that came alone is named `<what all its parts have in common>#<its id>`, so that it can refer to the others
    in whatever order they come. Phones count their references from 0 to 255 and begin again: they hold for a day.
    """
    day = plausible(read_time(message.time), observed_at) or observed_at
    said = f"{message.sender}\n{message.time}\n{message.text}"
    own = message.id.replace("#", "_") or contents_id(said.encode("utf-8", "replace"))
    if len(own) > LONGEST_ID // 2:
        own = contents_id(own.encode("utf-8", "replace"))
    if message.part is None:
        return own
    reference, total, _ = message.part
    common = f"{message.sender}\n{message.recipient}\n{reference}\n{total}\n{day:%Y-%m-%d}"
    return f"{contents_id(common.encode('utf-8', 'replace'))}#{own}"


def find_thread(native_id: str) -> str | None:
    """Give what the parts of a long message have in common; None for a whole one."""
    common, mark, _ = native_id.partition("#")
    return common if mark else None


def count_gsm(text: str) -> int | None:
    """Count the letters that a text takes in the GSM alphabet (160 fit into one SMS); None when it needs another."""
    if not set(text) <= _GSM | _GSM_DOUBLE:
        return None
    return len(text) + sum(letter in _GSM_DOUBLE for letter in text)


def _read_fields(payload: bytes) -> Fields:
    pairs = [pair.partition(b"=") for pair in payload.split(b"&")[:MOST_FIELDS]]
    return {_unquote(name).decode("utf-8", "replace").lower(): _unquote(value) for name, _, value in pairs}


def _unquote(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))


def _field(fields: Fields, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _plain(fields.get(name, b"")))), "")


def _plain(data: bytes) -> str:
    return charset.readable(charset.decode(data)).strip()


def _read_text(fields: Fields) -> str:
    data = next((fields[name] for name in TEXT if fields.get(name)), b"")
    return charset.readable(_decode(data, _field(fields, ("charset",)), _field(fields, ("coding",)))).strip()


def _decode(data: bytes, declared: str, coding: str) -> str:
    if coding == BINARY and _CONTROLS.search(data):
        return ""  # a ring tone or an order to the phone: nothing to read
    # UCS-2 without a declared charset is believed only when it looks so: some gateways turn it into UTF-8 first
    is_wide = bool(_WIDE.match(declared)) or (coding == UCS2 and not declared and b"\0" in data)
    if is_wide and len(data) % 2 == 0:
        return data.decode("utf-16-be", "replace")
    return charset.decode(data, declared)


def _read_part(udh: bytes) -> tuple[int, int, int] | None:
    """Find the concatenation element (00 with an 8-bit, 08 with a 16-bit reference) of a user data header."""
    at = 1
    while at + 2 <= len(udh):
        kind, length = udh[at], udh[at + 1]
        element = udh[at + 2 : at + 2 + length]
        if (kind, len(element)) in {(0, 3), (8, 4)}:
            return int.from_bytes(element[:-2]), element[-2], element[-1]
        at += 2 + length
    return None
