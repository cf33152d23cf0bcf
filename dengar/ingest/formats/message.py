"""Reading a mail's bytes as they really come: who wrote what, when, and in answer to which mail."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from dengar.errors import Poison
from dengar.ingest.formats import charset, head, mime, quotes, shown
from dengar.ingest.formats.dates import JAKARTA, read_time
from dengar.ingest.formats.row import LONGEST_TEXT
from dengar.models import Draft, Item

_LONGEST_BODY = 200_000
_BEFORE_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]{0,80}\r?\n){0,80}")
_YEAR = re.compile(r"(19|20)\d\d")
_ZONES = {"-0000": UTC, "WITA": timezone(timedelta(hours=8)), "WIT": timezone(timedelta(hours=9))}
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_KNOWN_FIELDS = frozenset(
    {"from", "to", "subject", "date", "message-id", "received", "return-path", "content-type", "mime-version", "sender"}
)
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
_IN_ANGLES = re.compile(r"<\s*([^<>\s@]{1,64}@[^<>\s@]{1,250})\s*>")
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,64}@[^\s<>()\[\]\",;:@]{1,250}")
_ANSWER_MARK = re.compile(r"\s*(re|bls|balas|fwd?|trs|terusan)\s{0,2}(\[\d{1,3}\])?\s{0,2}:\s*", re.IGNORECASE)
_NO_SUBJECT = frozenset({"(no subject)", "(tanpa subjek)", "(tidak ada subjek)", "no subject"})


def identity(raw: bytes) -> str:
    """Name a mail by its Message-ID and a hash of its date and body: the same under every UID and on every route.

    The hash tells apart the mails of programs that use one Message-ID for all; without a Message-ID the sender and
    subject are hashed too.
    """
    fields, start = _read_head(raw)
    digest = hashlib.blake2b(fields.get("date", "").encode("utf-8", "replace"), digest_size=8)
    end = len(raw)
    while end > start and raw[end - 1] in b" \t\r\n":
        end -= 1
    for at in range(start, end, 1_000_000):
        digest.update(raw[at : min(at + 1_000_000, end)].translate(None, b"\r"))
    written = fields.get("message-id", "")
    found = _MESSAGE_ID.search(written)
    name = re.sub(r"[^!-~]", "", found[1] if found else written)[:150]
    if not name:
        for known in ("from", "to", "subject"):
            digest.update(fields.get(known, "").encode("utf-8", "replace"))
        name = "no-message-id"
    return f"{name}#{digest.hexdigest()}"


def _read_head(raw: bytes) -> tuple[dict[str, str], int]:
    """Read the head, behind the byte order mark, blank lines or one broken line that may stand before it."""
    before = _BEFORE_HEAD.match(raw)
    begin = before.end() if before else 0
    fields, start = head.read_head(raw, begin, len(raw))
    second = raw.find(b"\n", begin) + 1
    if _KNOWN_FIELDS & fields.keys() or not second:
        return fields, start
    behind, start_behind = head.read_head(raw, second, len(raw))
    return (behind, start_behind) if len(_KNOWN_FIELDS & behind.keys()) > 1 else (fields, start)


def read(item: Item) -> Draft:
    """Read a mail; raises Poison when its bytes are no mail or nothing readable remains."""
    raw = item.payload
    fields, start = _read_head(raw)
    if not _KNOWN_FIELDS & fields.keys():
        raise Poison("The bytes are no mail: they begin without any field such as From, Date or Subject.")
    root = mime.grow(raw, mime.Part(fields, start, len(raw)))
    photos, flags = shown.find_photos(raw, root)
    text = _text(raw, root)
    if not text and not photos:
        raise Poison("Nothing readable remains of the mail: no subject, no text and no photo.")
    return Draft(
        text=text,
        author=_author(fields),
        created_at=_created_at(fields, item),
        reply_to=_reply_to(fields),
        geotag=next((photo.geotag for photo in photos if photo.geotag), None),
        photos=photos,
        flags=(*_flags(fields, root), *flags),
    )


def _text(raw: bytes, root: mime.Part) -> str:
    subject = _subject(root.fields)
    body = quotes.own_text(charset.readable("\n\n".join(shown.find_texts(raw, root)))[:_LONGEST_BODY])
    if subject and not body.startswith(subject):
        body = f"{subject}\n\n{body}"
    return body[:LONGEST_TEXT].strip()


def _subject(fields: dict[str, str]) -> str:
    subject = " ".join(charset.readable(head.decode_words(fields.get("subject", ""))).split())
    for _ in range(5):
        subject = _ANSWER_MARK.sub("", subject, count=1) if _ANSWER_MARK.match(subject) else subject
    return "" if subject.lower() in _NO_SUBJECT else subject


def _author(fields: dict[str, str]) -> str:
    for name in ("from", "sender", "reply-to", "return-path"):
        value = fields.get(name, "")
        found = _IN_ANGLES.search(value) or _BARE_ADDRESS.search(value)
        if found:
            return charset.readable(found[found.lastindex or 0]).lower()
    return ""


def _created_at(fields: dict[str, str], item: Item) -> datetime:
    latest = item.observed_at + timedelta(days=1)
    for time in (_written_at(fields.get("date", "")[:200]), item.claimed_at):
        if time is not None and _OLDEST <= time <= latest:
            return time
    return item.observed_at


def _written_at(date: str) -> datetime | None:
    """Read a Date field: one with an unknown zone, such as WIB, is Indonesian; -0000 is UTC (RFC 5322).

    What is written in another way (ISO 8601, Indonesian month names) is read as well, when it names a year.
    """
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        written = parsedate_to_datetime(date)
        if written.tzinfo:
            return written
        zone = next((zone for name, zone in _ZONES.items() if name in date.upper().split()), JAKARTA)
        return written.replace(tzinfo=zone)
    return read_time(date) if _YEAR.search(date) else None


def _reply_to(fields: dict[str, str]) -> str | None:
    """Name the mail that this one answers by its Message-ID: the part before the # of its native id."""
    found = _MESSAGE_ID.search(fields.get("in-reply-to", ""))
    if found:
        return found[1]
    ids = _MESSAGE_ID.findall(fields.get("references", ""))
    return ids[-1] if ids else None


def _flags(fields: dict[str, str], root: mime.Part) -> Iterator[str]:
    submitted = fields.get("auto-submitted", "no").strip().lower()
    precedence = fields.get("precedence", "").strip().lower()
    bounced = root.media_type == "multipart/report" or fields.get("return-path", "").strip() == "<>"
    answered = fields.keys() & {"x-autoreply", "x-autorespond", "x-autoresponder"}
    if not submitted.startswith("no") or precedence in {"auto_reply", "auto-reply"} or answered or bounced:
        yield "auto_reply"
    if precedence in {"bulk", "list", "junk"} or fields.keys() & {"list-unsubscribe", "list-id"}:
        yield "bulk"
