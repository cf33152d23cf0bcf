"""E-mail: an IMAP folder, read without leaving a trace in it.

Staff may read the same mailbox, so flags are no cursor: it is (uidvalidity, uid). A mail's identity is its Message-ID
with a hash (`formats.message`), so a folder that gets new UIDs is read again by date and nothing is doubled.
"""

import imaplib
import re
import socket
import ssl
import stat
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox
from pydantic import SecretStr, model_validator

from dengar.errors import AuthExpired, Blocked, Forbidden, SourceChanged, StopSource, Transient
from dengar.ingest.formats import message
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Item, Quarantined

MAILS_PER_BATCH = 100
BYTES_PER_BATCH = 8_000_000
_UIDS_PER_QUESTION = 500
_BYTES_OF_TOO_LARGE = 256_000
_SOCKET_SECONDS = 30.0
_GOODBYE_SECONDS = 5.0
_SLOWEST_BYTES_PER_SECOND = 50_000
_SECONDS_PER_IDLE = 9 * 60  # https://github.com/mjs/imapclient/issues/349: some servers forget a longer one
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,60})"')
_PASSING = re.compile(r"\[(UNAVAILABLE|SERVERBUG|INUSE|LIMIT|CONTACTADMIN)\]|too many|try again", re.IGNORECASE)

_Answer = Sequence[bytes | tuple[bytes, bytes] | None]


class Settings(SourceSettings):
    """Where the mailbox is and how to sign in: exactly one of the four ways.

    `password`, or `password_file` (mode 600); or XOAUTH2 with a token from `token_file` (mode 600), or one that is
    fetched from `oauth_token_url` with client id, secret and refresh token. `mailbox` names the account in the store;
    it is made of user, host and folder when it is empty, and must not change later.
    """

    host: str
    port: int | None = None
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: Path | None = None
    username: str
    password: SecretStr | None = None
    password_file: Path | None = None
    token_file: Path | None = None
    oauth_token_url: str | None = None
    oauth_client_id: str = ""
    oauth_client_secret: SecretStr = SecretStr("")
    oauth_refresh_token: SecretStr = SecretStr("")
    folder: str = "INBOX"
    channel: str = "email"
    mailbox: str = ""
    largest_bytes: int = 35_000_000
    idle: bool = True
    seconds_per_command: float = 60.0

    @model_validator(mode="after")
    def _has_one_way_to_sign_in(self) -> Self:
        ways = [self.password, self.password_file, self.token_file, self.oauth_token_url]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("Set exactly one of password, password_file, token_file and oauth_token_url.")
        return self

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


class _Page(NamedTuple):
    """Some mails up to `uid`, which is the last one looked at."""

    uid: int
    newest: datetime | None
    items: tuple[Item, ...]
    poison: tuple[Quarantined, ...]


class _Mail(NamedTuple):
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int
    arrival: datetime | None


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read what arrived behind the cursor, or in the window by time of arrival.

    After a change of UIDVALIDITY everything since the day before the newest known mail is read again.
    """
    with _Session(settings) as session:
        if window:
            yield from _pull_window(session, window, budget, clock)
            return
        start = _start(cursor, session.uidvalidity)
        since = f" SINCE {_day(start.since)}" if start.since else ""
        # a server answers n:* with the last mail even when its UID is smaller than n
        found = [uid for uid in session.search(f"UID {start.uid + 1}:*{since}") if uid > start.uid]
        chosen = found[: budget.posts]
        now = start
        for page in _read(session, [_Mail(uid, 0, None) for uid in chosen], clock):
            now = _advance(now, page)
            more = page.uid < found[-1]
            now = now if more else _finish(now, session.uidnext)
            yield Batch(items=page.items, poison=page.poison, cursor=now, more=more)
        if not found and (now := _finish(start, session.uidnext)) != cursor:
            yield Batch(items=(), cursor=now)


def _pull_window(session: "_Session", window: Window, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read a window; the server's dates are days in a zone of its own, so the days around it are asked for too."""
    a_day = timedelta(days=1)
    found = session.search(f"SINCE {_day(window.since - a_day)} BEFORE {_day(window.until + 2 * a_day)}")
    mails = [mail for uids in _cut(found) for mail in session.look_surely(uids)]
    inside = [mail for mail in mails if mail.arrival and window.since <= mail.arrival < window.until]
    chosen = inside[: budget.posts]
    for page in _read(session, chosen, clock):
        yield Batch(items=page.items, poison=page.poison, more=page.uid < inside[-1].uid)


