"""Reading a mail's bytes: RFC 5322 and MIME as they really come, in linear time.

The standard library's parser takes quadratic time on nested boundaries and ends in a RecursionError, so the few rules
that matter are written here; parts are offsets into the one buffer, never copies.
"""

import binascii
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from dengar.errors import Poison
from dengar.ingest.formats import charset, exif, html, quotes
from dengar.models import Draft, Item, Photo

LONGEST_TEXT = 20_000
_LONGEST_HEAD = 256_000
_LONGEST_VALUE = 2_000
_LONGEST_BODY = 200_000
_LONGEST_PART = 4_000_000
_DEEPEST = 10
_MOST_PARTS = 200
_MOST_PHOTOS = 5
_DECORATION = 2_000
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)

_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:(.*)", re.DOTALL)
_KNOWN_FIELDS = frozenset(
    {"from", "to", "subject", "date", "message-id", "received", "return-path", "content-type", "mime-version", "sender"}
)
_PARAMETER = re.compile(r';\s*([a-z0-9_-]{1,40})(\*[0-9*]{0,4})?\s*=\s*("[^"]{0,500}"|[^\s;"]{1,500})', re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
_IN_ANGLES = re.compile(r"<\s*([^<>\s@]{1,64}@[^<>\s@]{1,250})\s*>")
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,64}@[^\s<>()\[\]\",;:@]{1,250}")
_ANSWER_MARK = re.compile(r"\s*(re|bls|balas|fwd?|trs|terusan)\s{0,2}(\[\d{1,3}\])?\s{0,2}:\s*", re.IGNORECASE)
_NO_SUBJECT = frozenset({"(no subject)", "(tanpa subjek)", "(tidak ada subjek)", "no subject"})
_IMAGE_NAME = re.compile(r"\.(jpe?g|png|gif|webp|bmp|avif|tiff?)$", re.IGNORECASE)


@dataclass(eq=False)
class _Part:
    """A MIME part: its fields, and where its body lies in the bytes."""

    fields: dict[str, str]
    start: int
    end: int
    media_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    name: str = ""
    children: list["_Part"] = field(default_factory=list)


def identity(raw: bytes) -> str:
    """Name a mail by its Message-ID and a hash of its date and body: the same under every UID and on every route.

    The hash tells apart the mails of programs that use one Message-ID for all; without a Message-ID the sender and
    subject are hashed too.
    """
    fields, start = _split_head(raw, 0, len(raw))
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


def read(item: Item) -> Draft:
    """Read a mail; raises Poison when its bytes are no mail or nothing readable remains."""
    raw = item.payload
    fields, start = _split_head(raw, 0, len(raw))
    if not _KNOWN_FIELDS & fields.keys():
        raise Poison("The bytes are no mail: they begin without any field such as From, Date or Subject.")
    root = _grow(raw, _Part(fields, start, len(raw)))
    photos, flags = _photos(raw, root)
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


def _text(raw: bytes, root: _Part) -> str:
    subject = _subject(root.fields)
    body = quotes.own_text(charset.readable("\n\n".join(_texts(raw, root)))[:_LONGEST_BODY])
    if subject and not body.startswith(subject):
        body = f"{subject}\n\n{body}"
    return body[:LONGEST_TEXT].strip()


def _subject(fields: dict[str, str]) -> str:
    subject = " ".join(charset.readable(_decode_words(fields.get("subject", ""))).split())
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
    written: datetime | None = None
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        written = parsedate_to_datetime(fields.get("date", "")[:200])
    for time in (written, item.claimed_at):
        if time is None:
            continue
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        if _OLDEST <= aware <= latest:
            return aware
    return item.observed_at


def _reply_to(fields: dict[str, str]) -> str | None:
    """Name the mail that this one answers by its Message-ID: the part before the # of its native id."""
    found = _MESSAGE_ID.search(fields.get("in-reply-to", ""))
    if found:
        return found[1]
    ids = _MESSAGE_ID.findall(fields.get("references", ""))
    return ids[-1] if ids else None


