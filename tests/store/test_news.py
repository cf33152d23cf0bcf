"""Nothing is missed and nothing told twice, whoever writes meanwhile and however late the commit."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from made import NOW, make_open_report
from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern

from dengar.errors import BadRequest
from dengar.models import Event, Report, Selection
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.store.news import Item, Page, Position, _encode

ALL = Selection()


def grow(store: Store, report: Report, session: ClientSession | None = None, **changes: object) -> Report:
    """Write the next version of a report."""
    grown = report.replace(version=report.version + 1, **changes)
    event = Event(report=report.number, seq=report.version, kind="note", at=NOW, actor="petugas")
    store.reports.save([grown], [event], session)
    return grown


def start(number: int, **changes: object) -> Report:
    return make_open_report(f"DKI-2611-{number:06d}", version=0, **changes)


def read_all(store: Store, position: str | None, limit: int = 3) -> tuple[list[Item], str]:
    items: list[Item] = []
    while True:
        page = store.news.read(position, limit, ALL)
        assert not page.restarted
        items += page.items
        position = page.position
        if page.is_last:
            return items, position


def versions(items: list[Item]) -> list[tuple[str, int]]:
    return [(one.number[-1], one.report.version if one.report else -1) for one in items]


@contextmanager
def transaction(store: Store) -> Iterator[ClientSession]:
    with store.data.client.start_session() as session, session.start_transaction(read_concern=ReadConcern("snapshot")):
        yield session


def test_everything_comes_first_and_then_every_change_once_in_its_newest_version(store: Store) -> None:
    reports = [grow(store, start(n)) for n in range(8)]
    first, position = read_all(store, None)
    assert versions(first) == [(str(n), 1) for n in range(8)]
    grow(store, grow(store, reports[5]))
    grow(store, reports[2])
    second, position = read_all(store, position)
    assert versions(second) == [("5", 3), ("2", 2)]
    assert read_all(store, position)[0] == []


def test_what_changes_while_everything_is_read_comes_behind_it(store: Store) -> None:
    reports = [grow(store, start(n)) for n in range(6)]
    page = store.news.read(None, 3, ALL)
    grow(store, reports[0], is_hidden=True)
    grow(store, start(7))
    rest, _ = read_all(store, page.position)
    assert [number for number, _ in versions(rest)][-2:] == ["0", "7"]
    assert {one.number for one in [*page.items, *rest]} >= {one.number for one in reports}


def test_a_late_commit_with_an_early_time_is_not_missed(store: Store) -> None:
    position = store.news.position()
    with transaction(store) as session:
        grow(store, start(1), session, updated_at=NOW - timedelta(hours=1))
        grow(store, start(2), updated_at=NOW)
        found, position = read_all(store, position)
        assert versions(found) == [("2", 1)]
    late, _ = read_all(store, position)
    assert versions(late) == [("1", 1)]


def test_what_a_transaction_took_back_never_comes(store: Store) -> None:
    position = store.news.position()
    with transaction(store) as session:
        grow(store, start(1), session)
        session.abort_transaction()
    assert read_all(store, position)[0] == []


def write_randomly(store: Store, seed: int, many: int = 30) -> None:
    """Grow five reports of one's own, in transactions that overlap with others and carry any times."""
    rng = random.Random(seed)
    mine = [start(seed * 10 + n) for n in range(5)]
    for _ in range(many):
        n, at = rng.randrange(5), NOW - timedelta(seconds=rng.randrange(10_000))
        with transaction(store) as session:
            grown = grow(store, mine[n], session, updated_at=at)
            if rng.random() < 0.5:
                threading.Event().wait(rng.random() / 100)  # the transaction stays open while others commit
            is_kept = rng.random() < 0.9
            if not is_kept:
                session.abort_transaction()
        if is_kept:
            mine[n] = grown


def test_a_reader_beside_many_writers_sees_every_report_in_its_newest_version_and_none_twice(store: Store) -> None:
    position = store.news.position()
    pages: list[Page] = []
    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write_randomly, store, seed) for seed in range(6)]
        while not (pages and pages[-1].is_last and all(one.done() for one in writing)):
            is_over = all(one.done() for one in writing)
            pages.append(store.news.read(position, 4, ALL))
            position = pages[-1].position
            if not is_over:
                pages[-1] = Page(items=pages[-1].items, position=position)  # more may come
        for one in writing:
            one.result()
    seen = [(item.number, item.report.version) for page in pages for item in page.items if item.report]
    assert len(seen) == len(set(seen))
    newest = dict(seen)  # the last one told
    stored = {one.number: one.version for one in store.reports.after("", ALL, 1000)}
    assert newest == stored
    assert newest == {number: max(version for key, version in seen if key == number) for number in newest}
    assert len(stored) > 20


def test_a_position_that_the_database_does_not_know_begins_again(store: Store) -> None:
    grow(store, start(1))
    page = store.news.read(_encode(Position(token=b"\x00" * 40)), 10, ALL)
    assert page.restarted
    assert versions(page.items) == [("1", 1)]
    assert read_all(store, page.position)[0] == []


@pytest.mark.parametrize("text", ["x", "!!", "AAAA", "gaV0b2tlbsQA", "é", "0" * 1000])
def test_what_is_no_position_is_refused(store: Store, text: str) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        store.news.read(text, 10, ALL)


def step_down(store: Store) -> None:
    """Let the only member step down, and stand for election again at once."""
    admin = store.data.client.admin
    admin.command("replSetStepDown", 60, force=True)
    assert not store.is_ready()
    admin.command("replSetFreeze", 0)
    while not store.is_ready():
        threading.Event().wait(0.02)


def test_following_survives_a_change_of_the_primary_and_the_death_of_mongod(mongo: EmbeddedMongo, store: Store) -> None:
    over, told = threading.Event(), threading.Semaphore(0)
    seen: list[str] = []

    def follow() -> None:
        for item in store.news.follow(position, over.wait):
            assert item is not None
            seen.append(item.number[-1])
            told.release()

    position = store.news.position()
    thread = threading.Thread(target=follow)
    thread.start()
    try:
        grow(store, start(1))
        assert told.acquire(timeout=20)
        step_down(store)
        grow(store, start(2))
        assert told.acquire(timeout=20)
        os.kill(mongo.pid, signal.SIGKILL)
        while not mongo.revive():
            threading.Event().wait(0.02)
        grow(store, start(3))
        assert told.acquire(timeout=20)
    finally:
        over.set()
        thread.join()
    assert seen == ["1", "2", "3"]
