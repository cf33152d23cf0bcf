"""Serving the web inside a running asyncio loop."""

import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from dengar.web.live import Live

GRACE_SECONDS = 5
KEEP_ALIVE_SECONDS = 15
STALLED_MS = 60_000


class Server(uvicorn.Server):
    """A server that leaves the process's signals alone: set `should_exit` to stop it."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no handlers."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; the kernel breaks off a connection whose other end takes nothing for so long."""
        await super().startup(sockets)
        if not hasattr(socket, "TCP_USER_TIMEOUT"):
            return  # only Linux has it
        for listening in [one for server in self.servers for one in server.sockets]:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams, which would never end by themselves, then finish what is under way."""
        await self._live.close()
        await super().shutdown(sockets)


def make_server(app: FastAPI, host: str, port: int, trusted_proxies: Sequence[str] = ()) -> uvicorn.Server:
    """Make a server; `await server.serve()` runs it until `server.should_exit` is set.

    What `trusted_proxies` say in X-Forwarded-For is who calls; nobody else is believed.

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
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        ),
        app.state.site.live,
    )
