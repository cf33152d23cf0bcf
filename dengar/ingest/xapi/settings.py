"""The section of a source that reads X, and what it lacks to work."""

from typing import Literal

from pydantic import Field, HttpUrl, SecretStr

from dengar.errors import Forbidden
from dengar.ingest.protocol import SourceSettings

NO_PLAN = (
    "X is switched off: its developer agreement wants an Enterprise plan before X content reaches a government user. "
    'Once the city has one, set plan = "enterprise".'
)


class Settings(SourceSettings):
    """What is read of X, with whose credentials, and what it costs.

    `mentions_of` is the id (a number) of the city's account, `query` a query for recent search; either or both.
    `bearer_token` is that of the app; the four OAuth 1.0a fields, or `user_token` (OAuth 2.0), speak for the account.
    Prices are US dollars for each post that comes.
    """

    channel: str = "x"
    plan: str = ""
    mentions_of: str = Field(default="", pattern=r"^([0-9]{1,19})?$")
    query: str = Field(default="", max_length=4096)
    api: HttpUrl = HttpUrl("https://api.x.com")
    vocabulary: Literal["post", "tweet"] = "post"
    bearer_token: SecretStr | None = None
    consumer_key: SecretStr | None = None
    consumer_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    access_token_secret: SecretStr | None = None
    user_token: SecretStr | None = None
    mentions_price: float = Field(default=0.001, ge=0)
    search_price: float = Field(default=0.005, ge=0)
    lookup_price: float = Field(default=0.005, ge=0)
    minutes_between_overlaps: int = Field(default=15, ge=0)
    stream: bool = False
    seconds_between_hints: float = Field(default=20.0, ge=0)
    seconds_of_silence: float = Field(default=30.0, gt=0)
    ids_for_a_job: int = Field(default=5000, ge=1)
    seconds_between_looks: float = Field(default=10.0, gt=0)
    seconds_for_a_job: float = Field(default=600.0, ge=0)

    @property
    def base(self) -> str:
        """Give the address of the API without a slash at its end."""
        return str(self.api).rstrip("/")

    @property
    def oauth(self) -> tuple[SecretStr, SecretStr, SecretStr, SecretStr] | None:
        """Give the OAuth 1.0a credentials of the account, when all four are set."""
        key, secret = self.consumer_key, self.consumer_secret
        token, token_secret = self.access_token, self.access_token_secret
        return (key, secret, token, token_secret) if key and secret and token and token_secret else None

    @property
    def speaks_for_user(self) -> bool:
        """Say whether there are credentials of the account itself."""
        return self.oauth is not None or self.user_token is not None


def find_lacks(settings: Settings) -> list[str]:
    """Give a sentence for everything that must be set before X can be read; without the plan only that one."""
    if settings.plan != "enterprise":
        return [NO_PLAN]
    lacks = []
    if not settings.mentions_of and not settings.query:
        lacks.append("Nothing is read: set mentions_of (the id of the city's account), query, or both.")
    if not settings.bearer_token and not settings.speaks_for_user:
        lacks.append("There are no credentials: set bearer_token.")
    named = (settings.consumer_key, settings.consumer_secret, settings.access_token, settings.access_token_secret)
    if any(named) and not all(named):
        lacks.append(
            "consumer_key, consumer_secret, access_token and access_token_secret belong together: set all four."
        )
    if settings.stream and not (settings.query and settings.bearer_token):
        lacks.append("stream needs query and bearer_token.")
    return lacks


def require(settings: Settings) -> None:
    """Raise Forbidden, before any request, while X must not or cannot be read."""
    if lacks := find_lacks(settings):
        raise Forbidden(lacks[0])