def _start(cursor: Cursor, uidvalidity: int) -> Cursor:
    if cursor.uidvalidity in {0, uidvalidity}:
        return Cursor(
            uidvalidity=uidvalidity, uid=cursor.uid, seen=cursor.seen, newest=cursor.newest, since=cursor.since
        )
    since = cursor.seen and min(cursor.seen - timedelta(days=1), cursor.since or cursor.seen)
    return Cursor(uidvalidity=uidvalidity, seen=cursor.seen, since=since)


def _advance(cursor: Cursor, page: _Page) -> Cursor:
    newest = max(filter(None, (cursor.newest, page.newest)), default=None)
    return Cursor(uidvalidity=cursor.uidvalidity, uid=page.uid, seen=cursor.seen, newest=newest, since=cursor.since)


def _finish(cursor: Cursor, uidnext: int) -> Cursor:
    """Note that the folder was read to its end: what had a UID when it was opened is read, or was deleted."""
    seen = max(filter(None, (cursor.seen, cursor.newest)), default=None)
    return Cursor(uidvalidity=cursor.uidvalidity, uid=max(cursor.uid, uidnext - 1), seen=seen)


def _read(session: "_Session", mails: Sequence[_Mail], clock: Clock) -> Iterator[_Page]:
    """Fetch mails in pages of at most 100 mails and, unless one alone is larger, 8 MB."""
    for uids in _cut([mail.uid for mail in mails]):
        known = {mail.uid: mail for mail in session.look_surely(uids)}
        for page in _group([known.get(uid, _Mail(uid, 0, None)) for uid in uids]):
            yield _fetch_page(session, page, known.keys(), clock)


def _cut(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(uids), _UIDS_PER_QUESTION):
        yield uids[at : at + _UIDS_PER_QUESTION]


def _group(mails: Sequence[_Mail]) -> Iterator[list[_Mail]]:
    group: list[_Mail] = []
    size = 0
    for mail in mails:
        if group and (len(group) == MAILS_PER_BATCH or size + mail.size > BYTES_PER_BATCH):
            yield group
            group, size = [], 0
        group.append(mail)
        size += mail.size
    if group:
        yield group


def _fetch_page(session: "_Session", mails: list[_Mail], there: Collection[int], clock: Clock) -> _Page:
    """Fetch together what is small enough; what fails or is missing, one by one; a mail that is gone is no loss."""
    settings = session.settings
    whole = [mail for mail in mails if mail.uid in there and mail.size <= settings.largest_bytes]
    try:
        bodies = session.fetch(whole)
    except _FetchFailed:
        bodies = {}
        session.reopen()
    items: list[Item] = []
    poison: list[Quarantined] = []
    for mail in mails:
        if mail.uid not in there:
            continue
        payload, reason = bodies.pop(mail.uid, None), ""
        if mail.size > settings.largest_bytes:
            reason = (
                f"The mail of {mail.size / 1e6:.0f} MB is larger than the limit of {settings.largest_bytes / 1e6:g} MB."
            )
            payload = session.fetch_start(mail)
        elif payload is None:
            payload, reason = session.fetch_alone(mail)
        if payload is None:
            continue
        item = _make_item(settings, mail, payload, session.uidvalidity, clock())
        if reason:
            poison.append(Quarantined(item=item, reason=reason, at=item.observed_at))
        else:
            items.append(item)
    arrivals = [min(mail.arrival, clock()) for mail in mails if mail.arrival]
    return _Page(mails[-1].uid, max(arrivals, default=None), tuple(items), tuple(poison))


def _make_item(settings: Settings, mail: _Mail, payload: bytes, uidvalidity: int, now: datetime) -> Item:
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
        with _Session(settings):
            return []
    except StopSource as error:
        return [f"{settings.name}: {error}"]


def wait(settings: Settings, seconds: float, cursor: Cursor | None = None, stop: threading.Event | None = None) -> bool:
    """Wait until new mail arrives, True, or the time is over or `stop` is set, False.

    With the cursor of the last pull a mail that came since is noticed at once. Without IDLE (switched off, or the
    server does not know it) this only waits.
    """
    end = time.monotonic() + seconds
    stop = stop or threading.Event()
    with _Session(settings) as session:
        if cursor and (session.uidvalidity != cursor.uidvalidity or session.uidnext > cursor.uid + 1):
            return True
        if not settings.idle or not session.can_idle():
            stop.wait(seconds)
            return False
        while (left := end - time.monotonic()) > 0 and not stop.is_set():
            if session.idle(min(left, _SECONDS_PER_IDLE), stop):
                return True
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


