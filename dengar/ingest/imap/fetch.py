"""Fetching mails so that one that the server cannot give does not spoil the others."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dengar.ingest.imap.answers import Mail, parse_bodies, parse_mails
from dengar.ingest.imap.session import FetchFailed, Session

_BYTES_OF_START = 256_000


class Fetched(NamedTuple):
    """A mail with its bytes; `reason` says why they are not all, or is empty."""

    mail: Mail
    payload: bytes
    reason: str = ""


def fetch_sizes(session: Session, uids: Sequence[int]) -> list[Mail]:
    """Ask for sizes and times of arrival; mails that are gone are missing, one that cannot be told of has size 0."""
    try:
        return _fetch_sizes(session, uids)
    except FetchFailed:
        return [mail for uid in uids for mail in _fetch_size(session, uid)]


def _fetch_size(session: Session, uid: int) -> list[Mail]:
    try:
        return _fetch_sizes(session, [uid])
    except FetchFailed:
        return [Mail(uid, 0, None)]


def _fetch_sizes(session: Session, uids: Sequence[int]) -> list[Mail]:
    return sorted(parse_mails(session.fetch(uids, "(UID RFC822.SIZE INTERNALDATE)")))


def fetch_mails(session: Session, mails: Sequence[Mail], largest_bytes: int) -> Iterator[Fetched]:
    """Fetch together what is small enough, and what fails or is missing one by one; a mail that is gone is no loss."""
    small = [mail for mail in mails if mail.size <= largest_bytes]
    try:
        bodies = _fetch_bodies(session, small)
    except FetchFailed:
        bodies = {}
    for mail in mails:
        if mail.size > largest_bytes:
            reason = f"The mail of {mail.size / 1e6:.0f} MB is larger than the limit of {largest_bytes / 1e6:g} MB."
            yield Fetched(mail, _fetch_start(session, mail), reason)
        elif mail.uid in bodies:
            yield Fetched(mail, bodies[mail.uid])
        elif alone := _fetch_alone(session, mail):
            yield alone


def _fetch_bodies(session: Session, mails: Sequence[Mail]) -> dict[int, bytes]:
    """Fetch whole mails without marking them as read."""
    if not mails:
        return {}
    size = sum(mail.size for mail in mails)
    return parse_bodies(session.fetch([mail.uid for mail in mails], "(UID BODY.PEEK[])", size))


def _fetch_alone(session: Session, mail: Mail) -> Fetched | None:
    """Fetch one mail, or what can be had of it and the reason; None when it is gone."""
    reason = "the server leaves it out of its answer"
    for _ in range(2):
        try:
            if mail.uid in (found := _fetch_bodies(session, [mail])):
                return Fetched(mail, found[mail.uid])
            if not _fetch_sizes(session, [mail.uid]):
                return None
        except FetchFailed as error:
            reason = str(error)
    return Fetched(mail, _fetch_start(session, mail), f"The mail could not be fetched: {reason}")


def _fetch_start(session: Session, mail: Mail) -> bytes:
    """Fetch the fields and the first part, at most 256 kB; nothing when even that fails."""
    for part in (f"BODY.PEEK[]<0.{_BYTES_OF_START}>", "BODY.PEEK[HEADER]"):
        try:
            return parse_bodies(session.fetch([mail.uid], f"(UID {part})", _BYTES_OF_START)).get(mail.uid, b"")
        except FetchFailed:
            continue
    return b""
