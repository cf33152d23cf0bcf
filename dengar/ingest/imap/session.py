"""A signed-in session with one folder open, read-only; every error that leaves it is a StopSource."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from dengar.errors import SourceChanged, Transient
from dengar.ingest.imap.answers import Answer
from dengar.ingest.imap.line import Line
from dengar.ingest.imap.login import Login, read_secret

_SLOWEST_BYTES_PER_SECOND = 50_000


class FetchFailed(Transient):
    """The server could not give these mails, or the line broke while it did."""


class Session:
    """The open folder; `uidvalidity` and `uidnext` are what the server said when it was opened."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.hang_up()

    def search(self, criteria: str) -> list[int]:
        """Find the UIDs of mails, in ascending order."""
        with self.line.asking("search"):
            return sorted({int(uid) for uid in self.line.box.uids(criteria, charset=None)})

    def fetch(self, uids: Sequence[int], parts: str, size: int = 0) -> Answer:
        """Ask for parts of mails, of about `size` bytes; raises FetchFailed, after which the session is reopened."""
        seconds = self.login.seconds_per_command + size / _SLOWEST_BYTES_PER_SECOND
        try:
            with self.line.asking("fetch", seconds):
                kind, answer = self.line.box.client.uid("FETCH", ",".join(map(str, uids)), parts)
        except (Transient, SourceChanged) as error:
            self._reopen()
            raise FetchFailed(str(error)) from error
        if kind != "OK":
            self._reopen()
            raise FetchFailed(f"{self.login.host} answered {kind} {answer!r:.200}.")
        return answer

    def _reopen(self) -> None:
        self.line.hang_up()
        before = self.uidvalidity
        self._open()
        if self.uidvalidity != before:
            self.line.hang_up()
            raise Transient("The folder got new UIDs while it was read: the next run reads it again.")

    def _open(self) -> None:
        self.line = Line(self.login)
        try:
            self.line.connect()
            self._sign_in()
            with self.line.asking("open"):
                self.line.box.folder.set(self.login.folder, readonly=True)
                self.uidvalidity = self._number("UIDVALIDITY") or 1
                self.uidnext = self._number("UIDNEXT")
        except BaseException:
            self.line.close()
            raise

    def _sign_in(self) -> None:
        login, box = self.login, self.line.box
        secret = read_secret(login)
        with self.line.asking("login"):
            if login.has_token:
                words = f"user={login.username}\1auth=Bearer {secret}\1\1".encode()
                # a refusal comes as a challenge, which an empty answer ends
                box.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else words)
            elif (login.username + secret).isascii():
                box.login(login.username, secret, initial_folder=None)
            else:
                box.login_utf8(login.username, secret, initial_folder=None)

    def _number(self, name: str) -> int:
        _, values = self.line.box.client.response(name)
        return int(values[-1] or 0) if values else 0
