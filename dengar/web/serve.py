"""Serving the web inside a running asyncio loop."""

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

GRACE_SECONDS = 5
KEEP_ALIVE_SECONDS = 15


class Server(uvicorn.Server):
    """A server that leaves the process's signals alone: set `should_exit` to stop it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no handlers."""
        yield


def make_server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """Make a server; `await server.serve()` runs it until `server.should_exit` is set.

    It then finishes the requests that are under way. A port that is taken ends `serve` with SystemExit.
    """
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
