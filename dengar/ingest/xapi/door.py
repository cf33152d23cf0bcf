"""The door to X's API: tweepy's requests go through it to the configured address, and come back typed.

tweepy has its host built in. The address is changed before a request is signed, because OAuth 1.0a signs the address:
an adapter, which sees the request later, would break the signature.
"""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from dengar.errors import Forbidden, NotSent, SourceChanged, Transient
from dengar.ingest.fetch import DEADLINE_SECONDS, LARGEST_BYTES, SILENCE_SECONDS, USER_AGENT, Answer
from dengar.ingest.protocol import Clock
from dengar.ingest.xapi.refusals import explain
from dengar.ingest.xapi.settings import Settings

TWEEPYS_HOST = "https://api.twitter.com"
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # for a refusal that does not tell the time
_CHUNK_BYTES = 65_536


class CutOff(Transient):
    """The answer began well and broke off: X counts it as read all the same."""


class TooLong(SourceChanged):
    """The answer did not end: X counts it as read all the same."""


class Door(requests.Session):
    """A session that goes to the configured API; everything but 2xx is a typed StopSource.

    Answers are read whole, within 30 s and 10 MB, except the stream: `streamed` is the one that is open. Without a
    clock the time is what X says it is.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        super().__init__()
        self._base = settings.base
        self._silence = settings.seconds_of_silence
        self._clock = clock
        self.streamed: requests.Response | None = None
        # Only connections that were never made are tried again: a request that was sent may be billed.
        retry = Retry(
            total=2,
            connect=2,
            read=0,
            status=0,
            other=0,
            redirect=0,
            backoff_factor=0.2,
            respect_retry_after_header=False,
        )
        patient = HTTPAdapter(max_retries=retry)
        self.mount("https://", patient)
        self.mount("http://", patient)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Turn tweepy's address into the configured one, then sign."""
        request.url = self._base + str(request.url).removeprefix(TWEEPYS_HOST)
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        """Send once; raises StopSource."""
        is_stream = kwargs.get("stream", False)
        silence = self._silence if is_stream else SILENCE_SECONDS
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": (SILENCE_SECONDS, silence)}
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            raise _unreachable(error) from error
        if is_stream and response.status_code == requests.codes.ok:
            self.streamed = response
            return response
        url = str(request.url).partition("?")[0]
        answer = read_answer(response, url)
        if answer.status // 100 != 2:  # noqa: PLR2004  the class of success
            raise explain(answer, url, self._clock() if self._clock else _read_date(answer))
        response.raw = io.BytesIO(answer.body)
        return response


def read_answer(response: requests.Response, url: str) -> Answer:
    """Read a response whole; raises CutOff when a good one breaks off or takes too long, TooLong over 10 MB."""
    end = time.monotonic() + DEADLINE_SECONDS
    body = bytearray()
    try:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise TooLong(f"{url} answered with more than {LARGEST_BYTES:,} bytes.")
            if time.monotonic() > end:
                raise CutOff(f"{url} took too long to answer.")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        kind = CutOff if response.status_code // 100 == 2 else Transient  # noqa: PLR2004  the class of success
        raise kind(f"{url} broke off in the middle of its answer ({type(error).__name__}).") from error
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=bytes(body))


def _read_date(answer: Answer) -> datetime:
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return NO_TIME


def _unreachable(error: requests.RequestException) -> Transient:
    reason = getattr(error.args[0], "reason", error) if error.args else error
    unsent = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.SSLError,
    )
    kind = NotSent if isinstance(reason, unsent) else Transient
    return kind(f"X cannot be reached ({type(reason).__name__}).")


@contextmanager
def open_client(settings: Settings, clock: Clock | None = None, *, as_user: bool = False) -> Iterator[Any]:
    """Give tweepy's client with the app's token, or with the account's (`as_user`); raises Forbidden without any."""
    import tweepy  # type: ignore[import-untyped]

    keys: dict[str, str] = {}
    if as_user and settings.oauth:
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        keys = {name: secret.get_secret_value() for name, secret in zip(names, settings.oauth, strict=True)}
    elif token := settings.user_token if as_user else settings.bearer_token:
        keys = {"bearer_token": token.get_secret_value()}
    else:
        lacking = "the account's credentials (user_token, or the four of OAuth 1.0a)" if as_user else "bearer_token"
        raise Forbidden(f"This needs {lacking}: set them.")
    client = tweepy.Client(**keys, return_type=dict, wait_on_rate_limit=False)
    client.user_agent = USER_AGENT
    with Door(settings, clock) as client.session:
        yield client


def ask(client: Any, method: str, path: str, params: dict[str, str], message: object = None) -> Answer:  # noqa: ANN401
    """Make one request and give the untouched bytes of its answer; raises StopSource.

    tweepy's own methods would parse them, and know only the older names of fields.
    """
    signed = client.access_token is not None
    response = client.request(method, path, params=params, json=message, user_auth=signed)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=response.content)


def write_time(time_: datetime) -> str:
    """Write a time as X wants it: UTC, whole seconds."""
    return time_.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
