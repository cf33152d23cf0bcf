"""Everything in one process: the embedded MongoDB, the scheduler with its worker, and the web; clean on SIGTERM."""

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from dengar.errors import BadSettings
from dengar.scheduler import Scheduler
from dengar.settings import Settings
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import Parts, category_names, connect, name_holder, open_mongo

WATCH_SECONDS = 0.5
ALL_PARTS = frozenset({"schedule", "work", "web"})

log = logging.getLogger("dengar")
Beside = Callable[[Parts, Scheduler], None]


def serve(
    settings: Settings,
    parts: frozenset[str] = ALL_PARTS,
    *,
    announce: Callable[[], None] = lambda: None,
    notice: str | None = None,
    beside: Beside | None = None,
) -> None:
    """Run the named parts until SIGTERM or SIGINT; `beside` runs once in a thread of its own when all are up.

    `announce` is called when nothing stands in the way any more. Raises StopProgram for what must be mended first.
    """
    if "web" in parts:
        _check_port(settings)
    with open_mongo(settings, own=parts == ALL_PARTS) as (uri, mongo), connect(uri, settings) as store:
        made = Parts(settings, store, holder=name_holder(mongo))
        if "work" in parts:
            made.working  # noqa: B018  a missing model or a broken rule must stop the start, not the first message
        announce()
        asyncio.run(_serve(made, mongo, parts, notice, beside))


def _check_port(settings: Settings) -> None:
    host, port = settings.web.host, settings.web.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            name = "port" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "host"
            raise BadSettings(
                [f"web.{name}: {host}:{port} cannot be used ({error.strerror}): set DENGAR_WEB__{name.upper()}."]
            ) from error


async def _serve(
    made: Parts, mongo: EmbeddedMongo | None, parts: frozenset[str], notice: str | None, beside: Beside | None
) -> None:
    scheduler = Scheduler(
        store=made.store,
        sources=made.sources if "schedule" in parts else None,
        collecting=made.collecting,
        working=made.working if "work" in parts else None,
        clock=made.clock,
        holder=made.holder,
        rechecking=made.rechecking.run,
        errands=made.errands,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, scheduler.stop)
    work: list[Coroutine[Any, Any, None]] = [scheduler.run()]
    if mongo is not None:
        work.append(_keep_alive(mongo, scheduler))
    if "web" in parts:
        work.append(_serve_web(made, scheduler, notice))
    if beside is not None:
        work.append(asyncio.to_thread(beside, made, scheduler))
    await asyncio.gather(*work)
    log.info("Stopped.")


async def _keep_alive(mongo: EmbeddedMongo, scheduler: Scheduler) -> None:
    """Start mongod again when it dies; here and not in a thread, because mongod ends with the thread that began it."""
    while not scheduler.is_stopping:
        if mongo.revive():
            log.warning("mongod had died and was started again.")
        await scheduler.wait_stopped(WATCH_SECONDS)


async def _serve_web(made: Parts, scheduler: Scheduler, notice: str | None) -> None:
    from dengar.web.app import make_app
    from dengar.web.peta.basemap import Basemap
    from dengar.web.serve import make_server

    if notice is None:
        made.store.staff.end_demo(made.clock())  # their passwords were shown on a screen
    web, pushes = made.settings.web, made.intakes(scheduler.wake)
    app = make_app(
        made.store,
        pushes,
        made.status,
        category_names(),
        made.clock,
        notice,
        desk=made.desk,
        oversight=made.overseeing,
        model=made.modelling,
        rules=made.amending,
        listener=made.suggesting,
        public_url=web.public_url,
        atlas=made.atlas,
        contact=web.contact,
        basemap=Basemap(archive=web.basemap, tiles=web.tiles, attribution=web.tiles_attribution),
    )
    server = make_server(app, web.host, web.port, web.trusted_proxies)
    serving = asyncio.create_task(server.serve())
    log.info("Open http://%s:%s", web.host, web.port)
    drawing = asyncio.create_task(asyncio.to_thread(made.atlas.draw, "kelurahan"))  # or the first map waits for it
    await scheduler.wait_stopped()
    server.should_exit = True
    await asyncio.gather(serving, drawing)
