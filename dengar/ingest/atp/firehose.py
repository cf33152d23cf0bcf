"""The firehose: what happens in the whole network, event by event, read on from the last one that was stored."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dengar.errors import Blocked, SourceChanged, StopSource, Transient
from dengar.ingest.atp.source import Cursor, Settings
from dengar.ingest.atp.tail import Tail
from dengar.ingest.fetch import USER_AGENT, Answer, make_error
from dengar.ingest.protocol import Batch, Budget, Clock

if TYPE_CHECKING:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import ClientConnection

LARGEST_FRAME = 16_000_000  # the protocol allows 5 MB
FRAMES_AHEAD = 8
OPEN_SECONDS = 10.0
LONGEST_SECONDS = 600.0
BEAT_SECONDS = 5.0  # how long what was read waits to be stored, and a stopping program for us
PAUSE_SECONDS = 2.0  # between two lines
LOOK_SECONDS = 1.0
TOO_BIG = 1009  # why we hung up
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a wait throws away


def read(settings: Settings, cursor: Cursor, budget: Budget, clock: Clock, own: str) -> Iterator[Batch]:
    """Read on until the stream has nothing new, or for `listen_seconds` after it has caught up with the present."""
    tail = Tail(settings, cursor, budget, clock(), own)
    with open_line(settings, tail.seq, clock()) as line:
        yield from _follow(line, tail, settings, clock)


def _follow(line: "ClientConnection", tail: Tail, settings: Settings, clock: Clock) -> Iterator[Batch]:
    end = time.monotonic() + LONGEST_SECONDS
    beat = time.monotonic() + BEAT_SECONDS
    has_caught_up = False
    for frame in _hear(line, tail, settings.silence_seconds, clock):
        now = clock()
        try:
            tail.take(frame, now)
        except StopSource:
            if tail.has_moved:
                yield tail.cut()
            raise
        if not has_caught_up and tail.is_near(now):
            has_caught_up, end = True, min(end, time.monotonic() + settings.listen_seconds)
        if time.monotonic() >= end:
            break
        if tail.is_full or time.monotonic() >= beat:
            yield tail.cut(more=True)
            beat = time.monotonic() + BEAT_SECONDS
    if tail.has_moved:
        yield tail.cut()


def _hear(line: "ClientConnection", tail: Tail, silence: float, clock: Clock) -> Iterator[bytes]:
    """Give the frames until the line is silent or is hung up; raises Transient when it is hung up at once.

    Silence is no proof that nothing happens: a firehose may fall silent for ever while the line stands
    (https://github.com/MarshalX/atproto/issues/489). The next run opens another line.
    """
    from websockets.exceptions import ConnectionClosed

    has_heard = False
    while True:
        try:
            frame = line.recv(timeout=silence, decode=False)
        except TimeoutError:
            return
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == TOO_BIG:
                tail.skip(clock())
            elif not has_heard:
                raise Transient(f"{tail.relay} hung up at once: {error}.") from error
            return
        has_heard = True
        yield frame


def wait_for_news(settings: Settings, seconds: float, cursor: Cursor, stopping: threading.Event) -> bool:
    """Wait until something happens behind the cursor, True, or the time is over or `stopping` is set, False."""
    from websockets.exceptions import ConnectionClosed

    end = time.monotonic() + seconds
    if stopping.wait(PAUSE_SECONDS):
        return False
    seq = cursor.seq if cursor.relay == str(settings.firehose_url) else 0
    with open_line(settings, seq, NO_TIME) as line:
        while not stopping.is_set() and time.monotonic() < end:
            try:
                line.recv(timeout=LOOK_SECONDS, decode=False)
            except TimeoutError:
                continue
            except ConnectionClosed:
                return False
            return True
    return False


@contextmanager
def open_line(settings: Settings, seq: int, now: datetime) -> Iterator["ClientConnection"]:
    """Open the stream behind this event; 0: at the present, or at the oldest event where the settings say so."""
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync.client import connect

    base = str(settings.firehose_url).rstrip("/")
    place = f"?cursor={seq}" if seq or settings.from_oldest else ""
    with ExitStack() as stack:
        try:
            line = stack.enter_context(
                connect(
                    f"{base}/xrpc/com.atproto.sync.subscribeRepos{place}",
                    user_agent_header=USER_AGENT,
                    open_timeout=OPEN_SECONDS,
                    close_timeout=1.0,
                    max_size=LARGEST_FRAME,
                    max_queue=FRAMES_AHEAD,
                    compression=None,
                )
            )
        except InvalidStatus as error:
            raise _explain(error, base, now) from error
        except WebSocketException as error:
            is_cut = isinstance(error.__cause__, EOFError)
            raise (Transient if is_cut else SourceChanged)(f"{base} does not speak WebSocket: {error}.") from error
        except OSError as error:
            raise Transient(f"{base} cannot be reached: {error or type(error).__name__}.") from error
        yield line


def _explain(error: "InvalidStatus", base: str, now: datetime) -> StopSource:
    response = error.response
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    if response.status_code // 100 in {2, 3}:
        return Blocked(f"{base} answered with a web page: a login or a block, not the stream that was asked for.")
    return make_error(Answer(status=response.status_code, headers=headers, body=b""), base, now)
