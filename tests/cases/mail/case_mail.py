"""A mailbox on a real Dovecot; what is no IMAP server answers in the situations that Dovecot cannot be in."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dovecot import PASSWORD, run_dovecot
from made import NOW
from standard_cases import LOGIN_PAGE, Scene

GREETINGS = {"changed": b"220 mail.example ESMTP ready\r\n", "login": b"HTTP/1.1 200 OK\r\n\r\n" + LOGIN_PAGE}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    if situation == "rate_limited":
        yield Scene(impossible="IMAP has no answer that names a time: 'too many connections' is a passing failure")
    elif situation in GREETINGS:
        with greet(GREETINGS[situation]) as port:
            yield Scene(section=section(port))
    else:
        with run_dovecot() as dovecot:
            mails = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
            dovecot.mailbox("warga").deliver(mails if situation == "normal" else [], NOW)
            password = "salah" if situation == "expired" else PASSWORD
            yield Scene(section=section(dovecot.port, password))


def section(port: int, password: str = PASSWORD) -> dict[str, object]:
    where = {"host": "127.0.0.1", "port": port, "security": "plain", "mailbox": "warga"}
    return {"collector": "mail", "username": "warga", "password": password} | where


@contextmanager
def greet(words: bytes) -> Iterator[int]:
    """Say these words to whoever connects; gives the port."""

    class Greeter(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(words)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
