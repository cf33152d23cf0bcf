"""A push source on a real web server."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from made import NOW

from dengar.ingest.protocol import Source
from dengar.intake import Intake
from dengar.models import Status
from dengar.store import Store
from dengar.web.app import make_app
from dengar.web.serve import make_server


@contextmanager
def serve_hook(
    store: Store, source: Source, clock: Callable[[], datetime] = lambda: NOW, port: int = 0
) -> Iterator[str]:
    """Serve the source's webhook; gives its address."""
    status = Status(at=NOW, version="tests", store_ready=True, reports=0, sources=())
    app = make_app(store, {source.name: Intake(store, source, clock, lambda: None)}, lambda: status, {}, clock)
    port = port or free_port()
    server = make_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{port}/kait/{source.name}"
    finally:
        server.should_exit = True
        thread.join()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
