import threading
import time
from collections.abc import Callable, Iterator

import pytest
from x_emulator import Refusal, XEmulator, problem, run_x
from x_reader import HASHTAG, Reader, make_settings, when_streaming

from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited
from dengar.ingest.x import Settings, wait


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with run_x() as emulator:
        yield emulator


def streaming(x: XEmulator, **more: object) -> Settings:
    return make_settings(x, stream=True, **({"seconds_between_hints": 0.0, "seconds_of_silence": 5.0} | more))


def hear(x: XEmulator, act: Callable[[], object], **more: object) -> bool:
    """Do something as soon as the stream is up, and say whether it was news."""
    doing = when_streaming(x, act)
    try:
        return wait(streaming(x, **more), 20, None, threading.Event())
    finally:
        doing.join()


def hear_after(x: XEmulator, act: Callable[[], object], *, beats: int, **more: object) -> bool:
    """Do something, and say whether it was news when so many heartbeats have passed."""
    stop = threading.Event()

    def run() -> None:
        act()
        assert all(x.beats.acquire(timeout=10) for _ in range(beats))
        stop.set()

    doing = when_streaming(x, run)
    try:
        return wait(streaming(x, **more), 60, None, stop)
    finally:
        doing.join()


def test_a_post_on_the_stream_is_news_that_search_then_reads(x: XEmulator) -> None:
    assert hear(x, lambda: x.add(f"air masuk rumah {HASHTAG}"))
    reader = Reader(x, streaming(x))
    reader.run()
    assert reader.texts == [f"air masuk rumah {HASHTAG}"]


def test_a_stream_that_breaks_is_news_so_that_search_refills(x: XEmulator) -> None:
    assert hear(x, x.hang_up)
    assert hear(x, x.end_streams)


def test_a_stream_that_x_ends_with_a_word_is_news(x: XEmulator) -> None:
    says = problem("operational-disconnect", "This stream has been disconnected for operational reasons.")
    assert hear(x, lambda: x.send({"errors": [says]}))


def test_a_stream_without_heartbeats_counts_as_broken(x: XEmulator) -> None:
    x.heartbeat = 60
    began = time.monotonic()
    assert hear(x, lambda: None, seconds_of_silence=0.3)
    assert time.monotonic() - began < 5


def test_heartbeats_are_no_news(x: XEmulator) -> None:
    assert not hear_after(x, lambda: None, beats=20, seconds_of_silence=1.5)


def test_posts_for_the_rules_of_others_are_no_news(x: XEmulator) -> None:
    x.rules["55"] = {"id": "55", "value": "kucing", "tag": "someone else"}
    assert not hear_after(x, lambda: x.add("kucing hilang"), beats=3)
    assert x.rules["55"]


def test_stopping_ends_the_waiting_and_the_connection(x: XEmulator) -> None:
    stop = threading.Event()
    doing = when_streaming(x, stop.set)
    began = time.monotonic()
    assert not wait(streaming(x), 60, None, stop)
    doing.join()
    assert time.monotonic() - began < 5
    assert x.closed.wait(5)


def test_the_rule_is_the_query_and_follows_it(x: XEmulator) -> None:
    foreign = {"id": "55", "value": "kucing", "tag": "someone else"}
    x.rules["55"] = foreign
    assert hear(x, x.hang_up)
    assert hear(x, x.hang_up)
    assert [rule for rule in x.rules.values() if rule != foreign] == [
        {"id": next(name for name in x.rules if name != "55"), "value": HASHTAG, "tag": "dengar:x"}
    ]
    assert hear(x, x.hang_up, query="rob OR genangan")
    assert [rule["value"] for rule in x.rules.values()] == ["kucing", "rob OR genangan"]


def test_hints_come_at_intervals(x: XEmulator) -> None:
    began = time.monotonic()
    assert hear(x, lambda: x.add(f"air {HASHTAG}"), seconds_between_hints=1.0)
    assert time.monotonic() - began >= 1.0


def test_a_refused_stream_is_not_asked_for_again_at_once(x: XEmulator) -> None:
    x.open_for_others()
    began = time.monotonic()
    with pytest.raises(RateLimited, match="connection limit"):
        wait(streaming(x), 0.5, None, threading.Event())
    assert time.monotonic() - began >= 0.4
    with pytest.raises(AuthExpired):
        wait(streaming(x, bearer_token="wrong"), 0.1, None, threading.Event())
    with pytest.raises(Forbidden, match="1024"):
        wait(streaming(x, query="banjir OR " * 150 + "rob"), 0.1, None, threading.Event())
    x.refusals = [("/search/stream", Refusal(200, b"<html>login"))]
    with pytest.raises(Exception, match="web page"):
        wait(streaming(x), 0.1, None, threading.Event())


def test_a_stream_that_cannot_be_reached_is_said_at_once(x: XEmulator) -> None:
    began = time.monotonic()
    with pytest.raises(NotSent):
        wait(streaming(x, api="http://127.0.0.1:9"), 60, None, threading.Event())
    assert time.monotonic() - began < 10


def test_without_stream_it_only_waits(x: XEmulator) -> None:
    assert not wait(make_settings(x), 0.05)
    stop = threading.Event()
    stop.set()
    assert not wait(make_settings(x), 60, None, stop)
    assert x.exchanges == []


def test_the_waiting_ends_with_its_time(x: XEmulator) -> None:
    assert not wait(streaming(x), 0.3, None, threading.Event())
