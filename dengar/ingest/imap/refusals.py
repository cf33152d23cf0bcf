"""What goes wrong on the line to an IMAP server, as an error that says what to do."""

import imaplib
import re
import ssl

from imap_tools.errors import UnexpectedCommandStatusError

from dengar.errors import AuthExpired, Blocked, Forbidden, SourceChanged, StopSource, Transient
from dengar.ingest.imap.login import Login

_PASSING = re.compile(r"\[(UNAVAILABLE|SERVERBUG|INUSE|LIMIT|CONTACTADMIN)\]|too many|try again", re.IGNORECASE)
_WEB_PAGE = re.compile(r"HTTP/1|<html|<!doctype", re.IGNORECASE)


def translate(error: Exception, what: str, login: Login) -> StopSource:
    """Make a StopSource of an error of the libraries; `what` is the command that met it."""
    where = f"{login.host}:{login.open_port}"
    said = _said(error)
    if isinstance(error, ssl.SSLError) and what == "connect":
        return _translate_tls(error, where)
    if "TLS not supported" in said:
        return Blocked(f"{where} offers no STARTTLS: check port and security, or find out who answers.")
    if _WEB_PAGE.search(said):
        return Blocked(f"{where} answers with a web page, not as an IMAP server.")
    if "unexpected response" in said or "not IMAP4" in said or isinstance(error, ValueError):
        return SourceChanged(f"{where} does not speak IMAP: {said}")
    if isinstance(error, OSError | imaplib.IMAP4.abort) or _PASSING.search(said):
        return Transient(f"{where} failed to {what}: {said}")
    return _translate_refusal(said, what, where, login)


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


def _translate_refusal(said: str, what: str, where: str, login: Login) -> StopSource:
    if what == "login" and "PRIVACYREQUIRED" in said.upper():
        return Forbidden(f"{where} takes no password over an open line: set security to tls or starttls.")
    if what == "login":
        return AuthExpired(f"{where} refuses the sign-in of {login.username}: {said}")
    if what == "open":
        return Forbidden(f"{login.username} cannot open the folder {login.folder!r} on {where}: {said}")
    if what == "connect":
        return Transient(f"{where} turns connections away: {said}")
    return SourceChanged(f"{where} answered the command {what} with an error: {said}")