class _FetchFailed(Transient):
    """The server could not give these mails, or the line broke while it did."""


class _Session:
    """A signed-in connection with the folder opened read-only; every error that leaves it is a StopSource."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def search(self, criteria: str) -> list[int]:
        with self._asking("search"):
            return sorted({int(uid) for uid in self._box.uids(criteria, charset=None)})

    def look(self, uids: Sequence[int]) -> list[_Mail]:
        """Ask for sizes and times of arrival; mails that are gone are missing in the answer."""
        found: list[_Mail] = []
        for line in self._ask(uids, "(UID RFC822.SIZE INTERNALDATE)"):
            text = b"".join(line) if isinstance(line, tuple) else line or b""
            uid, size = _UID.search(text), _SIZE.search(text)
            if uid and size:
                found.append(_Mail(int(uid[1]), int(size[1]), _read_date(_DATE.search(text))))
        return sorted(found)

    def look_surely(self, uids: Sequence[int]) -> list[_Mail]:
        """Ask for sizes, one by one when a broken mail spoils the answer for all; the broken one gets size 0."""
        try:
            return self.look(uids)
        except _FetchFailed:
            self.reopen()
        found: list[_Mail] = []
        for uid in uids:
            try:
                found += self.look([uid])
            except _FetchFailed:
                self.reopen()
                found.append(_Mail(uid, 0, None))
        return found

    def fetch(self, mails: Sequence[_Mail]) -> dict[int, bytes]:
        """Fetch whole mails without marking them as read; raises _FetchFailed."""
        if not mails:
            return {}
        return _literals(self._ask([mail.uid for mail in mails], "(UID BODY.PEEK[])", sum(mail.size for mail in mails)))

    def fetch_alone(self, mail: _Mail) -> tuple[bytes | None, str]:
        """Fetch one mail over a fresh connection, or what can be had of it and the reason; None when it is gone."""
        reason = "the server leaves it out of its answer"
        for _ in range(2):
            try:
                if mail.uid in (found := self.fetch([mail])):
                    return found[mail.uid], ""
                if not self.look([mail.uid]):
                    return None, ""
            except _FetchFailed as error:
                reason = str(error)
                self.reopen()
        return self.fetch_start(mail), f"The mail could not be fetched: {reason}"

    def fetch_start(self, mail: _Mail) -> bytes:
        """Fetch the fields and the first part, at most 256 kB; nothing when even that fails."""
        for part in (f"BODY.PEEK[]<0.{_BYTES_OF_TOO_LARGE}>", "BODY.PEEK[HEADER]"):
            try:
                return _literals(self._ask([mail.uid], f"(UID {part})", _BYTES_OF_TOO_LARGE)).get(mail.uid, b"")
            except _FetchFailed:
                self.reopen()
        return b""

    def can_idle(self) -> bool:
        with self._asking("capability"):
            _, answer = self._box.client.capability()
        return b"IDLE" in b" ".join(filter(None, answer)).upper().split()

    def idle(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for new mail in one IDLE command; raises Transient when the server hangs up."""
        end = time.monotonic() + seconds
        woken = False
        with self._asking("idle", seconds + self.settings.seconds_per_command):
            before = self._told_of_mail()
            tag = self._start_idle()
            while not woken and not stop.is_set() and (left := end - time.monotonic()) > 0:
                asked = time.monotonic()
                lines = self._box.idle.poll(timeout=min(left, 1.0))
                woken = any(b" EXISTS" in line.upper() for line in lines)
                if any(line.upper().startswith(b"* BYE") for line in lines) or (
                    not lines and time.monotonic() - asked < min(left, 1.0) / 2
                ):
                    raise Transient(f"{self.settings.host} ended the connection while waiting for mail.")
            self._box.client.send(b"DONE\r\n")
            self._box.consume_until_tagged_response(tag)
            # what came in one packet with the answer to IDLE is only seen now
            return woken or self._told_of_mail() > before

    def _start_idle(self) -> bytes:
        """Send IDLE; unlike imap_tools, bear with a server that tells news before it says that it idles."""
        client = self._box.client
        tag: bytes = client._command("IDLE")  # noqa: SLF001  imaplib has no public way to a command that goes on
        while client._get_response() is not None:  # noqa: SLF001
            if client.tagged_commands[tag]:
                raise imaplib.IMAP4.error(f"IDLE was refused: {client.tagged_commands.pop(tag)!r}")
        return tag

    def _told_of_mail(self) -> int:
        return len(self._box.client.untagged_responses.get("EXISTS", []))

    def _ask(self, uids: Sequence[int], parts: str, size: int = 0) -> _Answer:
        seconds = self.settings.seconds_per_command + size / _SLOWEST_BYTES_PER_SECOND
        try:
            with self._asking("fetch", seconds):
                kind, answer = self._box.client.uid("FETCH", ",".join(map(str, uids)), parts)
        except (Transient, SourceChanged) as error:
            raise _FetchFailed(str(error)) from error
        if kind != "OK":
            raise _FetchFailed(f"{self.settings.host} answered {kind} {answer!r:.200}.")
        return answer

    def _open(self) -> None:
        self._watch = _Watch()
        try:
            with self._asking("connect"):
                self._box = _Box(self.settings, self._watch)
            self._sign_in()
            with self._asking("open"):
                self._box.folder.set(self.settings.folder, readonly=True)
                self.uidvalidity = self._number("UIDVALIDITY") or 1
                self.uidnext = self._number("UIDNEXT")
        except BaseException:
            self._watch.close()
            raise

    def reopen(self) -> None:
        self._close()
        before = self.uidvalidity
        self._open()
        if self.uidvalidity != before:
            self._close()
            raise Transient("The folder got new UIDs while it was read: the next run reads it again.")

    def _sign_in(self) -> None:
        settings, box = self.settings, self._box
        secret = _secret(settings)
        with self._asking("login"):
            if settings.token_file or settings.oauth_token_url:
                words = f"user={settings.username}\1auth=Bearer {secret}\1\1".encode()
                # a refusal comes as a challenge, which an empty answer ends
                box.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else words)
            elif (settings.username + secret).isascii():
                box.login(settings.username, secret, initial_folder=None)
            else:
                box.login_utf8(settings.username, secret, initial_folder=None)

    def _number(self, name: str) -> int:
        _, values = self._box.client.response(name)
        return int(values[-1] or 0) if values else 0

    def _close(self) -> None:
        with suppress(StopSource), self._asking("logout", _GOODBYE_SECONDS):
            self._box.client.logout()
        self._watch.close()

    @contextmanager
    def _asking(self, what: str, seconds: float = 0.0) -> Iterator[None]:
        """Bound the whole command in time, and translate what goes wrong."""
        seconds = seconds or self.settings.seconds_per_command
        timer = threading.Timer(seconds, self._watch.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, ValueError, imaplib.IMAP4.error, ImapToolsError) as error:
            if self._watch.was_cut:
                raise Transient(f"{self.settings.host} took longer than {seconds:.0f} s to {what}.") from error
            raise _translate(error, what, self.settings) from error
        finally:
            timer.cancel()


