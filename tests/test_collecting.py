from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from made import NOW, make_item

from dengar.collecting import Collecting
from dengar.errors import (
    AuthExpired,
    Blocked,
    BudgetSpent,
    Forbidden,
    LeaseLost,
    RateLimited,
    Retention,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.protocol import Batch, Budget, Clock, Cursor, Source, SourceSettings, Window
from dengar.models import Gap, Quarantined, Run
from dengar.store import Store

UNTIL = NOW + timedelta(minutes=15)
WINDOW = Window(since=NOW - timedelta(days=1), until=NOW)


class Mark(Cursor, frozen=True, kw_only=True):
    place: int = 0


class Script:
    """A collector that gives what it was told to, from its cursor on; an error in the list is raised."""

    Settings = SourceSettings
    Cursor = Mark

    def __init__(self, *steps: Batch | Exception) -> None:
        self.steps: Sequence[Batch | Exception] = steps
        self.asked: list[tuple[Mark, Window | None, Budget]] = []

    def pull(
        self, settings: SourceSettings, cursor: Mark, window: Window | None, budget: Budget, clock: Clock
    ) -> Iterator[Batch]:
        assert settings.name == "kotak"
        assert clock() == NOW
        self.asked.append((cursor, window, budget))
        for step in self.steps[0 if window else cursor.place :]:
            if isinstance(step, Exception):
                raise step
            yield step


def batch(place: int, *texts: str, **changes: object) -> Batch:
    items = tuple(make_item(f"{place}.{n}", text) for n, text in enumerate(texts))
    return Batch(items=items, cursor=Mark(place=place)).replace(**changes)


def make_source(script: Script) -> Source:
    return Source(name="kotak", collector=script, settings=SourceSettings(name="kotak", collector="script"))


def collect(store: Store, script: Script, holder: str = "me") -> Run:
    run = Collecting(store, lambda: NOW, holder).run(make_source(script))
    assert run is not None
    assert store.runs.of_source("kotak")[0] == run or len(store.runs.of_source("kotak")) > 1
    return run


def waiting(store: Store) -> list[str]:
    return [one.item.native_id for one in store.items.pending(100, 10**9)]


def test_a_run_stores_each_batch_with_its_cursor_and_leaves_a_row(store: Store) -> None:
    script = Script(batch(1, "a", "b"), batch(2, "c"))
    run = collect(store, script)
    assert (run.outcome, run.items, run.poison, run.cost, run.error) == ("done", 3, 0, 0, None)
    assert (run.started_at, run.ended_at) == (NOW, NOW)
    assert waiting(store) == ["1.0", "1.1", "2.0"]
    assert collect(store, script).outcome == "empty"
    assert script.asked[1][0] == Mark(place=2)


def test_what_was_unreadable_and_what_was_missed_is_kept(store: Store) -> None:
    bad = Quarantined(item=make_item("x"), reason="rusak", at=NOW)
    gap = Gap(source="kotak", since=NOW, until=UNTIL, cause="429", noticed_at=NOW)
    run = collect(store, Script(batch(1, poison=(bad,), gaps=(gap,))))
    assert (run.outcome, run.items, run.poison) == ("done", 0, 1)
    assert list(store.quarantine.find_all()) == [bad]
    assert store.gaps.find_open() == [gap]


STOPS: list[StopSource] = [
    Transient("x"), AuthExpired("x"), Forbidden("x"), Retention("x"), Blocked("x"), SourceChanged("x"), LeaseLost("x"),
    RateLimited("x", until=UNTIL), BudgetSpent("x", until=UNTIL),
]  # fmt: skip


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.outcome)
def test_whatever_stops_a_source_is_its_runs_outcome_and_nothing_is_lost(store: Store, stop: StopSource) -> None:
    run = collect(store, Script(batch(1, "a"), stop))
    assert (run.outcome, run.error, run.items) == (stop.outcome, "x", 1)
    assert waiting(store) == ["1.0"]
    assert store.cursors.find("kotak", Mark)[0] == Mark(place=1)
    pauses = isinstance(stop, RateLimited | BudgetSpent)
    assert store.cursors.paused_until("kotak") == (UNTIL if pauses else None)


