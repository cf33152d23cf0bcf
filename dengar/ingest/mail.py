"""E-mail: an IMAP folder, read without leaving a trace in it.

Staff may read the same mailbox, so flags are no cursor: it is (uidvalidity, uid). A mail's identity is its Message-ID
with a hash (`formats.message`), so a folder that gets new UIDs is read again by date and nothing is doubled.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from dengar.errors import StopSource
from dengar.ingest.formats import message
from dengar.ingest.imap.fetch import Fetched
from dengar.ingest.imap.idle import can_idle, wait_for_mail
from dengar.ingest.imap.login import Login
from dengar.ingest.imap.reading import Page, look, read_pages, write_day
from dengar.ingest.imap.session import Session
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Item, Quarantined


class Settings(Login):
    """Where the mailbox is, how to sign in, and what is read.

    `mailbox` names the account in the store; it is made of user, host and folder when it is empty, and must not change
    later.
    """

    channel: str = "email"
    mailbox: str = ""
    largest_bytes: int = 35_000_000
    idle: bool = True

    @property
    def account(self) -> str:
        """Name the mailbox in the ids of its items."""
        address = self.username if "@" in self.username else f"{self.username}@{self.host}"
        return self.mailbox or (address if self.folder == "INBOX" else f"{address}/{self.folder}")


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """The last mail read, by UID.

    `seen` is the newest arrival when the folder was last read to its end, `newest` the one of a reading that still goes
    on. `since` is set while a folder with new UIDs is read again: earlier mails are passed over.
    """

    uidvalidity: int = 0
    uid: int = 0
    seen: datetime | None = None
    newest: datetime | None = None
    since: datetime | None = None


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read what arrived behind the cursor, or in the window by time of arrival.

    After a change of UIDVALIDITY everything since the day before the newest known mail is read again.
    """
    with Session(settings) as session:
        if window:
            yield from _pull_window(session, settings, window, budget, clock)
        else:
            yield from _pull_behind(session, settings, cursor, budget, clock)


def _pull_behind(session: Session, settings: Settings, cursor: Cursor, budget: Budget, clock: Clock) -> Iterator[Batch]:
    reached = start = _start(cursor, session.uidvalidity)
    since = f" SINCE {write_day(start.since)}" if start.since else ""
    # a server answers n:* with the last mail even when its UID is smaller than n
    found = [uid for uid in session.search(f"UID {start.uid + 1}:*{since}") if uid > start.uid]
    for page in read_pages(session, found[: budget.posts], settings.largest_bytes):
        now = clock()
        reached = _advance(reached, page, now)
        more = page.uid < found[-1]
        reached = reached if more else _finish(reached, session.uidnext)
        budget.spend(len(page.mails))
        yield _make_batch(settings, session.uidvalidity, page, now, cursor=reached, more=more)
    if not found and (finished := _finish(start, session.uidnext)) != cursor:
        yield Batch(items=(), cursor=finished)


def _pull_window(session: Session, settings: Settings, window: Window, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read a window; the server's dates are days in a zone of its own, so the days around it are asked for too."""
    first, last = window.since - timedelta(days=1), window.until + timedelta(days=2)
    found = session.search(f"SINCE {write_day(first)} BEFORE {write_day(last)}")
    inside = [m.uid for m in look(session, found) if m.arrival and window.since <= m.arrival < window.until]
    for page in read_pages(session, inside[: budget.posts], settings.largest_bytes):
        budget.spend(len(page.mails))
        yield _make_batch(settings, session.uidvalidity, page, clock(), cursor=None, more=page.uid < inside[-1])


def _start(cursor: Cursor, uidvalidity: int) -> Cursor:
    if cursor.uidvalidity in {0, uidvalidity}:
        return replace(cursor, uidvalidity=uidvalidity)
    since = cursor.seen and min(cursor.seen - timedelta(days=1), cursor.since or cursor.seen)
    return Cursor(uidvalidity=uidvalidity, seen=cursor.seen, since=since)


def _advance(cursor: Cursor, page: Page, now: datetime) -> Cursor:
    arrival = page.newest and min(page.newest, now)  # a server's clock may be ahead
    return replace(cursor, uid=page.uid, newest=max(filter(None, (cursor.newest, arrival)), default=None))


def _finish(cursor: Cursor, uidnext: int) -> Cursor:
    """Note that the folder was read to its end: what had a UID when it was opened is read, or was deleted."""
    seen = max(filter(None, (cursor.seen, cursor.newest)), default=None)
    return Cursor(uidvalidity=cursor.uidvalidity, uid=max(cursor.uid, uidnext - 1), seen=seen)


def _make_batch(
    settings: Settings, uidvalidity: int, page: Page, now: datetime, *, cursor: Cursor | None, more: bool
) -> Batch:
    made = [(_make_item(settings, uidvalidity, fetched, now), fetched.reason) for fetched in page.mails]
    return Batch(
        items=tuple(item for item, reason in made if not reason),
        poison=tuple(Quarantined(item=item, reason=reason, at=now) for item, reason in made if reason),
        cursor=cursor,
        more=more,
    )


def _make_item(settings: Settings, uidvalidity: int, fetched: Fetched, now: datetime) -> Item:
    mail, payload, _ = fetched
    return Item(
        channel=settings.channel,
        account=settings.account,
        native_id=message.identity(payload) if payload else f"uid-{uidvalidity}-{mail.uid}",
        collector="mail",
        source=settings.name,
        payload=payload,
        media_type="message/rfc822",
        observed_at=now,
        claimed_at=mail.arrival,
    )


def parse(item: Item) -> Draft:
    """Read one mail; raises Poison when nothing readable remains of it."""
    return message.read(item)


def check(settings: Settings) -> list[str]:
    """Sign in and open the folder."""
    try:
        with Session(settings):
            return []
    except StopSource as error:
        return [f"{settings.name}: {error}"]


def wait(settings: Settings, seconds: float, cursor: Cursor | None = None, stop: threading.Event | None = None) -> bool:
    """Wait until new mail arrives, True, or the time (with IDLE 9 minutes at most) is over or `stop` is set, False.

    With the cursor of the last pull a mail that came since is noticed at once. Without IDLE (switched off, or the
    server does not know it) this only waits.
    """
    stop = stop or threading.Event()
    with Session(settings) as session:
        if cursor and (session.uidvalidity != cursor.uidvalidity or session.uidnext > cursor.uid + 1):
            return True
        if settings.idle and can_idle(session):
            return wait_for_mail(session, seconds, stop)
        stop.wait(seconds)
        return False


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="as long as the mailbox keeps its mails",
        ordering="by arrival in the folder",
        sees_edits=False,
        sees_deletions=False,
        price="free",
    )