class _Watch:
    """Ends a connection from outside: a server that sends a byte now and then never runs into a socket's timeout."""

    client: imaplib.IMAP4 | None = None
    was_cut = False

    def cut(self) -> None:
        """Shut the socket, which wakes the thread that reads from it."""
        self.was_cut = True
        if self.client:
            with suppress(OSError):
                self.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back."""
        if self.client:
            with suppress(OSError):
                self.client.shutdown()


class _Plain(imaplib.IMAP4):
    def __init__(self, watch: _Watch, host: str, port: int) -> None:
        self._watch = watch
        super().__init__(host, port, _SOCKET_SECONDS)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._watch.client = self


class _Tls(imaplib.IMAP4_SSL):
    def __init__(self, watch: _Watch, host: str, port: int, context: ssl.SSLContext) -> None:
        self._watch = watch
        super().__init__(host, port, ssl_context=context, timeout=_SOCKET_SECONDS)

    def open(self, host: str = "", port: int | None = 993, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._watch.client = self


class _Box(BaseMailBox):
    """A connection whose certificate is checked, which imaplib does not do by itself."""

    def __init__(self, settings: Settings, watch: _Watch) -> None:
        self._settings = settings
        self._watch = watch
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        settings = self._settings
        if settings.security == "tls":
            return _Tls(self._watch, settings.host, settings.port or 993, _context(settings))
        client = _Plain(self._watch, settings.host, settings.port or 143)
        if settings.security == "starttls":
            client.starttls(_context(settings))
        return client


def _context(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def _secret(settings: Settings) -> str:
    if settings.password:
        return settings.password.get_secret_value()
    if settings.oauth_token_url:
        return _fetch_token(settings, settings.oauth_token_url)
    path = settings.password_file or settings.token_file or Path()
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise AuthExpired(f"{path} can be read by others: run chmod 600 {path}.")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthExpired(f"{path} cannot be read: {error}.") from error


def _fetch_token(settings: Settings, url: str) -> str:
    import httpx2

    form = {
        "grant_type": "refresh_token",
        "client_id": settings.oauth_client_id,
        "client_secret": settings.oauth_client_secret.get_secret_value(),
        "refresh_token": settings.oauth_refresh_token.get_secret_value(),
    }
    try:
        answer = httpx2.post(url, data=form, timeout=10)
    except httpx2.HTTPError as error:
        raise Transient(f"The token endpoint {url} does not answer: {error}.") from error
    if answer.status_code in {400, 401, 403}:
        raise AuthExpired(f"{url} refuses the refresh token of {settings.username}: sign in again.")
    if answer.is_error:
        raise Transient(f"The token endpoint {url} answered {answer.status_code}.")
    try:
        return str(answer.json()["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceChanged(f"The token endpoint {url} answered without an access_token.") from error


def _translate(error: Exception, what: str, settings: Settings) -> StopSource:
    where = f"{settings.host}:{settings.port or (993 if settings.security == 'tls' else 143)}"
    said = _said(error)
    if isinstance(error, ssl.SSLError) and what == "connect":
        return _translate_tls(error, where)
    if "TLS not supported" in said:
        return Blocked(f"{where} offers no STARTTLS: check port and security, or find out who answers.")
    if re.search(r"HTTP/1|<html|<!doctype", said, re.IGNORECASE):
        return Blocked(f"{where} answers with a web page, not as an IMAP server.")
    if "unexpected response" in said or "not IMAP4" in said or isinstance(error, ValueError):
        return SourceChanged(f"{where} does not speak IMAP: {said}")
    if isinstance(error, OSError | imaplib.IMAP4.abort) or _PASSING.search(said):
        return Transient(f"{where} failed to {what}: {said}")
    return _translate_refusal(said, what, where, settings)


def _said(error: Exception) -> str:
    """Give the server's own words."""
    words = error.command_result[1] if isinstance(error, UnexpectedCommandStatusError) else error.args
    texts = [word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in words]
    return (" ".join(texts) or type(error).__name__)[:300]


