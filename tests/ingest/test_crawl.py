"""Crawls of a real site on this machine: manners, refusals, sizes, and many crawls in one process."""

import asyncio
import gzip
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from made import NOW
from served import Reply, Site, serve

from dengar.errors import AuthExpired, Blocked, Forbidden, RateLimited, SourceChanged, StopSource, Transient
from dengar.ingest.crawling.crawl import Crawl, open_crawl
from dengar.ingest.fetch import LARGEST_BYTES, USER_AGENT

HERE = frozenset({"127.0.0.1"})
HTML = {"content-type": "text/html; charset=utf-8"}
PAGE: Reply = (200, HTML, b"<html><title>Halo</title><p>Got mampet</p></html>")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        served.pages["/"] = PAGE
        yield served


@contextmanager
def crawl(*, delay: float = 0, timeout: float = 10, hosts: frozenset[str] = HERE) -> Iterator[Crawl]:
    with open_crawl(hosts, delay=delay, timeout=timeout, clock=lambda: NOW) as begun:
        yield begun


def fetch(url: str, *, delay: float = 0, timeout: float = 10) -> str:
    with crawl(delay=delay, timeout=timeout) as begun:
        return begun.fetch(url).text


def robots(site: Site, *lines: str) -> None:
    site.pages["/robots.txt"] = (200, {"content-type": "text/plain"}, "\n".join(["User-agent: *", *lines]).encode())


def asked(site: Site) -> list[str]:
    return [path for path, _ in site.asked]


def test_we_say_who_we_are_and_ask_for_robots_txt_once(site: Site) -> None:
    with crawl() as begun:
        assert "Got mampet" in begun.fetch(site.address + "/").text
        begun.fetch(site.address + "/")
        assert begun.fetched == 2
    assert asked(site) == ["/robots.txt", "/", "/"]
    assert {headers["user-agent"] for _, headers in site.asked} == {USER_AGENT}


def test_what_robots_txt_forbids_is_not_asked_for(site: Site) -> None:
    site.pages["/admin/1"] = PAGE
    robots(site, "Disallow: /admin")
    with pytest.raises(Forbidden, match=r"robots\.txt forbids programs to read .*/admin/1"):
        fetch(site.address + "/admin/1")
    assert asked(site) == ["/robots.txt"]


