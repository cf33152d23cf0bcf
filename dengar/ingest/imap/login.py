"""Who signs in where: the settings of a mailbox, and the secret that they point to."""

import json
import stat
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, model_validator

from dengar.errors import AuthExpired, SourceChanged, Transient
from dengar.ingest.fetch import post_form
from dengar.ingest.protocol import SourceSettings


class Login(SourceSettings):
    """Where the mailbox is and how to sign in: exactly one of the four ways.

    `password`, or `password_file` (mode 600); or XOAUTH2 with a token from `token_file` (mode 600), or one that is
    fetched from `oauth_token_url` with client id, secret and refresh token.
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
    seconds_per_command: float = 60.0

    @model_validator(mode="after")
    def _has_one_way_to_sign_in(self) -> Self:
        ways = [self.password, self.password_file, self.token_file, self.oauth_token_url]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("Set exactly one of password, password_file, token_file and oauth_token_url.")
        return self

    @property
    def open_port(self) -> int:
        """Give the port, which follows from the security when it is not set."""
        return self.port or (993 if self.security == "tls" else 143)

    @property
    def has_token(self) -> bool:
        """Say whether XOAUTH2 is spoken instead of a password."""
        return bool(self.token_file or self.oauth_token_url)


def read_secret(login: Login) -> str:
    """Give the password or the token; raises AuthExpired when a person must renew it."""
    if login.password:
        return login.password.get_secret_value()
    if login.oauth_token_url:
        return _fetch_token(login, login.oauth_token_url)
    path = login.password_file or login.token_file or Path()
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise AuthExpired(f"{path} can be read by others: run chmod 600 {path}.")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthExpired(f"{path} cannot be read: {error}.") from error


def _fetch_token(login: Login, url: str) -> str:
    form = {
        "grant_type": "refresh_token",
        "client_id": login.oauth_client_id,
        "client_secret": login.oauth_client_secret.get_secret_value(),
        "refresh_token": login.oauth_refresh_token.get_secret_value(),
    }
    answer = post_form(url, form)
    if answer.status in {400, 401, 403}:
        raise AuthExpired(f"{url} refuses the refresh token of {login.username}: sign in again.")
    if answer.status >= 400:  # noqa: PLR2004  an error
        raise Transient(f"The token endpoint {url} answered {answer.status}.")
    try:
        return str(json.loads(answer.body)["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceChanged(f"The token endpoint {url} answered without an access_token.") from error
