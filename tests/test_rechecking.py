"""Messages are looked up again: what is gone is hidden at once, and erased when it is still gone a day later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from made import NOW, make_item, make_post
from test_pipeline import HOLE, HOLE_AGAIN, check_books, make_working

from dengar.collecting import Collecting
from dengar.errors import BudgetSpent, RateLimited
from dengar.ingest.protocol import Budget, Clock, Limits, Rechecked, Source, SourceSettings
from dengar.models import Item
from dengar.rechecking import CHUNK, Rechecking, can_recheck
from dengar.store import Store
from dengar.store.documents import to_document

DAY = timedelta(days=1)


class Timeline:
    """A source that still has some of the messages that were read; each look-up costs a cent a message."""

    def __init__(self, *native_ids: str) -> None:
        self.shown = set(native_ids)
        self.changed: tuple[Item, ...] = ()
        self.asked: list[str] = []
        self.limit: datetime | None = None

    def recheck(self, settings: SourceSettings, native_ids: Sequence[str], budget: Budget, clock: Clock) -> Rechecked:
        assert settings.name == "kotak"
        assert clock() >= NOW
        if self.limit:
            raise RateLimited("x", until=self.limit)
        budget.ask(len(native_ids), 0.01 * len(native_ids))
        budget.spend(len(native_ids), 0.01 * len(native_ids))
        self.asked += native_ids
        missing = tuple(one for one in native_ids if one not in self.shown)
        return Rechecked(items=self.changed, missing=missing)


def look(store: Store, timeline: Timeline, at: datetime = NOW, limits: Limits | None = None) -> str:
    settings = SourceSettings(name="kotak", collector="x", recheck="6 hours", budget=limits or Limits())
    source = Source(name="kotak", collector=timeline, settings=settings)
    assert can_recheck(source)
    run = Rechecking(store, Collecting(store, lambda: at, "tests")).run(source)
    assert run is not None
    return run.outcome


def keep(store: Store, *native_ids: str) -> None:
    store.data["posts"].insert_many([to_document(make_post(one)) | {"_id": make_post(one).id} for one in native_ids])


def hidden(store: Store) -> list[str]:
    found = store.posts.of_source("kotak", "", 1000)
    return [item_id.rpartition(":")[2] for item_id, since in found.items() if since]


def tombstones(store: Store) -> list[str]:
    return [one.item.native_id for one in store.items.pending(100, 10**9) if one.item.kind == "tombstone"]


def test_what_is_missing_is_hidden_and_erased_a_day_later(store: Store) -> None:
    keep(store, "1", "2", "3")
    timeline = Timeline("1", "3")
    assert look(store, timeline) == "empty"
    assert (hidden(store), tombstones(store)) == (["2"], [])
    assert look(store, timeline, NOW + DAY / 2) == "empty"
    assert (hidden(store), tombstones(store)) == (["2"], [])
    assert look(store, timeline, NOW + DAY) == "done"
    assert tombstones(store) == ["2"]


def test_no_report_is_titled_by_a_hidden_message(store: Store, model_dir: Path) -> None:
    working = make_working(store, model_dir)
    store.save_batch("kotak", [make_item("1", HOLE), make_item("2", HOLE_AGAIN)])
    working.drain()
    timeline = Timeline("2")
    look(store, timeline)
    (report,) = store.reports.newest()
    assert (report.title.split()[0], report.voices) == ("tolong", 2)
    timeline.shown = set()
    look(store, timeline)
    assert [one.title for one in store.reports.newest()] == [""]
    timeline.shown = {"1", "2"}
    look(store, timeline)
    assert [one.title.split()[0] for one in store.reports.newest()] == ["Jalan"]
    check_books(store)


def test_what_comes_back_is_shown_again(store: Store) -> None:
    keep(store, "1", "2")
    timeline = Timeline("1")
    look(store, timeline)
    timeline.shown.add("2")
    look(store, timeline, NOW + DAY)
    assert (hidden(store), tombstones(store)) == ([], [])


def test_what_changed_is_read_anew(store: Store) -> None:
    keep(store, "1")
    timeline = Timeline("1")
    timeline.changed = (make_item("1", "Lampu sudah menyala", kind="edit"),)
    assert look(store, timeline) == "done"
    (waiting,) = store.items.pending(10, 10**9)
    assert (waiting.item.kind, waiting.item.native_id) == ("edit", "1")


def test_a_look_that_its_budget_ends_goes_on_where_it_was(store: Store) -> None:
    ids = [f"{n:04}" for n in range(CHUNK + 10)]
    keep(store, *ids)
    timeline = Timeline(*ids)
    limits = Limits(money_per_day=0.01 * CHUNK)
    assert look(store, timeline, limits=limits) == "budget_spent"
    assert store.spending.on_day("kotak", NOW).money == 0.01 * CHUNK
    assert look(store, timeline, NOW + DAY, limits) == "empty"
    assert timeline.asked == ids


def test_a_collector_says_how_many_it_takes_at_once(store: Store) -> None:
    class Jobs(Timeline):
        RECHECK_AT_ONCE = 2

    keep(store, "1", "2", "3")
    calls = Jobs("1", "2", "3")
    look(store, calls)
    runs = store.runs.of_source("kotak.recheck")
    assert calls.asked == ["1", "2", "3"]
    assert runs[0].outcome == "empty"


def test_an_outage_hides_nothing(store: Store) -> None:
    keep(store, "1")
    timeline = Timeline()
    timeline.limit = NOW + DAY
    assert look(store, timeline) == "rate_limited"
    assert hidden(store) == []


def test_a_source_that_cannot_or_need_not_is_left_alone() -> None:
    settings = SourceSettings(name="kotak", collector="x", recheck="6 hours")
    assert not can_recheck(Source(name="kotak", collector=SimpleNamespace(), settings=settings))
    idle = SourceSettings(name="kotak", collector="x")
    assert not can_recheck(Source(name="kotak", collector=Timeline(), settings=idle))
    assert BudgetSpent("x", until=None).until is None
