"""What runs when: sources by their schedule, the pipeline whenever something waits, housekeeping once a day.

Jobs live in memory and are made from the configuration at every start; only cursors, leases and runs are stored, so
that two schedulers never fire one job twice: the lease `scheduler` makes the second one a hot standby.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pymongo.errors import PyMongoError

from dengar.collecting import Collecting
from dengar.ingest.protocol import Batch, Clock, Source
from dengar.settings import read_duration
from dengar.store import Store
from dengar.store.leases import Lease
from dengar.working import Working

LEASE = "scheduler"
LEASE_SECONDS = 30
BEAT_SECONDS = 10
LOOK_SECONDS = 2.0
RAW_FILES_KEPT = timedelta(days=31)
WATCH_SECONDS = 540
PAUSE_SECONDS = 5.0

log = logging.getLogger("dengar.scheduler")
T = TypeVar("T")


class Scheduler:
    """Runs the sources and the worker inside the caller's event loop until `stop` is called.

    `sources` None leaves collecting and housekeeping to another process, `working` None the pipeline.
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
    ) -> None:
        self._store = store
        self._is_scheduling = sources is not None
        self._sources = [one for one in sources or () if one.is_pulled and one.settings.enabled]
        self._collecting = collecting
        self._working = working
        self._clock = clock
        self._holder = holder
        self._lease: Lease | None = None
        self._stopping = threading.Event()
        self._stopped = asyncio.Event()
        self._waiting = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        # A thread for each source, so that slow ones keep neither the others nor the pipeline waiting.
        self._threads = ThreadPoolExecutor(max_workers=len(self._sources) + 3, thread_name_prefix="dengar")

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
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}, timezone="Asia/Jakarta"
        )
        if self._is_scheduling:
            await self._beat()
            jobs.add_job(self._finish, "interval", [self._beat], seconds=BEAT_SECONDS)
            jobs.add_job(self._finish, "cron", [self._keep_house], hour=3, minute=10)
        for source in self._sources:
            self._schedule(jobs, source)
        jobs.start()
        if self._working:
            self._start(self._work())
        await self._stopped.wait()
        # This cancels its running coroutines (apscheduler#233); what they do is in our own set, and shielded.
        jobs.shutdown(wait=False)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._lease is not None:
            await self._in_thread(self._store.leases.release, self._lease)
        self._threads.shutdown(wait=False)

    async def _in_thread(self, do: Callable[..., T], *arguments: object) -> T:
        return await self._loop.run_in_executor(self._threads, do, *arguments)

    def _schedule(self, jobs: AsyncIOScheduler, source: Source) -> None:
        if source.settings.every is not None:
            seconds = read_duration(source.settings.every).total_seconds()
            collect = partial(self._collect, source)
            jobs.add_job(self._finish, "interval", [collect], seconds=seconds, next_run_time=self._clock())
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

    async def _collect(self, source: Source) -> None:
        if self._lease is None or self._stopping.is_set():
            return
        try:
            await self._in_thread(self._run_source, source)
        except PyMongoError as error:
            log.warning("%s was not read, the store does not answer: %s", source.name, error)

    def _run_source(self, source: Source) -> None:
        until = self._store.cursors.paused_until(source.name)
        if source.name in self._store.cursors.stopped() or (until is not None and until > self._clock()):
            return
        run = self._collecting.run(source, on_batch=self._go_on)
        if run is not None and run.error:
            log.warning("%s ended as %s: %s", source.name, run.outcome, run.error)

    def _go_on(self, batch: Batch) -> bool:
        del batch
        self.wake()
        return not self._stopping.is_set()

    def _watch(self, source: Source) -> None:
        """Wait for news of a source that can tell of them, and read it at once; a thread that ends with the process."""
        while not self._stopping.is_set():
            try:
                cursor, _ = self._store.cursors.find(source.name, source.collector.Cursor)
                if source.collector.wait(source.settings, WATCH_SECONDS, cursor, self._stopping):
                    asyncio.run_coroutine_threadsafe(self._finish(partial(self._collect, source)), self._loop).result()
            except Exception as error:  # noqa: BLE001  whatever it is, the schedule reads the source all the same
                log.info("%s cannot be watched now: %s", source.name, error)
                self._stopping.wait(PAUSE_SECONDS)

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

    async def _beat(self) -> None:
        """Take the lead, or hold on to it."""
        try:
            self._lease = await self._in_thread(
                self._store.leases.take, LEASE, self._holder, self._clock(), LEASE_SECONDS
            )
        except PyMongoError:
            self._lease = None

    async def _keep_house(self) -> None:
        if self._lease is not None:
            await self._in_thread(self._store.items.drop_files, self._clock() - RAW_FILES_KEPT)
