"""A small web server whose answers are handed in."""

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Reply = tuple[int, dict[str, str], bytes]


class Site:
    """What is served, by path.

    `asked` are the requests that came in, with their headers in lower case; `posted` are their bodies.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Reply | Callable[[Mapping[str, str]], Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.posted: list[bytes] = []

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        self.asked.append((path, headers))
        page = self.pages.get(path, (404, {}, b"nothing here"))
        return page(headers) if callable(page) else page


@contextmanager
def serve() -> Iterator[Site]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path, {name.lower(): text for name, text in self.headers.items()})
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def do_POST(self) -> None:
            site.posted.append(self.rfile.read(int(self.headers["content-length"])))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield site
        finally:
            server.shutdown()
