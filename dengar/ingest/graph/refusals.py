"""What the Graph API's error codes mean for a source.

The codes are those of developers.facebook.com/docs/graph-api/guides/error-handling; most of them come with HTTP 400.
"""

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from dengar.errors import AuthExpired, Blocked, Forbidden, RateLimited, SourceChanged, StopSource, Transient
from dengar.ingest.fetch import Answer, make_error, read_retry_after
from dengar.ingest.graph.usage import find_rest

_TOKEN = {102, 190, 463, 467}
_QUOTA = {4, 17, 32, 341, 613, *range(80000, 80100)}
_PERMISSION = {3, 10, *range(200, 300)}
_BUSY = {1, 2}
_TOO_MUCH = "reduce the amount of data"
_NOT_THERE = {(100, 33), (803, 0)}
_SCOPE = re.compile(r"\b(?:pages|business|publish|read)_[a-z_]{1,40}")


class TooMuch(Transient):
    """The answer was too much work for them: ask for less at once."""


class NotThere(SourceChanged):
    """The object was deleted, or is hidden from this token."""


class Refusal(msgspec.Struct, frozen=True):
    """The part of an error answer that tells what is wrong."""

    message: str = ""
    code: int = 0
    error_subcode: int = 0


class _Refused(msgspec.Struct, frozen=True):
    error: Refusal


def explain(answer: Answer, url: str, now: datetime) -> StopSource:
    """Read an error answer by its code; one without a code by its HTTP status."""
    refusal = read_refusal(answer.body)
    return judge(refusal, answer.headers, now) if refusal else make_error(answer, url, now)


def read_refusal(body: bytes) -> Refusal | None:
    """Read the body of an error answer; None when it is none of the Graph API's."""
    try:
        refusal = msgspec.json.decode(body, type=_Refused, strict=False).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return refusal if refusal.code else None


def judge(refusal: Refusal, headers: Mapping[str, str], now: datetime) -> StopSource:
    """Make the typed error of a refusal."""
    code, says = refusal.code, refusal.message[:500]
    if code in _QUOTA:
        until = find_rest(headers, now) or read_retry_after(headers.get("retry-after", ""), now)
        return RateLimited(f"Facebook asks to wait until {until:%H:%M} UTC: {says}", until=until)
    if code in _PERMISSION:
        named = ", ".join(dict.fromkeys(_SCOPE.findall(says)))
        return Forbidden(f"The token lacks a permission{f' ({named})' if named else ''}: {says}")
    kind, words = _kind_of(refusal)
    return kind(f"{words}: {says}")


def _kind_of(refusal: Refusal) -> tuple[type[StopSource], str]:
    code, subcode = refusal.code, refusal.error_subcode
    known = (
        (code in _TOKEN, AuthExpired, f"Facebook refuses the token (subcode {subcode}), make a new one"),
        (code in _BUSY or _TOO_MUCH in refusal.message, TooMuch, "Facebook cannot answer that much now"),
        ((code, subcode) in _NOT_THERE, NotThere, "Facebook shows nothing there"),
        (code == 100, SourceChanged, "Facebook does not understand what was asked"),  # noqa: PLR2004
        (code == 368, Blocked, "Facebook blocks the page or app for a breach of its policies"),  # noqa: PLR2004
    )
    return next(
        ((kind, words) for fits, kind, words in known if fits), (Transient, f"Facebook answers with error {code}")
    )
