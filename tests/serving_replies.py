"""A web server for emulators and saved answers: what it says is decided by a function."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = tuple[int, Mapping[str, str], bytes]
# method, path with its query, headers in lower case, body
Answers = Callable[[str, str, dict[str, str], bytes], Page]


@contextmanager
def serve_replies(answer: Answers, *, now: datetime | None = None) -> Iterator[str]:
    """Serve what `answer` says to GET and POST, dated `now` if given; gives the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lower = {name.lower(): text for name, text in self.headers.items()}
            body = self.rfile.read(int(lower.get("content-length", 0)))
            status, headers, said = answer(self.command, self.path, lower, body)
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_POST(self) -> None:
            self.do_GET()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return f"{now:%a, %d %b %Y %H:%M:%S} GMT" if now else super().date_time_string(timestamp)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
