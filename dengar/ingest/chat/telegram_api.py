"""Telegram's Bot API. The token is part of every address, so no address may get into what is said of a failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited, StopSource, Transient
from dengar.ingest.chat.attached import LARGEST_PHOTO
from dengar.ingest.fetch import DEFAULT_PAUSE, LONGEST_PAUSE, Answer, fetch_url, post_bytes, read_json
from dengar.models import Record

T = TypeVar("T")


class Bot(Record, frozen=True, kw_only=True):
    """Where the API is, and the bot's token."""

    api: str
    token: str


class Parameters(msgspec.Struct, frozen=True):
    """What helps to go on."""

    retry_after: int = 0


class Refused(msgspec.Struct, frozen=True):
    """An answer that is none."""

    description: str = "no reason given"
    parameters: Parameters = Parameters()


class SentMessage(msgspec.Struct, frozen=True):
    """A message that was sent."""

    message_id: int


class Sent(msgspec.Struct, frozen=True):
    """The answer to sendMessage."""

    result: SentMessage


class File(msgspec.Struct, frozen=True):
    """Where a file lies for an hour."""

    file_path: str
    file_size: int = 0


class Found(msgspec.Struct, frozen=True):
    """The answer to getFile."""

    result: File


class Self(msgspec.Struct, frozen=True):
    """The bot itself."""

    username: str


class Known(msgspec.Struct, frozen=True):
    """The answer to getMe."""

    result: Self


class Webhook(msgspec.Struct, frozen=True):
    """Where Telegram delivers; empty: nowhere."""

    url: str = ""


class Hooked(msgspec.Struct, frozen=True):
    """The answer to getWebhookInfo."""

    result: Webhook


def send(bot: Bot, letter: dict[str, object]) -> int:
    """Send a message once and give its number; raises StopSource."""
    with _without(bot.token):
        answer = _post(bot, "sendMessage", letter)
        if answer.status == 429:  # noqa: PLR2004
            raise NotSent("Telegram takes no more messages for now.")
        return _read(answer, "sendMessage", Sent).result.message_id


def fetch_photo(bot: Bot, file_id: str, now: datetime) -> bytes | None:
    """Fetch a photo's bytes; None for one that is too large. Raises StopSource."""
    with _without(bot.token):
        answer = _post(bot, "getFile", {"file_id": file_id})
        if answer.status == 429:  # noqa: PLR2004
            raise _wait(answer, now)
        found = _read(answer, "getFile", Found).result
        if found.file_size > LARGEST_PHOTO:
            return None
        url = f"{bot.api}/file/bot{bot.token}/{quote(found.file_path)}"
        return fetch_url(url, now=now, explain=_explain_file).body


def find_name(bot: Bot) -> str:
    """Give the bot's name, which needs a good token; raises StopSource."""
    with _without(bot.token):
        return _read(_post(bot, "getMe", {}), "getMe", Known).result.username


def find_webhook(bot: Bot) -> str:
    """Give the address to which Telegram delivers, empty for none; raises StopSource."""
    with _without(bot.token):
        return _read(_post(bot, "getWebhookInfo", {}), "getWebhookInfo", Hooked).result.url


@contextmanager
def _without(token: str) -> Iterator[None]:
    try:
        yield
    except StopSource as error:
        error.args = (str(error).replace(token, "TOKEN"),)
        raise error from None


def _post(bot: Bot, method: str, fields: dict[str, object]) -> Answer:
    headers = {"content-type": "application/json"}
    return post_bytes(f"{bot.api}/bot{bot.token}/{method}", msgspec.json.encode(fields), headers=headers)


def _read(answer: Answer, method: str, kind: type[T]) -> T:
    if answer.status // 100 != 2:  # noqa: PLR2004  the class of HTTP
        raise _explain(answer, method)
    return read_json(answer, f"Telegram ({method})", kind)


def _read_refusal(answer: Answer) -> Refused:
    try:
        return msgspec.json.decode(answer.body, type=Refused)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refused()


def _wait(answer: Answer, now: datetime) -> RateLimited:
    seconds = _read_refusal(answer).parameters.retry_after
    until = now + min(timedelta(seconds=seconds) if seconds > 0 else DEFAULT_PAUSE, LONGEST_PAUSE)
    return RateLimited(f"Telegram asks to wait until {until:%H:%M} UTC.", until=until)


def _explain(answer: Answer, method: str) -> StopSource:
    reason = _read_refusal(answer).description
    if answer.status in {401, 404}:  # an address with a wrong token does not exist
        return AuthExpired("Telegram does not know the token: set the one that @BotFather gives.")
    if answer.status == 400 and method == "getFile":  # noqa: PLR2004
        return Forbidden(f"Telegram does not give the photo: {reason}")
    if answer.status // 100 == 4:  # noqa: PLR2004
        return Forbidden(f"Telegram refuses {method}: {reason}")
    return Transient(f"Telegram answers {answer.status} to {method}.")


def _explain_file(answer: Answer, url: str, now: datetime) -> StopSource:
    del url, now
    if answer.status // 100 == 4:  # noqa: PLR2004
        return Forbidden(f"Telegram has the photo no longer (it answers {answer.status}).")
    return _explain(answer, "the photo's address")