def _flags(fields: dict[str, str], root: _Part) -> Iterator[str]:
    submitted = fields.get("auto-submitted", "no").strip().lower()
    precedence = fields.get("precedence", "").strip().lower()
    bounced = root.media_type == "multipart/report" or fields.get("return-path", "").strip() == "<>"
    answered = fields.keys() & {"x-autoreply", "x-autorespond", "x-autoresponder"}
    if not submitted.startswith("no") or precedence in {"auto_reply", "auto-reply"} or answered or bounced:
        yield "auto_reply"
    if precedence in {"bulk", "list", "junk"} or fields.keys() & {"list-unsubscribe", "list-id"}:
        yield "bulk"


def _photos(raw: bytes, root: _Part) -> tuple[tuple[Photo, ...], tuple[str, ...]]:
    photos: list[Photo] = []
    left_out = False
    for part in _leaves(root):
        if not part.media_type.startswith("image/") and not _IMAGE_NAME.search(part.name):
            continue
        if len(photos) == _MOST_PHOTOS or part.end - part.start > exif.LARGEST_BYTES * 1.45:  # base64 and line ends
            left_out = True
            continue
        data = _decoded(raw, part, part.end)
        small = part.media_type in {"image/gif", "image/png"} and len(data) < _DECORATION
        if small and part.disposition != "attachment":  # tracking pixels, icons of a signature
            continue
        try:
            photos.append(exif.read_photo(data, part.media_type, part.name))
        except Poison:
            left_out = True
    return tuple(photos), ("photo_left_out",) if left_out else ()


def _leaves(part: _Part) -> Iterator[_Part]:
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)


def _texts(raw: bytes, part: _Part) -> list[str]:
    """Collect what a mail program would show: of alternatives the plain one, of other parts each that says more."""
    if not part.children:
        return _leaf_text(raw, part)
    if part.media_type == "multipart/alternative":
        plain_first = sorted(part.children, key=lambda child: child.media_type != "text/plain")
        return next(filter(None, (_texts(raw, child) for child in plain_first)), [])
    own = [child for child in part.children if child.media_type != "message/rfc822"]
    found = [text for child in own for text in _texts(raw, child)]
    if not found:  # a mail forwarded as an attachment
        found = [text for child in part.children if child not in own for text in _texts(raw, child)]
    kept: list[str] = []
    for text in found:
        if not any(_words(text) in _words(other) for other in kept):
            kept = [other for other in kept if _words(other) not in _words(text)] + [text]
        if len(kept) == _DEEPEST:
            break
    return kept


def _words(text: str) -> str:
    return "".join(text[:LONGEST_TEXT].split())