def test_a_rule_for_us_by_name_counts(site: Site) -> None:
    site.pages["/robots.txt"] = (200, {}, b"User-agent: Dengar\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    with pytest.raises(Forbidden):
        fetch(site.address + "/")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_where_there_is_no_robots_txt_everything_may_be_read(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = (status, HTML, b"<html>Disallow: /</html>")
    assert fetch(site.address + "/")


def test_as_long_as_robots_txt_cannot_be_read_nothing_is(site: Site) -> None:
    site.pages["/robots.txt"] = (503, {}, b"")
    with pytest.raises(Transient, match=r"robots\.txt answers 503"):
        fetch(site.address + "/")
    site.pages["/robots.txt"] = (429, {"retry-after": "60"}, b"")
    with pytest.raises(RateLimited):
        fetch(site.address + "/")
    assert set(asked(site)) == {"/robots.txt"}


def test_the_pause_that_robots_txt_asks_for_is_made(site: Site) -> None:
    robots(site, "Crawl-delay: 0.2")
    begun_at = time.monotonic()
    with crawl() as begun:
        for _ in range(3):
            begun.fetch(site.address + "/")
    assert time.monotonic() - begun_at >= 0.6
    robots(site, "Crawl-delay: 86400")
    with pytest.raises(Forbidden, match="asks for 86400 seconds between two pages"):
        fetch(site.address + "/")


def test_our_own_pause_is_made_too(site: Site) -> None:
    begun_at = time.monotonic()
    fetch(site.address + "/", delay=0.2)
    assert time.monotonic() - begun_at >= 0.2


@pytest.mark.parametrize(("status", "error"), [(401, AuthExpired), (403, Forbidden), (500, Transient)])
def test_a_refusal_is_told_by_its_kind(site: Site, status: int, error: type[StopSource]) -> None:
    site.pages["/tertutup"] = (status, HTML, b"<html>tidak boleh</html>")
    with pytest.raises(error):
        fetch(site.address + "/tertutup")


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_to_wait_is_asked_no_more(site: Site, status: int) -> None:
    site.pages["/"] = (status, {"retry-after": "120"}, b"")
    with pytest.raises(RateLimited) as stopped:
        fetch(site.address + "/")
    assert stopped.value.until == NOW + timedelta(seconds=120)
    assert asked(site).count("/") == 1


def test_a_passing_failure_is_tried_again(site: Site) -> None:
    replies = iter([(500, HTML, b"<html>"), (502, HTML, b"<html>"), PAGE])
    site.pages["/"] = lambda _: next(replies)
    assert "Got mampet" in fetch(site.address + "/")


def test_a_page_that_is_not_there_is_no_error_yet(site: Site) -> None:
    with crawl() as begun:
        page = begun.fetch(site.address + "/hilang")
    assert (page.status, page.text) == (404, "")


def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    def answer(headers: Mapping[str, str]) -> Reply:
        return (304, {}, b"") if headers.get("if-none-match") == '"1"' else (200, HTML | {"ETag": '"1"'}, PAGE[2])

    site.pages["/"] = answer
    with crawl() as begun:
        first = begun.fetch(site.address + "/")
        again = begun.fetch(site.address + "/", {"if-none-match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")


def test_redirects_are_followed_within_the_site(site: Site) -> None:
    site.pages["/lama"] = (301, {"location": "/"}, b"")
    with crawl() as begun:
        assert begun.fetch(site.address + "/lama").url == site.address + "/"


@pytest.mark.parametrize("to", ["http://localhost:{port}/", "//localhost:{port}/", "https://login.example/?next=/"])
def test_a_redirect_that_leads_away_is_a_block(site: Site, to: str) -> None:
    site.pages["/pergi"] = (302, {"location": to.format(port=site.address.rpartition(":")[2])}, b"")
    with pytest.raises(Blocked, match=r"sends us away to (localhost|login\.example)"):
        fetch(site.address + "/pergi")
    assert asked(site) == ["/robots.txt", "/pergi"]


def test_a_redirect_in_circles_is_a_block(site: Site) -> None:
    site.pages["/a"] = (302, {"location": "/b"}, b"")
    site.pages["/b"] = (302, {"location": "/a"}, b"")
    with pytest.raises(Blocked, match="round in circles"):
        fetch(site.address + "/a")


def test_a_redirect_inside_of_a_page_is_not_followed(site: Site) -> None:
    site.pages["/"] = (200, HTML, b"<html><meta http-equiv=refresh content='0;url=http://localhost/'></html>")
    assert "refresh" in fetch(site.address + "/")


def test_an_address_outside_of_the_source_is_never_asked_for(site: Site) -> None:
    for url in ("http://localhost/", "file:///etc/passwd", "data:text/html,x", "ftp://127.0.0.1/", "http://[::1/"):
        with pytest.raises(Blocked, match="lies outside of this source"):
            fetch(url)
    assert site.asked == []


def test_what_is_no_web_page_is_told(site: Site) -> None:
    site.pages["/berkas"] = (200, {"content-type": "application/pdf"}, b"%PDF-1.7")
    with pytest.raises(SourceChanged, match="is no web page, but application/pdf"):
        fetch(site.address + "/berkas")


def test_a_page_of_another_charset_is_read(site: Site) -> None:
    site.pages["/"] = (200, {"content-type": "text/html; charset=windows-1252"}, "<p>Jum\u2019at</p>".encode("cp1252"))
    assert "Jum\u2019at" in fetch(site.address + "/")


def test_a_page_that_is_too_large_is_not_read_to_its_end(site: Site) -> None:
    site.pages["/besar"] = (200, HTML, b"<html>" + b"x" * (LARGEST_BYTES + 1))
    site.pages["/panjang"] = (200, HTML | {"content-length": str(LARGEST_BYTES * 9)}, b"<html>")
    for path in ("/besar", "/panjang"):
        with pytest.raises(SourceChanged, match="more than 10,000,000 bytes"):
            fetch(site.address + path)


def test_a_page_that_swells_when_it_is_unpacked_is_not_unpacked(site: Site) -> None:
    bomb = gzip.compress(b"\0" * (LARGEST_BYTES + 1))
    assert len(bomb) < 20_000
    site.pages["/"] = (200, HTML | {"content-encoding": "gzip"}, bomb)
    with pytest.raises(SourceChanged, match="more than 10,000,000 bytes"):
        fetch(site.address + "/")


def test_a_page_that_does_not_come_ends_the_wait(site: Site) -> None:
    hold = threading.Event()

    def wait(_: Mapping[str, str]) -> Reply:
        hold.wait(20)
        return PAGE

    site.pages["/"] = wait
    try:
        with pytest.raises(Transient, match=r"took longer than 0\.2 seconds"):
            fetch(site.address + "/", timeout=0.2)
    finally:
        hold.set()


def test_a_site_that_does_not_answer_is_told() -> None:
    with pytest.raises(Transient, match=r"127\.0\.0\.1:9/robots\.txt cannot be reached"):
        fetch("http://127.0.0.1:9/")


def test_a_body_that_breaks_off_is_no_page(site: Site) -> None:
    site.pages["/"] = (200, HTML | {"content-length": "5000"}, b"<html><p>setengah")
    with pytest.raises(Transient):
        fetch(site.address + "/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         path, "-out", f"{path}.crt", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    with path.open("ab") as file:
        file.write(Path(f"{path}.crt").read_bytes())
    return path


@contextmanager
def serve_tls(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE[2])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"https://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def test_a_certificate_must_be_good(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_tls(certificate) as url:
        with pytest.raises(Blocked, match="a certificate that nobody vouches for"):
            fetch(url)
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        assert "Got mampet" in fetch(url)


def count_threads() -> int:
    return len([thread for thread in threading.enumerate() if "Thread-" not in thread.name])


def count_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_many_crawls_one_after_the_other_leave_nothing_behind(site: Site) -> None:
    fetch(site.address + "/")
    before = (count_threads(), count_files())
    for _ in range(30):
        fetch(site.address + "/")
    assert (count_threads(), count_files()) == before


def test_many_sources_are_crawled_at_once_in_threads_of_a_program_with_a_loop_of_its_own(site: Site) -> None:
    async def run() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(fetch, site.address + "/") for _ in range(8)))

    assert all("Got mampet" in text for text in asyncio.run(run()))


def test_a_slow_site_keeps_no_other_waiting(site: Site) -> None:
    hold = threading.Event()
    arrived = threading.Event()

    def wait(_: Mapping[str, str]) -> Reply:
        arrived.set()
        hold.wait(20)
        return PAGE

    site.pages["/lambat"] = wait
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(fetch, site.address + "/lambat")
        assert arrived.wait(10)
        assert "Got mampet" in fetch(site.address + "/")
        assert not slow.done()
        hold.set()
        assert "Got mampet" in slow.result()


def test_a_crawl_ends_with_its_block_whatever_happens_in_it(site: Site) -> None:
    def read() -> Iterator[str]:
        with crawl() as begun:
            while True:
                yield begun.fetch(site.address + "/").text

    reading = read()
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError), crawl() as begun:
        begun.fetch(site.address + f"/{1 // 0}")
    assert asked(site) == ["/robots.txt", "/"]


PROGRAM = """
import sys, threading
from datetime import UTC, datetime
from dengar.ingest.crawling.crawl import open_crawl

def now():
    return datetime(2026, 11, 20, tzinfo=UTC)

def crawl():
    with open_crawl(frozenset({"localhost"}), delay=0, timeout=10, clock=now) as begun:
        print(begun.fetch(sys.argv[1]).status)

crawl()
thread = threading.Thread(target=crawl)
thread.start()
thread.join()
"""


def test_a_program_that_crawled_ends_by_itself_and_says_nothing_else(site: Site) -> None:
    url = site.address.replace("127.0.0.1", "localhost") + "/"  # a name is looked up in further threads
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "200\n200\n", "")


def test_a_forked_process_crawls_in_a_thread_of_its_own(site: Site) -> None:
    fetch(site.address + "/")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if "Got mampet" in fetch(site.address + "/") else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert "Got mampet" in fetch(site.address + "/")
