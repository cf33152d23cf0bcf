"""The filtered stream, as a hint that search has something new: its posts are not taken from it.

A stream may break, repeat or leave out posts; search is read from its cursor and does not.
"""

import contextlib
import threading
import time
from typing import Any

import msgspec

from dengar.errors import Forbidden, StopSource, Transient
from dengar.ingest.fetch import USER_AGENT, read_json
from dengar.ingest.xapi.door import Door, ask
from dengar.ingest.xapi.fields import get_rows, get_text, read_row
from dengar.ingest.xapi.refusals import Problem, read_problem
from dengar.ingest.xapi.settings import Settings

PATH = "/2/tweets/search/stream/rules"
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_TO_END = 2.0


class Rule(msgspec.Struct, frozen=True):
    """A rule of the stream; `tag` says whose it is."""

    id: str
    value: str
    tag: str = ""


class _Rules(msgspec.Struct, frozen=True):
    data: list[Rule] = []
    errors: list[Any] | None = None

    @property
    def problem(self) -> Problem:
        return read_problem(next((one for one in self.errors or () if isinstance(one, dict)), {}))


def listen(settings: Settings, seconds: float, stop: threading.Event) -> bool:
    """Wait until the stream brings a post or breaks, True, or the time is over or `stop` is set, False.

    A refusal is raised when the time is over, because asking again at once would only be refused again. Transient comes
    at once.
    """
    end = time.monotonic() + seconds
    try:
        return _listen(settings, end, stop)
    except Transient:
        raise
    except StopSource:
        stop.wait(end - time.monotonic())
        raise


def _listen(settings: Settings, end: float, stop: threading.Event) -> bool:
    client = _open(settings)
    with client.session:
        ear = _Ear(client, keep_rule(client, settings))
        began = time.monotonic()
        client.filter(threaded=True)
        while not stop.is_set() and time.monotonic() < end and not ear.ended.wait(_SECONDS_BETWEEN_LOOKS):
            pass
        heard, error = ear.heard, ear.error
        _hang_up(client)
    if error is not None:
        raise error
    if heard:
        # X allows 50 connections in 15 minutes: on a busy day hints come at intervals.
        stop.wait(began + settings.seconds_between_hints - time.monotonic())
    return heard


def _open(settings: Settings) -> Any:  # noqa: ANN401  tweepy has no types
    import tweepy  # type: ignore[import-untyped]

    if settings.bearer_token is None:
        raise Forbidden("The stream needs bearer_token: set it.")
    client = tweepy.StreamingClient(
        settings.bearer_token.get_secret_value(), return_type=dict, wait_on_rate_limit=False, chunk_size=1, daemon=True
    )
    client.session = Door(settings)
    client.user_agent = USER_AGENT
    return client


def keep_rule(client: Any, settings: Settings) -> str:  # noqa: ANN401  tweepy has no types
    """Make sure that the query is a rule of the stream, and give its id; the source's earlier queries are removed.

    Rules that others made are left alone.
    """
    tag, query = f"dengar:{settings.name}", settings.query.strip()
    rules = read_json(ask(client, "GET", PATH, {}), PATH, _Rules).data
    if stale := [rule.id for rule in rules if rule.tag == tag and rule.value != query]:
        ask(client, "POST", PATH, {}, {"delete": {"ids": stale}})
    known = [rule.id for rule in rules if rule.value == query]
    return known[0] if known else _add_rule(client, {"value": query, "tag": tag})


def _add_rule(client: Any, rule: dict[str, str]) -> str:  # noqa: ANN401
    answer = read_json(ask(client, "POST", PATH, {}, {"add": [rule]}), PATH, _Rules)
    added = [one.id for one in answer.data if one.value == rule["value"]]
    if not added:
        raise Forbidden(f"X does not take the query as a rule of the stream: {answer.problem.sentence}")
    return added[0]


class _Ear:
    """What tweepy's thread tells: `heard` of a post, or of the end of a stream that was up; or an `error`."""

    def __init__(self, client: Any, rule: str) -> None:  # noqa: ANN401  tweepy has no types
        self._client = client
        self._rule = rule
        self._is_up = False
        self.heard = False
        self.error: StopSource | None = None
        self.ended = threading.Event()
        client.on_connect = self._on_connect
        client.on_data = self._on_data
        client.on_keep_alive = lambda: None
        client.on_closed = lambda _: self._end()
        client.on_connection_error = client.on_disconnect = self._end
        client.on_exception = self._on_exception

    def _on_connect(self) -> None:
        if self._is_up:  # tweepy connects again by itself
            self._end()
        self._is_up = True

    def _on_data(self, line: bytes) -> None:
        row = read_row(line) or {}
        rules = {get_text(one, "id") for one in get_rows(row, "matching_rules")}
        if "data" not in row:
            self._end()  # X says why it ends the stream
        elif not rules or self._rule in rules:
            self._end()

    def _on_exception(self, error: Exception) -> None:
        if not self._is_up:
            broken = Transient(f"The stream broke: {type(error).__name__}.")
            self.error = error if isinstance(error, StopSource) else broken
        self._end()

    def _end(self) -> None:
        self._client.disconnect()
        self.heard = self.heard or (self._is_up and not self.ended.is_set())
        self.ended.set()


def _hang_up(client: Any) -> None:  # noqa: ANN401  tweepy has no types
    """End the connection at once: X allows few, and a thread that waits for a heartbeat would keep this one."""
    client.disconnect()
    streamed = client.session.streamed
    if streamed is not None:
        with contextlib.suppress(ValueError, RuntimeError, OSError):  # it has ended meanwhile
            streamed.raw.shutdown()
    client.thread.join(_SECONDS_TO_END)
