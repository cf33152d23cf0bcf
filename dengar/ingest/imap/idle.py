"""Waiting until the server tells of new mail (IDLE, RFC 2177)."""

import imaplib
import threading
import time

from imap_tools.mailbox import BaseMailBox

from dengar.ingest.imap.session import Session

_LONGEST_SECONDS = 9 * 60  # https://github.com/mjs/imapclient/issues/349: some servers forget a longer one
_SECONDS_BETWEEN_LOOKS = 1.0


def can_idle(session: Session) -> bool:
    """Ask whether the server knows IDLE."""
    with session.line.asking("capability"):
        _, answer = session.line.box.client.capability()
    return b"IDLE" in b" ".join(filter(None, answer)).upper().split()


def wait_for_mail(session: Session, seconds: float, stop: threading.Event) -> bool:
    """Wait until mail comes, True, or the time (9 minutes at most) is over or `stop` is set, False."""
    seconds = min(seconds, _LONGEST_SECONDS)
    box = session.line.box
    with session.line.asking("idle", seconds + session.login.seconds_per_command):
        before = _count_news(box)
        tag = _start(box)
        woken = _listen(box, time.monotonic() + seconds, stop)
        box.client.send(b"DONE\r\n")
        box.consume_until_tagged_response(tag)
        # what came in one packet with the answer to IDLE is only seen now
        return woken or _count_news(box) > before


def _start(box: BaseMailBox) -> bytes:
    """Send IDLE; unlike imap_tools, bear with a server that tells news before it says that it idles."""
    client = box.client
    tag: bytes = client._command("IDLE")  # noqa: SLF001  imaplib has no public way to a command that goes on
    while client._get_response() is not None:  # noqa: SLF001
        if client.tagged_commands[tag]:
            raise imaplib.IMAP4.error(f"IDLE was refused: {client.tagged_commands.pop(tag)!r}")
    return tag


def _listen(box: BaseMailBox, end: float, stop: threading.Event) -> bool:
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        patience = min(left, _SECONDS_BETWEEN_LOOKS)
        lines = box.idle.poll(timeout=patience)
        if any(b" EXISTS" in line.upper() for line in lines):
            return True
        if not lines and end - time.monotonic() > left - patience / 2:
            return False  # silence before its time: the server hung up, which ending the IDLE brings to light
    return False


def _count_news(box: BaseMailBox) -> int:
    return len(box.client.untagged_responses.get("EXISTS", []))
