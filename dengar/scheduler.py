"""What runs when: sources by their timetables, the pipeline whenever something waits, housekeeping once a day.

Jobs live in memory and are made from the configuration at every start; only cursors, leases and runs are stored, so
that two schedulers never fire one job twice: one leads, the others stand by. Who begins to lead reads at once what
became due while nobody led.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pymongo.errors import PyMongoError

from dengar.collecting import Collecting
from dengar.errors import AuthExpired, Forbidden
from dengar.housekeeping import keep_house, look_at_expiries
from dengar.ingest.protocol import Batch, Clock, Source
from dengar.leading import Leading
from dengar.store import Store
from dengar.store.leases import Lease
from dengar.timetable import JAKARTA, is_due, make_grid, make_timetable
from dengar.working import Working

LOOK_SECONDS = 2.0
WATCH_SECONDS = 540
PAUSE_SECONDS = 5.0

log = logging.getLogger("dengar.scheduler")
T = TypeVar("T")


class Scheduler:
    """Runs the sources and the worker inside the caller's event loop until `stop` is called.

    `sources` None leaves collecting and housekeeping to another process, `working` None the pipeline; `rechecking`
    looks the stored messages of a source up again. The leader runs each of the `errands` every few seconds.
    """

    def __init__(
        self,
        *,
        store: Store,
        sources: list[Source] | None,
        collecting: Collecting,
        working: Working | None,
        clock: Clock,
        holder: str,
        rechecking: Callable[[Source], object] | None = None,
        errands: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._store = store
        self._is_scheduling = sources is not None
        self._enabled = [one for one in sources or () if one.settings.enabled]
        self._sources = [one for one in self._enabled if one.is_pulled]
        self._collecting = collecting
        self._working = working
        self._clock = clock
        self._rechecking = rechecking
        self._errands = errands if sources is not None else ()
        self._leading = Leading(store.leases, clock, holder)
        self._stopping = threading.Event()
        self._stopped = asyncio.Event()
        self._waiting = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        # A thread for each source, so that slow ones keep neither the others nor the pipeline waiting.
        self._threads = ThreadPoolExecutor(
            max_workers=len(self._sources) + len(errands) + 4, thread_name_prefix="dengar"
        )

    def wake(self) -> None:
        """Tell the worker that something waits; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._waiting.set)

    def stop(self) -> None:
        """Begin to stop: running batches are finished and stored, no new ones are begun."""
        self._stopping.set()
        self._stopped.set()
        self._waiting.set()

    @property
    def is_stopping(self) -> bool:
        """Say whether `stop` was called."""
        return self._stopping.is_set()

    async def wait_stopped(self, seconds: float | None = None) -> None:
        """Wait until `stop` is called, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return

    async def run(self) -> None:
        """Run until stopped, then wait for what is under way."""
        jobs = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}, timezone=JAKARTA
        )
        if self._is_scheduling:
            await self._beat()  # whoever starts alone leads at once
            self._start(self._lead())
            jobs.add_job(self._finish, "cron", [self._keep_house], hour=3, minute=10)
        for source in self._sources:
            self._schedule(jobs, source)
        jobs.start()
        for errand in self._errands:
            self._start(self._run_errand(errand))
        if self._working:
            self._start(self._work())
        await self._stopped.wait()
        # This cancels its running coroutines (apscheduler#233); what they do is in our own set, and shielded.
        jobs.shutdown(wait=False)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(PyMongoError):
            await self._in_thread(self._leading.release)
        self._threads.shutdown(wait=False)

    async def _in_thread(self, do: Callable[..., T], *arguments: object) -> T:
        return await self._loop.run_in_executor(self._threads, do, *arguments)

    def _schedule(self, jobs: AsyncIOScheduler, source: Source) -> None:
        timetable = make_timetable(source.settings)
        if timetable is not None:
            jobs.add_job(self._finish, timetable, [partial(self._collect, source)])
        if self._rechecking and source.settings.recheck and hasattr(source.collector, "recheck"):
            grid = make_grid(f"{source.name}.recheck", source.settings.recheck)
            jobs.add_job(self._finish, grid, [partial(self._recheck, source)])
        if hasattr(source.collector, "wait"):
            threading.Thread(target=self._watch, args=(source,), name=f"watch-{source.name}", daemon=True).start()

    async def _finish(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work to its end, also when the waiting for it is cancelled."""
        await asyncio.shield(self._start(work()))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _lead(self) -> None:
        """Take the lead whenever it is free, and hold on to it."""
        while not self._stopping.is_set():
            await self._beat()
            await self.wait_stopped(self._leading.rest_seconds)

    async def _beat(self) -> None:
        begun = await self._in_thread(self._leading.beat)
        if begun is not None:
            self._start(self._when_leading("The lead was not taken over", partial(self._take_over, begun)))

    async def _when_leading(self, otherwise: str, do: Callable[[], object]) -> None:
        """Do something in a thread, unless another process leads; `otherwise` is told when the store is down."""
        if self._stopping.is_set() or not self._leading.leads:
            return
        try:
            await self._in_thread(do)
        except PyMongoError as error:
            log.warning("%s, the store does not answer: %s", otherwise, error)

    def _take_over(self, lease: Lease) -> None:
        """Free what the former leader held, and read what became due meanwhile."""
        if lease.former:
            log.warning("%s leads no more, %s does.", lease.former, lease.holder)
            self._store.leases.free(lease.former)
        last, now = self._store.runs.last_by_source(), self._clock()
        for source in self._sources:
            timetable = make_timetable(source.settings)
            by_clock = source.settings.at is not None
            if timetable and is_due(timetable, last.get(source.name), by_clock=by_clock, now=now):
                asyncio.run_coroutine_threadsafe(self._finish(partial(self._collect, source)), self._loop)
        look_at_expiries(self._store, self._enabled, self._clock)

    async def _collect(self, source: Source) -> None:
        await self._when_leading(f"{source.name} was not read", partial(self._run_source, source))

    def _run_source(self, source: Source) -> None:
        if self._is_held(source.name):
            return
        run = self._collecting.run(source, on_batch=self._go_on)
        if run is not None and run.error:
            log.warning("%s ended as %s: %s", source.name, run.outcome, run.error)

    def _is_held(self, name: str) -> bool:
        """Say whether this stands still or wants to be left alone for a while."""
        until = self._store.cursors.paused_until(name)
        return name in self._store.cursors.stopped() or (until is not None and until > self._clock())

    async def _recheck(self, source: Source) -> None:
        await self._when_leading(f"{source.name} was not rechecked", partial(self._run_recheck, source))

    def _run_recheck(self, source: Source) -> None:
        if self._rechecking and not self._is_held(source.name) and not self._is_held(f"{source.name}.recheck"):
            self._rechecking(source)

    def _go_on(self, batch: Batch) -> bool:
        del batch
        self.wake()
        return not self._stopping.is_set()

    def _watch(self, source: Source) -> None:
        """Wait for news of a source that can tell of them, and read it at once; a thread that ends with the process."""
        while not self._stopping.is_set():
            if not self._leading.leads:
                self._stopping.wait(LOOK_SECONDS)
                continue
            try:
                cursor, _ = self._store.cursors.find(source.name, source.collector.Cursor)
                if source.collector.wait(source.settings, WATCH_SECONDS, cursor, self._stopping):
                    asyncio.run_coroutine_threadsafe(self._finish(partial(self._collect, source)), self._loop).result()
            except (AuthExpired, Forbidden) as error:
                log.info("%s cannot be watched: %s", source.name, error)
                self._stopping.wait(WATCH_SECONDS)  # until then nobody has mended it
            except Exception as error:  # noqa: BLE001  whatever it is, the schedule reads the source all the same
                log.info("%s cannot be watched now: %s", source.name, error)
                self._stopping.wait(PAUSE_SECONDS)

    async def _run_errand(self, errand: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            try:
                await self._when_leading("An errand waits", errand)
            except Exception:
                log.exception("An errand failed and is tried again: please report this.")
            await self.wait_stopped(PAUSE_SECONDS)

    async def _work(self) -> None:
        while not self._stopping.is_set():
            await self._wait_for_items()
            try:
                await self._in_thread(self._drain)
            except PyMongoError as error:
                log.warning("The pipeline waits, the store does not answer: %s", error)
                await self.wait_stopped(PAUSE_SECONDS)
            except Exception:
                log.exception("The pipeline failed and tries again: please report this.")
                await self.wait_stopped(PAUSE_SECONDS)

    async def _wait_for_items(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._waiting.wait()
        except TimeoutError:
            return  # look anyway: another process may have stored something
        self._waiting.clear()

    def _drain(self) -> None:
        if self._working is not None:
            self._working.drain(lambda _: not self._stopping.is_set())

    async def _keep_house(self) -> None:
        await self._when_leading("The house was not kept", self._clean)

    def _clean(self) -> None:
        keep_house(self._store, self._clock())
        look_at_expiries(self._store, self._enabled, self._clock)
