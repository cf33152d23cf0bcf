"""The settings of a Bluesky source, how far it was read, and the items that it makes."""

from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import Field, HttpUrl, SecretStr, WebsocketUrl, model_validator

from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.ingest.protocol import SourceSettings
from dengar.models import Item
from dengar.models.item import Kind

ACCOUNT = "atproto"  # a post has one address, from whichever service and in whichever mode it is read
JSON = "application/json"
ADDRESSED = "application/json; to=us"  # the bytes of a post do not tell which account is ours
CBOR = "application/vnd.ipld.dag-cbor"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
NEEDED = {"search": ("query",), "mentions": ("identifier",), "firehose": ("words",)}


class Settings(SourceSettings):
    """What is read, where, and as whom.

    `search` reads what matches `query`; `mentions` what mentions, answers or quotes our account; `firehose` every new
    post of the network, of which those with one of the `words` are kept. Our account signs in with an app password.
    """

    channel: str = "bluesky"
    mode: Literal["search", "mentions", "firehose"] = "search"
    identifier: str = ""
    app_password: SecretStr = SecretStr("")
    query: str = ""
    words: tuple[str, ...] = ()
    lang: str = Field(default="", pattern=r"^([a-z]{2,3})?$")
    service_url: HttpUrl = HttpUrl("https://bsky.social")
    appview_url: HttpUrl = HttpUrl("https://api.bsky.app")
    firehose_url: WebsocketUrl = WebsocketUrl("wss://bsky.network")
    from_oldest: bool = False
    listen_seconds: float = Field(default=60.0, ge=0)
    silence_seconds: float = Field(default=10.0, gt=0)

    @model_validator(mode="after")
    def _has_what_its_mode_needs(self) -> Self:
        missing = [name for name in NEEDED[self.mode] if not getattr(self, name)]
        if self.replies and not self.identifier:
            missing.append("identifier")
        if missing:
            raise ValueError(f"mode {self.mode} needs {' and '.join(dict.fromkeys(missing))}")
        if bool(self.identifier) != bool(self.app_password.get_secret_value()):
            raise ValueError("set both of identifier and app_password, or neither")
        if not all(word.strip(" *") for word in self.words):
            raise ValueError("words: an empty one would take every post of the network")
        return self


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How far the source was read.

    Of the newest-first modes: everything up to `high` was read; while older pages remain, `newest` is what `high` will
    be, and they go on before the time `until` (search) or at the service's `page` (mentions).

    Of the firehose: `seq` and `time` of the last event, which count at the `relay` alone; `recent` are the posts taken
    last, of which changes and deletions are followed.
    """

    high: datetime | None = None
    newest: datetime | None = None
    until: datetime | None = None
    page: str = ""
    relay: str = ""
    seq: int = 0
    time: datetime | None = None
    recent: tuple[str, ...] = ()


def make_item(
    settings: Settings,
    native_id: str,
    payload: bytes,
    now: datetime,
    *,
    media_type: str = "",
    claimed_at: datetime | None = None,
    kind: Kind = "upsert",
) -> Item:
    """Make the item of a record; `native_id` is its at:// address."""
    return Item(
        channel=settings.channel,
        account=ACCOUNT,
        native_id=native_id,
        collector="bluesky",
        source=settings.name,
        payload=payload,
        media_type=media_type,
        observed_at=now,
        claimed_at=claimed_at,
        kind=kind,
    )


def read_moment(text: object) -> datetime | None:
    """Read a time as the protocol writes it (RFC 3339); None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
