"""Bytes as text when the sender's word for the encoding cannot be trusted."""

import codecs
import re

# punycode and idna take quadratic time, the escapes and utf-7 turn plain text into something else
_REFUSED = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined"})
_WIDE = ("utf-16", "utf-32")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ud800-\udfff]")
_FEW = 0.02


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode by the declared charset, else UTF-8, else cp1252; never fails.

    UTF-8 is tried first for everything but the wide and Asian charsets: text in another one is practically never valid
    UTF-8, and mails that say iso-8859-1 often are.
    """
    name = _known(declared)
    ladder = [name, "utf-8"] if name and _is_multibyte(name) else ["utf-8", name]
    if name and name.startswith(_WIDE) and b"\0" not in data[:1000]:
        ladder = ["utf-8"]
    for charset in filter(None, ladder):
        try:
            return data.decode(charset)
        except (ValueError, LookupError):  # LookupError: a codec that is no charset, as base64 or zip
            continue
    text = data.decode("utf-8", "replace")
    if name in (None, "utf-8", "ascii") and 0 < text.count("\ufffd") <= max(1, _FEW * len(text)) and _has_utf8(data):
        return text
    return data.decode("cp1252", "replace")


def readable(text: str) -> str:
    """Drop NUL, control characters, lone surrogates and zero-width marks; line ends become a newline."""
    return _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup((declared or "").strip(" \"'").partition("*")[0]).name
    except (LookupError, ValueError):
        return None
    return None if name in _REFUSED else name


def _is_multibyte(name: str) -> bool:
    return not name.startswith(("iso8859", "cp125", "ascii", "latin", "koi8", "mac", "utf-8"))


def _has_utf8(data: bytes) -> bool:
    return re.search(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", data) is not None
