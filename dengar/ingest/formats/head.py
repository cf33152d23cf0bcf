"""The head of a mail or of one of its parts: fields, their parameters and their encoded words."""

import binascii
import re
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from dengar.ingest.formats import charset

_LONGEST_HEAD = 256_000
_LONGEST_VALUE = 2_000
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:(.*)", re.DOTALL)
_PARAMETER = re.compile(r';\s*([a-z0-9_-]{1,40})(\*[0-9*]{0,4})?\s*=\s*("[^"]{0,500}"|[^\s;"]{1,500})', re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def read_head(raw: bytes, start: int, end: int) -> tuple[dict[str, str], int]:
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
    else:
        at = _behind_blank_line(raw, at, end)
    _keep(fields, name, value)
    return fields, at


def _behind_blank_line(raw: bytes, at: int, end: int) -> int:
    """Find the body of a mail whose head goes on beyond what is read of it."""
    found = [place + len(mark) for mark in (b"\n\n", b"\n\r\n") if (place := raw.find(mark, max(0, at - 2), end)) != -1]
    return min(found, default=at)


def _keep(fields: dict[str, str], name: str, value: bytes) -> None:
    if name and name not in fields:
        fields[name] = charset.decode(value).strip()


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Read a value such as `text/plain; charset=utf-8`: its main word, in lower case, and its parameters."""
    found: dict[str, str] = {}
    for name, star, quoted in _PARAMETER.findall(value):
        text = quoted.strip('"')
        if star.endswith("*"):
            declared, _, rest = text.partition("''")
            text = charset.decode(unquote_to_bytes(rest or declared), declared if rest else None)
        before = found.get(name.lower(), "") if re.search(r"[1-9]", star) else ""
        found[name.lower()] = before + text
    return value.partition(";")[0].strip().lower(), found


def decode_words(value: str) -> str:
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
        pending += decode_base64(text) if word[2] in "bB" else binascii.a2b_qp(text, header=True)
    return "".join([*out, charset.decode(pending, declared) if pending else "", value[end:]])


def decode_base64(data: bytes) -> bytes:
    """Decode as much as there is of a part that may be cut off."""
    data = data.translate(None, b" \t\r\n")
    with suppress(binascii.Error):
        return binascii.a2b_base64(data + b"==="[: -len(data) % 4])
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    return binascii.a2b_base64(data[: len(data) // 4 * 4])
