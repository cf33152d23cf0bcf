"""The line to an IMAP server: every command on it is bounded in time, and fails with a StopSource."""

import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox

from dengar.errors import StopSource, Transient
from dengar.ingest.imap.login import Login
from dengar.ingest.imap.refusals import translate

_SOCKET_SECONDS = 30.0
_GOODBYE_SECONDS = 5.0


class Line:
    """A connection; a server that sends a byte now and then never runs into a socket's timeout, so a timer cuts it."""

    box: BaseMailBox
    client: imaplib.IMAP4 | None = None

    def __init__(self, login: Login) -> None:
        self._login = login
        self._was_cut = False

    def connect(self) -> None:
        """Connect, and encrypt the line when the settings say so."""
        with self.asking("connect"):
            self.box = _Box(self._login, self)

    @contextmanager
    def asking(self, what: str, seconds: float = 0.0) -> Iterator[None]:
        """Bound a whole command in time, and translate what goes wrong."""
        seconds = seconds or self._login.seconds_per_command
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, ValueError, imaplib.IMAP4.error, ImapToolsError) as error:
            if self._was_cut:
                raise Transient(f"{self._login.host} took longer than {seconds:.0f} s to {what}.") from error
            raise translate(error, what, self._login) from error
        finally:
            timer.cancel()

    def _cut(self) -> None:
        """Shut the socket, which wakes the thread that reads from it."""
        self._was_cut = True
        if self.client:
            with suppress(OSError):
                self.client.sock.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Say goodbye and close."""
        if self.client:
            with suppress(StopSource), self.asking("logout", _GOODBYE_SECONDS):
                self.client.logout()
        self.close()

    def close(self) -> None:
        """Give the socket back."""
        if self.client:
            with suppress(OSError):
                self.client.shutdown()


class _Box(BaseMailBox):
    """A client whose certificate is checked, which imaplib does not do by itself."""

    def __init__(self, login: Login, line: Line) -> None:
        self._login = login
        self._line = line
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        login = self._login
        if login.security == "tls":
            return _Tls(self._line, login.host, login.open_port, _context(login))
        client = _Plain(self._line, login.host, login.open_port)
        if login.security == "starttls":
            client.starttls(_context(login))
        return client


def _context(login: Login) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=login.ca_file)


class _Plain(imaplib.IMAP4):
    """Known to its line before the greeting is read, so that a greeting without end can be cut."""

    def __init__(self, line: Line, host: str, port: int) -> None:
        self._line = line
        super().__init__(host, port, _SOCKET_SECONDS)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._line.client = self


class _Tls(imaplib.IMAP4_SSL):
    """The same over TLS."""

    def __init__(self, line: Line, host: str, port: int, context: ssl.SSLContext) -> None:
        self._line = line
        super().__init__(host, port, ssl_context=context, timeout=_SOCKET_SECONDS)

    def open(self, host: str = "", port: int | None = 993, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._line.client = self
