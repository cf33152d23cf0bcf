"""A scheduler with sources and a worker as a process of its own: `python standby.py URI DATABASE HOLDER [stuck]`.

It says on its output what it reads and judges, one word a line. A `stuck` one never ends anything: each source in the
middle of its run, the worker in the middle of a transaction.
"""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import NoReturn

from made import KEY, make_item, make_labels

from dengar.collecting import Collecting
from dengar.ingest.protocol import Batch, Cursor, Source, SourceSettings
from dengar.models import Clue, Labels, Located
from dengar.pipeline import Pipeline
from dengar.routing.rules import Router
from dengar.scheduler import Scheduler
from dengar.store import Store
from dengar.working import LEASE, Working

SOURCES = "satu", "dua", "tiga", "empat", "lima"


class Read(Cursor, frozen=True, kw_only=True):
    pages: int = 0


def now() -> datetime:
    return datetime.now(UTC)


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def hang() -> NoReturn:
    while True:
        threading.Event().wait()


def make_source(name: str, *, stuck: bool) -> Source:
    def pull(_: object, cursor: Read, *__: object) -> Iterator[Batch]:
        for page in range(cursor.pages, 2):
            yield Batch(items=(make_item(f"{name}{page}", f"{name} {page}"),), cursor=Read(pages=page + 1))
            if stuck:
                say(name)
                hang()
        say(name)

    settings = SourceSettings(name=name, collector="made", every="1 day")
    return Source(name=name, collector=SimpleNamespace(Cursor=Read, pull=pull), settings=settings)


class Judge:
    """Says the same of every text, or hangs with the worker's lease held by an open transaction."""

    def __init__(self, store: Store, *, stuck: bool) -> None:
        self._store = store
        self._stuck = stuck

    def label(self, texts: Sequence[str]) -> list[Labels]:
        if self._stuck:
            with self._store.data.client.start_session() as session:
                session.start_transaction()
                self._store.data["leases"].update_one({"_id": LEASE}, {"$inc": {"writes": 1}}, session=session)
                say("judging")
                hang()
        return [make_labels() for _ in texts]

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        del clues
        return [Located() for _ in texts]


class Telling(Working):
    """Says when the queue is empty."""

    def drain(self, go_on: Callable[[int], bool] = lambda _: True) -> int:
        done = super().drain(go_on)
        if done and not self._store.items.is_waiting():
            say("judged")
        return done


async def main(uri: str, database: str, holder: str, *, stuck: bool) -> None:
    store = Store.connect(uri, database, key=KEY)
    judge = Judge(store, stuck=stuck)
    pipeline = Pipeline(
        store=store, classifier=judge, locator=judge, router=Router(rules=(), units={}), categories={}, author_key=KEY
    )
    scheduler = Scheduler(
        store=store,
        sources=[make_source(name, stuck=stuck) for name in SOURCES],
        collecting=Collecting(store, now, holder),
        working=Telling(store, pipeline, now, holder),
        clock=now,
        holder=holder,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, scheduler.stop)
    asyncio.get_running_loop().call_later(1, say, "up")
    await scheduler.run()
    store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], stuck="stuck" in sys.argv))
