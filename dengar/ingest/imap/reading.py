"""The walk over a folder's UIDs, in pages of bounded size."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from dengar.ingest.imap.answers import Mail
from dengar.ingest.imap.fetch import Fetched, fetch_mails, fetch_sizes
from dengar.ingest.imap.session import Session

_MAILS_PER_PAGE = 100
_BYTES_PER_PAGE = 8_000_000
_UIDS_PER_QUESTION = 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Page(NamedTuple):
    """Some mails up to `uid`, which is the last one looked at, and their newest arrival."""

    uid: int
    newest: datetime | None
    mails: tuple[Fetched, ...]


def read_pages(session: Session, uids: Sequence[int], largest_bytes: int) -> Iterator[Page]:
    """Fetch mails in pages of at most 100 mails and, unless one alone is larger, 8 MB.

    Of mails over `largest_bytes` only the beginning is fetched.
    """
    for asked in _cut(uids):
        known = {mail.uid: mail for mail in fetch_sizes(session, asked)}
        for group in _group(asked, known):
            mails = [known[uid] for uid in group if uid in known]
            newest = max((mail.arrival for mail in mails if mail.arrival), default=None)
            yield Page(group[-1], newest, tuple(fetch_mails(session, mails, largest_bytes)))


def look(session: Session, uids: Sequence[int]) -> Iterator[Mail]:
    """Ask for sizes and times of arrival."""
    for asked in _cut(uids):
        yield from fetch_sizes(session, asked)


def write_day(time: datetime) -> str:
    """Write a day for SEARCH, in English under every locale."""
    return f"{time.day}-{_MONTHS[time.month - 1]}-{time.year}"


def _cut(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(uids), _UIDS_PER_QUESTION):
        yield uids[at : at + _UIDS_PER_QUESTION]


def _group(uids: Sequence[int], known: Mapping[int, Mail]) -> Iterator[list[int]]:
    """Group by count and size; mails that are gone count too, so that the last page ends at the last UID."""
    group: list[int] = []
    size = 0
    for uid in uids:
        own = known[uid].size if uid in known else 0
        if group and (len(group) == _MAILS_PER_PAGE or size + own > _BYTES_PER_PAGE):
            yield group
            group, size = [], 0
        group.append(uid)
        size += own
    if group:
        yield group
