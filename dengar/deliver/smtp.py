"""Sends a mail by SMTP, with typed errors."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from dengar.deliver.secret import read_secret
from dengar.errors import AuthExpired, NotSent, Refused, Transient

PORTS = {"tls": 465, "starttls": 587, "plain": 25}
PERMANENT = 500
BAD_LOGIN = {530, 534, 535, 538}


class Smtp(BaseModel):
    """The mail server and how to sign in there (without a username: not at all)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = "starttls"
    ca_file: Path | None = None
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    sender: str
    seconds: float = Field(default=30.0, gt=0, le=120)

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        return check_address(address)


def check_address(address: str) -> str:
    """Give the address back; raises ValueError for what can be none."""
    local, at, domain = address.partition("@")
    if not (local and at and domain) or set(address) & set(" \t\r\n<>,;") or "@" in domain:
        raise ValueError(f"{address!r} is no mail address")
    return address


def send_mail(smtp: Smtp, message: EmailMessage, recipients: Sequence[str]) -> dict[str, str]:
    """Hand one mail over; gives the recipients that were refused while others were not, with the server's words.

    Raises Refused when the server will not take it (5xx), AuthExpired, NotSent, or Transient.
    """
    try:
        with _connect(smtp) as server:
            refused = server.send_message(message, smtp.sender, list(recipients))
    except smtplib.SMTPRecipientsRefused as error:
        raise _explain(smtp, [code for code, _ in error.recipients.values()], _say(error.recipients)) from error
    except smtplib.SMTPResponseException as error:
        raise _explain(smtp, [error.smtp_code], f"{error.smtp_code} {_text(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Transient(f"{smtp.host} broke off, perhaps it was taken: {error or type(error).__name__}.") from error
    return {who: f"{code} {_text(said)}" for who, (code, said) in refused.items()}


def check_login(smtp: Smtp) -> list[str]:
    """Sign in and leave."""
    with _connect(smtp) as server:
        server.noop()
    return []


def _connect(smtp: Smtp) -> smtplib.SMTP:
    """Open a connection and sign in; whatever fails here, nothing was sent."""
    password = read_secret(smtp.password, smtp.password_file)
    trusted = ssl.create_default_context(cafile=smtp.ca_file)
    port = smtp.port or PORTS[smtp.security]
    try:
        if smtp.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, port, timeout=smtp.seconds, context=trusted)
        else:
            server = smtplib.SMTP(smtp.host, port, timeout=smtp.seconds)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{smtp.host}:{port} cannot be reached: {error}.") from error
    try:
        _sign_in(smtp, server, password, trusted)
    except BaseException:
        server.close()
        raise
    return server


def _sign_in(smtp: Smtp, server: smtplib.SMTP, password: str, trusted: ssl.SSLContext) -> None:
    try:
        if smtp.security == "starttls":
            server.starttls(context=trusted)
        if smtp.username:
            server.login(smtp.username, password)
    except smtplib.SMTPResponseException as error:
        words = f"{smtp.host} refuses the login: {error.smtp_code} {_text(error.smtp_error)}"
        raise (AuthExpired if error.smtp_code >= PERMANENT else NotSent)(words) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{smtp.host} does not let us sign in: {error}.") from error


def _explain(smtp: Smtp, codes: Sequence[int], said: str) -> AuthExpired | Refused | Transient:
    words = f"{smtp.host} does not take it: {said}"
    if BAD_LOGIN & set(codes):
        return AuthExpired(words)
    return Refused(words) if min(codes, default=0) >= PERMANENT else Transient(words)


def _say(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{who}: {code} {_text(said)}" for who, (code, said) in refused.items())


def _text(said: bytes | str) -> str:
    return said if isinstance(said, str) else said.decode("utf-8", "replace")
