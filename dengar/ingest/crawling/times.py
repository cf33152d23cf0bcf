"""Times as sites write them, also those that lean on the present: "2 jam lalu", "Kemarin, 14.30", "20 Nov"."""

import re
from collections.abc import Sequence
from datetime import datetime

from dengar.ingest.formats.dates import JAKARTA, LONGEST, read_time, respell

LANGUAGES = ("id", "en")
_YEAR = re.compile(r"\b(19|20)\d\d")
_CLOCK = re.compile(r"\b(\d{1,2})\.(\d{2})\b(?!\.)")
_JAM = re.compile(r"\bjam(?= \d{1,2}[:.])", re.IGNORECASE)


def read_site_time(
    text: str, seen_at: datetime, *, written: str = "", languages: Sequence[str] = LANGUAGES
) -> datetime | None:
    """Read a time as it was shown at `seen_at`; None for what is no time.

    `written` is the pattern of the times, as of strptime; left out, any usual way is read. Before the first digit other
    words may stand ("Diposting 20 Nov 2026").
    """
    text = " ".join(text.split())[:LONGEST]
    if not written and tuple(languages) == LANGUAGES and _YEAR.search(text):
        return read_time(text) or read_time(re.sub(r"^\D+", "", text))
    if written:
        return _read_words(text, seen_at, [written], languages)
    text = _CLOCK.sub(r"\1:\2", _JAM.sub(" ", text))
    ways = (text, re.sub(r"^\D+", "", text))
    return next((time for way in ways if (time := _read_words(way, seen_at, None, languages))), None)


def _read_words(text: str, seen_at: datetime, written: list[str] | None, languages: Sequence[str]) -> datetime | None:
    import dateparser

    now = seen_at.astimezone(JAKARTA).replace(tzinfo=None)
    settings = {"DATE_ORDER": "DMY", "TIMEZONE": "Asia/Jakarta", "PREFER_DATES_FROM": "past", "RELATIVE_BASE": now}
    text = respell(text)
    time: datetime | None = dateparser.parse(text, date_formats=written, languages=list(languages), settings=settings)
    return time if time is None or time.tzinfo else time.replace(tzinfo=JAKARTA)