def _leaf_text(raw: bytes, part: _Part) -> list[str]:
    if part.disposition == "attachment" or not part.media_type.startswith("text/"):
        return []
    if part.media_type in {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv"}:
        return []
    text = charset.decode(_decoded(raw, part, part.start + _LONGEST_PART), part.parameters.get("charset"))
    text = html.to_text(text) if part.media_type == "text/html" else charset.readable(text)
    return [text] if text.strip() else []


def _decoded(raw: bytes, part: _Part, end: int) -> bytes:
    data = raw[part.start : min(end, part.end)]
    encoding = part.fields.get("content-transfer-encoding", "").strip().lower()
    if encoding == "base64":
        return _from_base64(data)
    return binascii.a2b_qp(data) if encoding == "quoted-printable" else data


def _from_base64(data: bytes) -> bytes:
    """Decode as much as there is of a part that may be cut off."""
    data = data.translate(None, b" \t\r\n")
    with suppress(binascii.Error):
        return binascii.a2b_base64(data + b"==="[: -len(data) % 4])
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    return binascii.a2b_base64(data[: len(data) // 4 * 4])


def _grow(raw: bytes, root: _Part) -> _Part:
    """Fill in what the parts are and which parts they have."""
    left = [(root, 0)]
    count = 0
    while left:
        part, depth = left.pop()
        _describe(part)
        if depth >= _DEEPEST or count >= _MOST_PARTS:
            continue
        if part.media_type.startswith("multipart/"):
            part.children = _cut(raw, part, _MOST_PARTS - count)
        elif part.media_type == "message/rfc822":
            part.children = [_Part(*_split_head(raw, part.start, part.end), part.end)]
        if part.media_type.startswith("multipart/") and not part.children:
            part.media_type = "text/plain"  # the boundary is missing: show what stands there
        count += len(part.children)
        left.extend((child, depth + 1) for child in part.children)
    return root


def _describe(part: _Part) -> None:
    kind, part.parameters = _parameters(part.fields.get("content-type", ""))
    disposition, more = _parameters(part.fields.get("content-disposition", ""))
    if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,100}", kind):
        part.media_type = kind
    part.disposition = disposition
    name = more.get("filename") or part.parameters.get("name") or ""
    part.name = " ".join(charset.readable(_decode_words(name)).split())[-100:]


def _parameters(value: str) -> tuple[str, dict[str, str]]:
    found: dict[str, str] = {}
    for name, star, quoted in _PARAMETER.findall(value):
        text = quoted.strip('"')
        if star.endswith("*"):
            declared, _, rest = text.partition("''")
            text = charset.decode(unquote_to_bytes(rest or declared), declared if rest else None)
        before = found.get(name.lower(), "") if re.search(r"[1-9]", star) else ""
        found[name.lower()] = before + text
    return value.partition(";")[0].strip().lower(), found


def _cut(raw: bytes, part: _Part, most: int) -> list[_Part]:
    boundary = part.parameters.get("boundary", "").rstrip()
    if not boundary or len(boundary) > 200:  # noqa: PLR2004  RFC 2046 allows 70
        return []
    mark = b"--" + boundary.encode("utf-8", "replace")
    parts: list[_Part] = []
    begin = 0
    for at, behind, is_last in _marks(raw, mark, part.start, part.end):
        if begin:
            parts.append(_Part(*_split_head(raw, begin, at), at))
        begin = behind
        if is_last or len(parts) >= most:
            return parts
    if begin and begin < part.end:  # cut off: the last part runs to the end
        parts.append(_Part(*_split_head(raw, begin, part.end), part.end))
    return parts


def _marks(raw: bytes, mark: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Find the boundary lines: where each begins, where the next line begins, and whether it is the closing one."""
    at = raw.find(mark, start, end)
    while at != -1:
        line_end = raw.find(b"\n", at, end)
        behind = line_end + 1 if line_end != -1 else end
        rest = raw[at + len(mark) : min(behind, at + len(mark) + 100)].strip()
        if (at == start or raw[at - 1] == ord("\n")) and rest in {b"", b"--"}:
            yield at, behind, rest == b"--"
        at = raw.find(mark, max(behind, at + 1), end)


def _split_head(raw: bytes, start: int, end: int) -> tuple[dict[str, str], int]:
    """Read the fields (the first of each name, unfolded, still encoded) and where the body begins."""
    fields: dict[str, str] = {}
    name, value = "", b""
    limit = min(end, start + _LONGEST_HEAD)
    at = start
    while at < limit:
        found = raw.find(b"\n", at, limit)
        behind = found + 1 if found != -1 else limit
        line = raw[at:behind].rstrip(b"\r\n")
        if not line.strip():
            at = behind
            break
        if line[:1] in b" \t":
            value += line[: max(0, _LONGEST_VALUE - len(value))]
        elif match := _FIELD.match(line):
            _keep(fields, name, value)
            name, value = match[1].decode("ascii").lower(), match[2][:_LONGEST_VALUE]
        elif at != start or not line.startswith((b"From ", b">From ")):
            break
        at = behind
    _keep(fields, name, value)
    return fields, at


def _keep(fields: dict[str, str], name: str, value: bytes) -> None:
    if name and name not in fields:
        fields[name] = charset.decode(value).strip()


def _decode_words(value: str) -> str:
    """Decode RFC 2047 words; a character that is split over two words is put together again."""
    out: list[str] = []
    pending, declared, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        gap = value[end : word.start()]
        if (gap.strip() or word[1].lower() != declared) and pending:
            out.append(charset.decode(pending, declared))
            pending = b""
        if gap.strip() or not end:
            out.append(gap)
        declared, end = word[1].lower(), word.end()
        text = word[3].encode("utf-8", "replace")
        pending += _from_base64(text) if word[2] in "bB" else binascii.a2b_qp(text, header=True)
    return "".join([*out, charset.decode(pending, declared) if pending else "", value[end:]])
