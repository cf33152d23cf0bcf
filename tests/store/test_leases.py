import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from made import NOW, make_item

from dengar.collecting import Collecting
from dengar.errors import LeaseLost
from dengar.ingest.protocol import Batch, Cursor, Source, SourceSettings
from dengar.leading import LEASE, Leading
from dengar.models import Run
from dengar.store import Store
from dengar.store.leases import LEASE_SECONDS

AFTER = NOW + timedelta(seconds=LEASE_SECONDS)
SECONDS = 20  # how long a test waits for what happens at once


class Clock:
    """Stands still until it is moved; counts who looks at it."""

    def __init__(self) -> None:
        self.now = NOW
        self.looks = threading.Semaphore(0)

    def __call__(self) -> datetime:
        self.looks.release()
        return self.now


class Page(Cursor, frozen=True, kw_only=True):
    read: int = 0


class Paged:
    """A source of three pages, one item each; `between` is called before the second."""

    Cursor = Page

    def __init__(self) -> None:
        self.between: threading.Event | None = None
        self.asleep = threading.Event()

    def pull(self, _: object, cursor: Page, *__: object) -> Iterator[Batch]:
        for page in range(cursor.read, 3):
            if page == 1 and self.between is not None:
                self.asleep.set()
                assert self.between.wait(SECONDS)
            yield Batch(items=(make_item(str(page), f"halaman {page}"),), cursor=Page(read=page + 1))


def make_source(collector: Paged) -> Source:
    return Source(name="kotak", collector=collector, settings=SourceSettings(name="kotak", collector="made"))


def stored(store: Store) -> list[str]:
    return [one.item.native_id for one in store.items.pending(100, 10**9)]


def test_a_lease_is_held_for_as_long_as_the_block_lasts_and_free_behind_it(store: Store) -> None:
    clock = Clock()
    with store.leases.keep("rumah", "a", clock, beat_seconds=0.005) as lease:
        assert lease is not None
        clock.now += timedelta(hours=1)
        for _ in range(3):  # the second look after the move is surely one of a beat that began behind it
            assert clock.looks.acquire(timeout=SECONDS)
        while store.leases.holder_of("rumah", clock.now) is None:
            assert clock.looks.acquire(timeout=SECONDS)
        assert store.leases.take("rumah", "b", clock.now) is None
    assert store.leases.take("rumah", "b", clock.now) is not None


def test_who_cannot_have_the_lease_is_told_so(store: Store) -> None:
    assert store.leases.take("rumah", "a", NOW) is not None
    with store.leases.keep("rumah", "b", Clock()) as lease:
        assert lease is None
    assert store.leases.holder_of("rumah", NOW) == "a"


def test_the_next_holder_learns_who_died_and_not_who_gave_the_lease_back(store: Store) -> None:
    first = store.leases.take("rumah", "a", NOW)
    assert first is not None
    assert first.former == ""
    second = store.leases.take("rumah", "b", AFTER)
    assert second is not None
    assert (second.former, second.token) == ("a", first.token + 1)
    store.leases.release(second)
    third = store.leases.take("rumah", "c", AFTER)
    assert third is not None
    assert third.former == ""


def test_freed_leases_can_be_had_at_once_and_their_old_holder_is_fenced_off(store: Store) -> None:
    held = store.leases.take("rumah", "a", NOW)
    other = store.leases.take("kebun", "b", NOW)
    assert held is not None
    assert other is not None
    store.leases.free("a")
    with pytest.raises(LeaseLost):
        store.leases.renew(held, NOW)
    with pytest.raises(LeaseLost):
        store.save_batch("kotak", [make_item()], guard=lambda session: store.leases.fence(held, NOW, session))
    assert stored(store) == []
    assert store.leases.take("rumah", "c", NOW) is not None
    assert store.leases.renew(other, NOW).until == AFTER


class Sleeper:
    """A leader that sleeps in the middle of a run, behind the first of three pages."""

    def __init__(self, store: Store, collector: Paged, clock: Clock) -> None:
        self.leading = Leading(store.leases, clock, "old")
        assert self.leading.beat() is not None
        self._collector = collector
        self._awake = collector.between = threading.Event()
        self._ended: list[Run | None] = []
        source = make_source(collector)
        self._thread = threading.Thread(target=lambda: self._ended.append(Collecting(store, clock, "old").run(source)))
        self._thread.start()
        assert collector.asleep.wait(SECONDS)
        collector.between = None
        assert stored(store) == ["0"]

    def wake(self) -> Run:
        """Let it go on to its end."""
        self._awake.set()
        self._thread.join(SECONDS)
        (run,) = self._ended
        assert run is not None
        return run


def take_over(store: Store, clock: Clock, sleeper: Sleeper) -> None:
    new = Leading(store.leases, clock, "new")
    assert new.beat() is None
    assert new.rest_seconds == LEASE_SECONDS
    clock.now = AFTER
    assert not sleeper.leading.leads
    begun = new.beat()
    assert begun is not None
    assert begun.former == "old"
    store.leases.free(begun.former)


def test_a_leader_that_was_only_asleep_writes_nothing_when_it_wakes_up_in_its_successors_run(store: Store) -> None:
    collector, clock = Paged(), Clock()
    sleeper = Sleeper(store, collector, clock)
    take_over(store, clock, sleeper)
    slept: list[Run] = []

    def on_batch(_: Batch) -> bool:
        slept.extend([] if slept else [sleeper.wake()])
        return True

    run = Collecting(store, clock, "new").run(make_source(collector), on_batch=on_batch)
    assert run is not None
    assert (run.outcome, run.items) == ("done", 2)
    assert [(one.outcome, one.items) for one in slept] == [("lease_lost", 1)]
    assert stored(store) == ["0", "1", "2"]
    assert store.cursors.find("kotak", Page)[0] == Page(read=3)
    assert sleeper.leading.beat() is None
    assert not sleeper.leading.leads
    assert store.leases.holder_of(LEASE, clock.now) == "new"


def test_a_leader_that_wakes_up_before_its_successor_reads_anything_is_refused_as_well(store: Store) -> None:
    collector, clock = Paged(), Clock()
    sleeper = Sleeper(store, collector, clock)
    take_over(store, clock, sleeper)
    slept = sleeper.wake()
    assert (slept.outcome, slept.items) == ("lease_lost", 1)
    assert stored(store) == ["0"]
    run = Collecting(store, clock, "new").run(make_source(collector))
    assert run is not None
    assert (run.outcome, run.items) == ("done", 2)
    assert stored(store) == ["0", "1", "2"]


def test_a_leader_that_overslept_leads_again_when_nobody_took_the_lead(store: Store) -> None:
    clock = Clock()
    leading = Leading(store.leases, clock, "a")
    assert leading.beat() is not None
    assert leading.beat() is None  # it leads already
    clock.now += timedelta(minutes=10)
    assert not leading.leads
    again = leading.beat()
    assert again is not None
    assert again.former == ""
    leading.release()
    assert store.leases.holder_of(LEASE, clock.now) is None
