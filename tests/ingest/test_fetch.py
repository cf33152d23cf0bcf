import gzip
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec
import pytest
from made import NOW
from served import Reply, Site, serve

from dengar.errors import (
    AuthExpired,
    Blocked,
    Forbidden,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.fetch import (
    DEFAULT_PAUSE,
    LARGEST_BYTES,
    LONGEST_PAUSE,
    Answer,
    fetch_url,
    post_form,
    read_json,
    read_retry_after,
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def test_an_answer_has_its_status_headers_and_body(site: Site) -> None:
    site.pages["/"] = (200, {"ETag": '"7"'}, b"halo")
    answer = fetch_url(site.address, now=NOW, headers={"if-none-match": '"6"'})
    assert (answer.status, answer.headers["etag"], answer.body) == (200, '"7"', b"halo")
    assert site.asked[0][1]["if-none-match"] == '"6"'
    assert site.asked[0][1]["user-agent"].startswith("Dengar/")


def test_not_modified_is_an_answer(site: Site) -> None:
    site.pages["/"] = (304, {}, b"")
    assert fetch_url(site.address, now=NOW).status == 304


def test_a_few_redirects_are_followed(site: Site) -> None:
    site.pages["/a"] = (301, {"Location": "/b"}, b"")
    site.pages["/b"] = (302, {"Location": "/c"}, b"")
    site.pages["/c"] = (200, {}, b"di sini")
    assert fetch_url(site.address + "/a", now=NOW).body == b"di sini"


ERRORS: list[tuple[int, type[StopSource]]] = [
    (401, AuthExpired),
    (403, Forbidden),
    (404, SourceChanged),
    (407, Blocked),
    (410, SourceChanged),
    (418, Transient),
    (500, Transient),
    (502, Transient),
    (503, Transient),
]


@pytest.mark.parametrize(("status", "error"), ERRORS)
def test_every_refusal_is_an_error_of_its_kind_and_is_not_asked_again(
    site: Site, status: int, error: type[StopSource]
) -> None:
    site.pages["/"] = (status, {}, b"")
    with pytest.raises(error, match=site.address):
        fetch_url(site.address, now=NOW)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["120", "Fri, 20 Nov 2026 03:02:00 GMT"])
def test_a_wish_to_wait_says_until_when(site: Site, status: int, header: str) -> None:
    site.pages["/"] = (status, {"Retry-After": header}, b"")
    with pytest.raises(RateLimited) as limited:
        fetch_url(site.address, now=NOW)
    assert limited.value.until == NOW + timedelta(seconds=120)


def test_too_many_requests_without_a_time_is_a_quarter_of_an_hour(site: Site) -> None:
    site.pages["/"] = (429, {}, b"")
    with pytest.raises(RateLimited) as limited:
        fetch_url(site.address, now=NOW)
    assert limited.value.until == NOW + DEFAULT_PAUSE


@pytest.mark.parametrize("value", ["", "soon", "²", "-5", "1.5", "Fri, 99 Nov 2026", "9" * 5000])
def test_a_time_to_wait_that_says_nothing_is_a_quarter_of_an_hour(value: str) -> None:
    assert read_retry_after(value, NOW) == NOW + DEFAULT_PAUSE


@pytest.mark.parametrize("value", ["999999999", "Fri, 20 Nov 2099 03:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200"])
def test_nobody_can_silence_a_source_for_more_than_a_day(value: str) -> None:
    assert read_retry_after(value, NOW) == NOW + LONGEST_PAUSE


def test_a_date_to_wait_for_without_zone_is_utc() -> None:
    assert read_retry_after("Fri, 20 Nov 2026 03:02:00 -0000", NOW) == NOW + timedelta(minutes=2)


def test_a_redirect_loop_is_a_block(site: Site) -> None:
    site.pages["/"] = (302, {"Location": "/"}, b"")
    with pytest.raises(Blocked, match="circles"):
        fetch_url(site.address + "/", now=NOW)


def test_a_huge_answer_is_refused(site: Site) -> None:
    site.pages["/"] = (200, {}, b"x" * (LARGEST_BYTES + 1))
    with pytest.raises(SourceChanged, match="more than 10,000,000 bytes"):
        fetch_url(site.address, now=NOW)


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(site: Site) -> None:
    bomb = gzip.compress(b"\0" * (LARGEST_BYTES * 3))
    site.pages["/"] = (200, {"Content-Encoding": "gzip"}, bomb)
    with pytest.raises(SourceChanged, match="more than"):
        fetch_url(site.address, now=NOW)


def test_broken_compression_is_no_crash(site: Site) -> None:
    site.pages["/"] = (200, {"Content-Encoding": "gzip"}, b"no gzip at all")
    with pytest.raises(SourceChanged):
        fetch_url(site.address, now=NOW)


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999999/", "ftp://127.0.0.1/x", "javascript:x"])
def test_a_redirect_to_nowhere_is_no_crash(site: Site, location: str) -> None:
    site.pages["/"] = (302, {"Location": location}, b"")
    with pytest.raises(StopSource):
        fetch_url(site.address, now=NOW, deadline=1)


def test_a_server_that_is_down_is_passing_and_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Transient, match="cannot be reached"):
        fetch_url(f"http://127.0.0.1:{port}/", now=NOW, deadline=2)


