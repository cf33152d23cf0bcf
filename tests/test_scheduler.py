import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from dengar.collecting import Collecting
from dengar.errors import AuthExpired
from dengar.ingest.protocol import Batch, Cursor, Source, SourceSettings
from dengar.scheduler import Scheduler
from dengar.store import Store
from dengar.working import Working

pytestmark = pytest.mark.anyio
SECONDS = 20  # how long a test waits for what happens at once

Signal = threading.Semaphore


class Counting(Cursor, frozen=True, kw_only=True):
    read: int = 0


class Worker:
    """Stands where the pipeline's worker stands: tells that it was asked to drain, after failing a few times."""

    def __init__(self, failures: int = 0) -> None:
        self.asked = Signal(0)
        self._failures = failures

    def drain(self, go_on: Callable[[int], bool]) -> int:
        del go_on
        if self._failures:
            self._failures -= 1
            raise RuntimeError("a bug in the pipeline")
        self.asked.release()
        return 0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def utc_now() -> datetime:
    return datetime.now(UTC)


def source_of(name: str, pull: Callable[[], Iterator[Batch]]) -> Source:
    collector = SimpleNamespace(Cursor=Counting, pull=lambda *_: pull())
    settings = SourceSettings(name=name, collector="made", every="1 hour")
    return Source(name=name, collector=collector, settings=settings)


def telling(signal: Signal) -> Callable[[], Iterator[Batch]]:
    """Make a source that tells when it was read."""

    def pull() -> Iterator[Batch]:
        yield Batch(items=(), cursor=Counting(read=1))
        signal.release()

    return pull


@asynccontextmanager
async def run(
    store: Store,
    sources: list[Source] | None,
    worker: Worker | None = None,
    holder: str = "one",
    errands: Sequence[Callable[[], object]] = (),
) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(
        store=store,
        sources=sources,
        collecting=Collecting(store, utc_now, holder),
        working=cast("Working", worker),
        clock=utc_now,
        holder=holder,
        errands=errands,
    )
    task = asyncio.create_task(scheduler.run())
    yield scheduler
    scheduler.stop()
    await task


class Errand:
    """Stands where what sends replies stands: tells that it was run, after failing once."""

    def __init__(self) -> None:
        self.done = Signal(0)
        self._failures = 1

    def run(self) -> None:
        if self._failures:
            self._failures -= 1
            raise RuntimeError("a bug")
        self.done.release()


async def heard(signal: Signal, seconds: float = SECONDS) -> bool:
    return await asyncio.to_thread(signal.acquire, timeout=seconds)


async def test_every_source_is_read_at_once_and_leaves_a_run(store: Store) -> None:
    read = Signal(0)
    async with run(store, [source_of("satu", telling(read)), source_of("dua", telling(read))]):
        assert await heard(read)
        assert await heard(read)
    assert {name: one.outcome for name, one in store.runs.last_by_source().items()} == {"satu": "empty", "dua": "empty"}


async def test_slow_sources_keep_neither_the_others_nor_the_pipeline_waiting(store: Store) -> None:
    go, read, worker = threading.Event(), Signal(0), Worker()

    def slow() -> Iterator[Batch]:
        go.wait(SECONDS)
        yield Batch(items=(), cursor=Counting(read=1))

    sources = [*(source_of(f"lambat{n}", slow) for n in range(40)), source_of("cepat", telling(read))]
    async with run(store, sources, worker):
        assert await heard(read)
        assert await heard(worker.asked)
        go.set()


async def test_stopping_stores_the_batch_under_way_and_begins_no_other(store: Store) -> None:
    begun, go = Signal(0), threading.Event()

    def pull() -> Iterator[Batch]:
        begun.release()
        go.wait(SECONDS)
        for read in (1, 2):
            yield Batch(items=(), cursor=Counting(read=read))

    async with run(store, [source_of("satu", pull)]) as scheduler:
        assert await heard(begun)
        scheduler.stop()
        threading.Timer(0.3, go.set).start()  # a scheduler that does not wait for the batch has ended by then
    assert store.cursors.find("satu", Counting) == (Counting(read=1), 1)


async def test_a_second_scheduler_waits_until_the_first_one_stops(store: Store) -> None:
    first, second = Signal(0), Signal(0)
    async with run(store, [source_of("satu", telling(first))], holder="one"):
        assert await heard(first)
        async with run(store, [source_of("dua", telling(second))], holder="two"):
            assert store.leases.holder_of("scheduler", utc_now()) == "one"
    assert not await heard(second, 0)
    async with run(store, [source_of("dua", telling(second))], holder="two"):
        assert await heard(second)


async def test_a_restart_reads_what_failed_and_not_what_was_read_in_time(store: Store) -> None:
    first, again = Signal(0), Signal(0)

    def failing() -> Iterator[Batch]:
        first.release()
        raise AuthExpired("the password is refused")
        yield

    async with run(store, [source_of("baik", telling(first)), source_of("sakit", failing)]):
        assert await heard(first)
        assert await heard(first)
    async with run(store, [source_of("baik", telling(again)), source_of("sakit", telling(first))]):
        assert await heard(first)
    assert not await heard(again, 0)


async def test_a_process_that_only_works_or_serves_takes_no_lead(store: Store) -> None:
    worker = Worker()
    async with run(store, None, worker):
        assert await heard(worker.asked)
        assert store.leases.holder_of("scheduler", utc_now()) is None


async def test_errands_are_run_by_who_leads_and_again_when_they_fail(store: Store) -> None:
    errand, idle = Errand(), Errand()
    async with run(store, [], errands=[errand.run]), run(store, None, holder="two", errands=[idle.run]):
        assert await heard(errand.done)
    assert not await heard(idle.done, 0)


async def test_stopped_and_paused_sources_are_left_alone(store: Store) -> None:
    read, other = Signal(0), Signal(0)
    store.cursors.stop("sakit", "it has changed")
    store.cursors.pause("dibatasi", utc_now() + timedelta(hours=1), since=utc_now(), reason="429")
    sources = [
        source_of("sakit", telling(read)),
        source_of("dibatasi", telling(read)),
        source_of("baik", telling(other)),
    ]
    async with run(store, sources):
        assert await heard(other)
    assert not await heard(read, 0)


async def test_a_bug_in_the_pipeline_is_logged_and_the_next_look_is_taken(store: Store) -> None:
    worker = Worker(failures=1)
    async with run(store, None, worker):
        assert await heard(worker.asked)
