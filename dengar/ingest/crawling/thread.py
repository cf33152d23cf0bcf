"""The thread in which all crawls run: one event loop with Scrapy's reactor, for as long as the process lasts.

A reactor cannot be started twice in a process (scrapy#2941), and sources are read many times and in several threads at
once; docs/decisions/2026-11-21-crawl-thread.md says what else was tried.
"""

import asyncio
import os
import sys
import threading
from concurrent.futures import Future

_starting = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process: a fork has its parent's loop, but not the thread


def crawl_loop() -> asyncio.AbstractEventLoop:
    """Give the loop of the crawls; the first call in a process starts it, in a thread that ends with the process."""
    with _starting:
        process = os.getpid()
        if process not in _loops:
            if _loops:
                sys.modules.pop("twisted.internet.reactor")
            _loops[process] = _start()
        return _loops[process]


def _start() -> asyncio.AbstractEventLoop:
    loop = asyncio.SelectorEventLoop()
    ready: Future[None] = Future()
    threading.Thread(target=_run, args=(loop, ready), name="crawls", daemon=True).start()
    ready.result()
    return loop


def _run(loop: asyncio.AbstractEventLoop, ready: "Future[None]") -> None:
    asyncio.set_event_loop(loop)
    loop.call_soon(_start_reactor, loop, ready)
    loop.run_forever()


def _start_reactor(loop: asyncio.AbstractEventLoop, ready: "Future[None]") -> None:
    try:
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
        from twisted.internet import reactor

        reactor.startRunning(installSignalHandlers=False)
    except BaseException as error:  # noqa: BLE001  whoever waits for the thread is told, whatever it is
        ready.set_exception(error)
    else:
        ready.set_result(None)
