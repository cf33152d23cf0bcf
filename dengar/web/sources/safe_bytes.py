"""Bytes that nobody could read, made fit to be looked at: masked text with escapes, or hexadecimal."""

from collections.abc import Callable
from typing import NamedTuple

READ_BYTES = 64 * 1024
SHOWN_LETTERS = 16_000
SHOWN_BYTES = 1024
ROW = 16
MOST_STRANGE = 0.2  # of the letters; what has more is no text


class SafeBytes(NamedTuple):
    """What is shown of some bytes; `is_cut` when there is more."""

    shown: str
    is_text: bool
    is_cut: bool


def show_bytes(payload: bytes, mask: Callable[[str], str]) -> SafeBytes:
    """Show the beginning of a payload: nothing in it acts on the page or on who reads it."""
    text = payload[:READ_BYTES].decode("utf-8", "backslashreplace")
    strange = text.count("\\x") + sum(not _is_plain(letter) for letter in text)
    if strange > MOST_STRANGE * max(1, len(text)):
        return SafeBytes(_hexadecimal(payload[:SHOWN_BYTES]), is_text=False, is_cut=len(payload) > SHOWN_BYTES)
    masked = mask(text)  # before it is cut, lest a number cut in two is not recognised
    shown = "".join(letter if _is_plain(letter) else _escape(letter) for letter in masked[:SHOWN_LETTERS])
    return SafeBytes(shown, is_text=True, is_cut=len(masked) > SHOWN_LETTERS or len(payload) > READ_BYTES)


def _is_plain(letter: str) -> bool:
    return letter in "\n\t\r" or letter.isprintable()


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def _hexadecimal(payload: bytes) -> str:
    rows = (payload[start : start + ROW] for start in range(0, len(payload), ROW))
    return "\n".join(f"{number * ROW:06x}  {row.hex(' ')}" for number, row in enumerate(rows))