def test_a_connection_that_breaks_once_is_tried_again(site: Site) -> None:
    def answer(_: Mapping[str, str]) -> Reply:
        return (200, {"Content-Length": "100"}, b"cut") if len(site.asked) == 1 else (200, {}, b"whole")

    site.pages["/"] = answer
    assert fetch_url(site.address, now=NOW).body == b"whole"


def test_a_server_that_never_answers_is_left_in_time(site: Site) -> None:
    release = threading.Event()

    def answer(_: Mapping[str, str]) -> Reply:
        release.wait(10)
        return (200, {}, b"late")

    site.pages["/"] = answer
    with pytest.raises(Transient, match="cannot be reached"):
        fetch_url(site.address, now=NOW, deadline=0.4)
    release.set()


def test_a_server_that_drips_is_left_in_time() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server, stop))
        thread.start()
        with pytest.raises(Transient):
            fetch_url(f"http://127.0.0.1:{server.getsockname()[1]}/", now=NOW, deadline=0.5)
        stop.set()
        thread.join()


@pytest.mark.parametrize("status", [200, 307, 400, 503])
def test_a_form_is_sent_once_to_where_it_belongs_and_any_answer_is_one(site: Site, status: int) -> None:
    site.pages["/token"] = (status, {"Location": "/elsewhere"}, b"{}")
    answer = post_form(site.address + "/token", {"client_id": "a&b", "grant": "c d"})
    assert (answer.status, answer.body) == (status, b"{}")
    assert [path for path, _ in site.asked] == ["/token"]
    assert site.posted == [b"client_id=a%26b&grant=c+d"]
    assert site.asked[0][1]["user-agent"].startswith("Dengar/")


def test_a_form_that_meets_a_broken_connection_is_not_sent_again(site: Site) -> None:
    site.pages["/"] = (200, {"Content-Length": "100"}, b"cut")
    with pytest.raises(Transient, match="cannot be reached"):
        post_form(site.address + "/", {"grant": "x"})
    assert len(site.posted) == 1


def _drip(server: socket.socket, stop: threading.Event) -> None:
    server.settimeout(0.1)
    while not stop.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        with client:
            try:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not stop.wait(0.05):
                    client.sendall(b"x")
            except OSError:
                continue


class Texts(msgspec.Struct):
    texts: list[str]
    number: float | None = None


def read(body: bytes) -> Texts:
    return read_json(Answer(status=200, headers={}, body=body), "https://x.id", Texts)


def test_what_json_forbids_does_not_cost_the_page() -> None:
    assert read(rb'{"texts": ["a \ud83d b", "\ude00", "\ud83d\ude00", "\\ud83d"]}').texts == [
        "a \ufffd b",
        "\ufffd",
        "\U0001f600",
        "\\ud83d",
    ]
    assert read(rb'{"texts": ["\ud83d\ud83d\ude00 \\\ud83d"], "number": NaN}').texts == ["\ufffd\U0001f600 \\\ufffd"]
    assert read(b'{"texts": ["\xff\xfe"]}').texts == ["\ufffd\ufffd"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"texts": [1]}', b"", b"null", b"{"])
def test_another_shape_is_a_change(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        read(body)


def test_a_web_page_is_a_block() -> None:
    with pytest.raises(Blocked):
        read(b"\n <!doctype html><title>Masuk</title>")
