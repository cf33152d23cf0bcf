"""The answers of an IMAP server to FETCH, read; nothing here touches the network."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,60})"')

Answer = Sequence[bytes | tuple[bytes, bytes] | None]


class Mail(NamedTuple):
    """What the server says of a mail before it is fetched; the size is in bytes."""

    uid: int
    size: int
    arrival: datetime | None


def parse_mails(answer: Answer) -> Iterator[Mail]:
    """Read sizes and times of arrival; lines that tell of something else are passed over."""
    for line in answer:
        text = b"".join(line) if isinstance(line, tuple) else line or b""
        uid, size = _UID.search(text), _SIZE.search(text)
        if uid and size:
            yield Mail(int(uid[1]), int(size[1]), _parse_date(_DATE.search(text)))


def parse_bodies(answer: Answer) -> dict[int, bytes]:
    """Match the bodies with their UIDs, which stand before or behind them."""
    found: dict[int, bytes] = {}
    waiting: bytes | None = None
    for piece in answer:
        if isinstance(piece, tuple):
            uid = _UID.search(piece[0])
            waiting = None if uid else piece[1]
            if uid:
                found[int(uid[1])] = piece[1]
        elif piece and waiting is not None and (uid := _UID.search(piece)):
            found[int(uid[1])], waiting = waiting, None
    return found


def _parse_date(found: re.Match[bytes] | None) -> datetime | None:
    if found:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            time = parsedate_to_datetime(found[1].decode("ascii", "replace"))
            return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None
