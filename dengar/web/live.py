"""Live: one change stream for this process, handed on to everybody who listens."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from dengar.errors import StoreUnavailable
from dengar.store.news import Item, News

MOST_CLIENTS = 1000
MOST_WAITING = 5000  # news that a client may leave unread; a batch of the pipeline brings some hundreds at once
START_SECONDS, STOP_SECONDS = 10, 3
MOST_AT_ONCE = 250


class Full(Exception):
    """So many listen already that nobody else can."""


@dataclass(eq=False, slots=True)
class Client:
    """Somebody who listens to what it `wants`; None in the queue ends it."""

    wants: Callable[[Item], bool] = lambda _: True
    queue: asyncio.Queue[Item | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING + 1))
    is_dropped: bool = False

    def hand(self, item: Item | None) -> None:
        """Put news into the queue; a client that does not keep up loses all and is ended: it can resume."""
        if self.is_dropped or (item is not None and not self.wants(item)):
            return
        if item is None or self.queue.qsize() >= MOST_WAITING:
            self.is_dropped = True
            while not self.queue.empty():
                self.queue.get_nowait()
            item = None
        self.queue.put_nowait(item)

    async def take(self) -> list[Item | None]:
        """Wait for news, and take what is there, some hundreds at most."""
        items = [await self.queue.get()]
        while len(items) < MOST_AT_ONCE and not self.queue.empty():
            items.append(self.queue.get_nowait())
        return items


class Live:
    """Follows the news in a thread from the first client on, and hands each to all clients in the web's loop."""

    def __init__(self, news: News, most_clients: int = MOST_CLIENTS) -> None:
        self._news = news
        self._most = most_clients
        self._clients: set[Client] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ready: asyncio.Future[None] | None = None
        # The thread must not run ahead of the loop, or clients that do keep up would find thousands at once.
        self._room = threading.Semaphore(MOST_AT_ONCE)
        self.position = ""

    @property
    def clients(self) -> int:
        """Count who listens."""
        return len(self._clients)

    async def join(self, wants: Callable[[Item], bool] = lambda _: True) -> Client:
        """Begin to listen to what is wanted; from here on nothing of it is missed.

        Raises Full, and StoreUnavailable while the news cannot be followed.
        """
        if len(self._clients) >= self._most or self._stop.is_set():
            raise Full
        client = Client(wants)
        self._clients.add(client)
        try:
            await asyncio.wait_for(asyncio.shield(self._start()), START_SECONDS)
        except TimeoutError as error:
            self.leave(client)
            raise StoreUnavailable("The news cannot be followed now.") from error
        return client

    def leave(self, client: Client) -> None:
        """End listening."""
        self._clients.discard(client)

    async def close(self) -> None:
        """End every client, and the thread unless MongoDB is away."""
        self._stop.set()
        self._spread(None)
        if self._thread is not None:
            # While MongoDB is away the thread may wait for it: the process need not.
            await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    def _start(self) -> asyncio.Future[None]:
        if self._ready is None:
            loop = asyncio.get_running_loop()
            self._ready = loop.create_future()
            self._thread = threading.Thread(target=self._run, args=(loop,), name="live", daemon=True)
            self._thread.start()
        return self._ready

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        position = self._news.wait_position(self._stop.wait)
        if position is None:
            return
        loop.call_soon_threadsafe(self._begin, position)
        for item in self._news.follow(position, self._stop.wait):
            while not self._room.acquire(timeout=1):
                if self._stop.is_set():
                    return
            loop.call_soon_threadsafe(self._receive, item)

    def _begin(self, position: str) -> None:
        self.position = position
        if self._ready is not None:
            self._ready.set_result(None)

    def _receive(self, item: Item | None) -> None:
        self._room.release()
        self._spread(item)

    def _spread(self, item: Item | None) -> None:
        """Hand news to everybody; None, when some were lost or the process ends, sends all away: they resume."""
        if item is not None:
            self.position = item.position
        for client in self._clients:
            client.hand(item)