def _translate_tls(error: ssl.SSLError, where: str) -> StopSource:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message
        return Blocked(f"The certificate of {where} is not trusted ({reason}): set ca_file, or find out who answers.")
    if error.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNEXPECTED_MESSAGE"}:
        return SourceChanged(f"{where} does not speak TLS: check port and security.")
    return Transient(f"{where} broke off the TLS handshake: {error}")


def _translate_refusal(said: str, what: str, where: str, settings: Settings) -> StopSource:
    if what == "login" and "PRIVACYREQUIRED" in said.upper():
        return Forbidden(f"{where} takes no password over an open line: set security to tls or starttls.")
    if what == "login":
        return AuthExpired(f"{where} refuses the sign-in of {settings.username}: {said}")
    if what == "open":
        return Forbidden(f"{settings.username} cannot open the folder {settings.folder!r} on {where}: {said}")
    if what == "connect":
        return Transient(f"{where} turns connections away: {said}")
    return SourceChanged(f"{where} answered the command {what} with an error: {said}")


def _literals(answer: _Answer) -> dict[int, bytes]:
    """Match the literals of a FETCH answer with their UIDs, which stand before or behind them."""
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


def _read_date(found: re.Match[bytes] | None) -> datetime | None:
    if found:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            time = parsedate_to_datetime(found[1].decode("ascii", "replace"))
            return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None


def _day(time: datetime) -> str:
    """Write a day for SEARCH, in English under every locale."""
    return f"{time.day}-{_MONTHS[time.month - 1]}-{time.year}"
