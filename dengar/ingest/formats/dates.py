"""Times as people and programs write them, in Indonesian and English."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")
LONGEST = 80
EPOCH_MILLISECONDS_DIGITS = 13
_EPOCH = re.compile(r"\d{10}(\d{3})?$")
# dateparser knows neither the apostrophe of Jum'at, nor the old spelling of November, nor the zones of Indonesia.
_SPELLINGS = (
    (re.compile(r"jum['`\u2019\u02bc]at", re.IGNORECASE), "Jumat"),
    (re.compile(r"\bnopember\b", re.IGNORECASE), "November"),
    (re.compile(r"\b(pebruari)\b", re.IGNORECASE), "Februari"),
    (re.compile(r"\bpukul\b", re.IGNORECASE), " "),
    (re.compile(r"\bWIB\b"), "+0700"),
    (re.compile(r"\bWITA\b"), "+0800"),
    (re.compile(r"\bWIT\b"), "+0900"),
)


def read_time(text: str) -> datetime | None:
    """Read a time; one without zone is Jakarta's. None for what is no time."""
    text = text.strip()[:LONGEST]
    if not text:
        return None
    for read in (_read_iso, _read_epoch, _read_mail, _read_words):
        time = read(text)
        if time is not None:
            return time if time.tzinfo else time.replace(tzinfo=JAKARTA)
    return None


def _read_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_epoch(text: str) -> datetime | None:
    if not _EPOCH.match(text):
        return None
    seconds = int(text) / 1000 if len(text) == EPOCH_MILLISECONDS_DIGITS else int(text)
    return datetime.fromtimestamp(seconds, UTC)


def _read_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None


def _read_words(text: str) -> datetime | None:
    import dateparser

    time: datetime | None = dateparser.parse(
        respell(text), languages=["id", "en"], settings={"DATE_ORDER": "DMY", "TIMEZONE": "Asia/Jakarta"}
    )
    return time


def respell(text: str) -> str:
    """Write days, months and zones of Indonesia so that dateparser knows them."""
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text