def test_every_kind_of_stop_has_an_outcome_of_its_own() -> None:
    kinds = StopSource.__subclasses__()
    assert {type(stop) for stop in STOPS} == set(kinds)
    assert len({kind.outcome for kind in kinds}) == len(kinds)


def test_a_collector_that_breaks_leaves_a_row_with_its_traceback_and_no_lease(store: Store) -> None:
    run = collect(store, Script(batch(1, "a"), ZeroDivisionError("oops")), holder="a")
    assert run.outcome == "crashed"
    assert run.error is not None
    assert "ZeroDivisionError: oops" in run.error
    assert collect(store, Script(batch(1, "a"), batch(2, "b")), holder="b").items == 1


def test_a_window_is_read_beside_the_cursor(store: Store) -> None:
    script = Script(batch(1, "a"), batch(2, "b"))
    collecting = Collecting(store, lambda: NOW, "me")
    run = collecting.run(make_source(script), window=WINDOW)
    assert run is not None
    assert run.items == 2
    assert [(cursor, window) for cursor, window, _ in script.asked] == [(Mark(), WINDOW)]
    assert store.cursors.find("kotak", Mark) == (Mark(), 0)


def test_a_run_can_be_ended_after_any_batch_and_goes_on_later(store: Store) -> None:
    script = Script(batch(1, "a"), batch(2, "b"))
    run = Collecting(store, lambda: NOW, "me").run(make_source(script), on_batch=lambda _: False)
    assert run is not None
    assert (run.outcome, run.items) == ("done", 1)
    collect(store, script)
    assert waiting(store) == ["1.0", "2.0"]


def test_a_source_that_another_process_reads_is_left_alone(store: Store) -> None:
    assert store.leases.take("source:kotak", "other", NOW, 60) is not None
    script = Script(batch(1, "a"))
    assert Collecting(store, lambda: NOW, "me").run(make_source(script)) is None
    assert script.asked == []
    assert store.runs.of_source("kotak") == []


def test_a_source_that_this_process_reads_already_is_left_alone(store: Store) -> None:
    collecting = Collecting(store, lambda: NOW, "me")
    source = make_source(Script(batch(1, "a"), batch(2, "b")))
    inner: list[Run | None] = []

    def on_batch(_: Batch) -> bool:
        inner.append(collecting.run(source))
        return True

    run = collecting.run(source, on_batch=on_batch)
    assert run is not None
    assert run.outcome == "done"
    assert inner == [None, None]
    assert waiting(store) == ["1.0", "2.0"]


def test_a_run_whose_lease_went_to_another_writes_no_more(store: Store) -> None:
    def on_batch(_: Batch) -> bool:
        assert store.leases.take("source:kotak", "other", NOW + timedelta(hours=1), 60) is not None
        return True

    run = Collecting(store, lambda: NOW, "me").run(make_source(Script(batch(1, "a"), batch(2, "b"))), on_batch=on_batch)
    assert run is not None
    assert run.outcome == "lease_lost"
    assert waiting(store) == ["1.0"]
    assert store.leases.holder_of("source:kotak", NOW + timedelta(hours=1)) == "other"


def test_a_run_that_died_is_marked_by_the_next(store: Store) -> None:
    store.runs.save(Run(id="dead", source="kotak", started_at=NOW - timedelta(hours=1)))
    collect(store, Script(batch(1, "a")))
    assert [run.outcome for run in store.runs.of_source("kotak")] == ["done", "crashed"]


def test_a_long_run_holds_its_lease(store: Store) -> None:
    time = [NOW]

    def clock() -> datetime:
        return time[0]

    class Slow(Script):
        def pull(self, settings: SourceSettings, cursor: Mark, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:  # fmt: skip  # noqa: E501
            del settings, cursor, window, budget, clock
            yield from (step for step in self.steps if isinstance(step, Batch))

    def on_batch(_: Batch) -> bool:
        assert store.leases.take("source:kotak", "other", time[0], 60) is None
        time[0] += timedelta(seconds=100)
        return True

    script = Slow(*(batch(n, "a") for n in range(1, 5)))
    run = Collecting(store, clock, "me").run(make_source(script), on_batch=on_batch)
    assert run is not None
    assert run.items == 4
