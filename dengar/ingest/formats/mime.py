"""The parts of a mail, as offsets into its bytes, never copies.

The standard library's parser takes quadratic time on nested boundaries and ends in a RecursionError, so the few rules
that matter are written here, in linear time.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dengar.ingest.formats import charset, head

_DEEPEST = 10
_MOST_PARTS = 200


@dataclass(eq=False)
class Part:
    """A MIME part: its fields, and where its body lies in the bytes."""

    fields: dict[str, str]
    start: int
    end: int
    media_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    name: str = ""
    children: list["Part"] = field(default_factory=list)


def grow(raw: bytes, root: Part) -> Part:
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
            part.children = [Part(*head.read_head(raw, part.start, part.end), part.end)]
        if part.media_type.startswith("multipart/") and not part.children:
            part.media_type = "text/plain"  # the boundary is missing: show what stands there
        count += len(part.children)
        left.extend((child, depth + 1) for child in part.children)
    return root


def _describe(part: Part) -> None:
    kind, part.parameters = head.read_parameters(part.fields.get("content-type", ""))
    disposition, more = head.read_parameters(part.fields.get("content-disposition", ""))
    if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+_-]{1,100}", kind):
        part.media_type = kind
    part.disposition = disposition
    name = more.get("filename") or part.parameters.get("name") or ""
    part.name = " ".join(charset.readable(head.decode_words(name)).split())[-100:]


def _cut(raw: bytes, part: Part, most: int) -> list[Part]:
    boundary = part.parameters.get("boundary", "").rstrip()
    if not boundary or len(boundary) > 200:  # noqa: PLR2004  RFC 2046 allows 70
        return []
    mark = b"--" + boundary.encode("utf-8", "replace")
    parts: list[Part] = []
    begin = 0
    for at, behind, is_last in _marks(raw, mark, part.start, part.end):
        if begin:
            parts.append(Part(*head.read_head(raw, begin, at), at))
        begin = behind
        if is_last or len(parts) >= most:
            return parts
    if begin and begin < part.end:  # cut off: the last part runs to the end
        parts.append(Part(*head.read_head(raw, begin, part.end), part.end))
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


def leaves(part: Part) -> Iterator[Part]:
    """Walk over the parts that have no parts."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def decode_body(raw: bytes, part: Part, end: int) -> bytes:
    """Decode a part's body, up to the offset `end`."""
    data = raw[part.start : min(end, part.end)]
    encoding = part.fields.get("content-transfer-encoding", "").strip().lower()
    if encoding == "base64":
        return head.decode_base64(data)
    return binascii.a2b_qp(data) if encoding == "quoted-printable" else data
