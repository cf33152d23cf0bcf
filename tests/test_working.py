import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from made import NOW, make_item, make_labels

from dengar.models import Changes, Clue, Event, Labels, Located, Pending
from dengar.pipeline import Pipeline
from dengar.routing.rules import Router
from dengar.routing.states import fold_all, grow
from dengar.store import Store
from dengar.working import BATCH_ITEMS, FEWEST_TO_JUDGE, LEASE, Working


class Judge:
    """Says the same of every text; `during` is called while it does."""

    def __init__(self) -> None:
        self.seen = 0
        self.during: Callable[[], object] = lambda: None

    def label(self, texts: Sequence[str]) -> list[Labels]:
        self.during()
        self.seen += len(texts)
        return [make_labels() for _ in texts]

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        del clues
        return [Located() for _ in texts]


def make_working(store: Store, judge: Judge, holder: str = "me") -> Working:
    pipeline = Pipeline(
        store=store, classifier=judge, locator=judge, router=Router(rules=(), units={}), categories={}, author_key=b"k"
    )
    return Working(store, pipeline, lambda: NOW, holder, stoppable={"kotak"})


def test_the_queue_is_drained_batch_by_batch(store: Store) -> None:
    store.save_batch("kotak", [make_item(str(n), f"kata{n}") for n in range(BATCH_ITEMS + 3)])
    told: list[int] = []

    def go_on(count: int) -> bool:
        told.append(count)
        return True

    assert make_working(store, Judge()).drain(go_on) == BATCH_ITEMS + 3
    assert told == [BATCH_ITEMS, 3]
    assert store.items.count_pending() == 0
    assert store.posts.count() == BATCH_ITEMS + 3


def test_it_stops_between_batches_when_told_to(store: Store) -> None:
    store.save_batch("kotak", [make_item(str(n), f"kata{n}") for n in range(BATCH_ITEMS + 3)])
    assert make_working(store, Judge()).drain(lambda _: False) == BATCH_ITEMS
    assert store.items.count_pending() == 3


def test_while_another_process_works_nothing_is_done(store: Store) -> None:
    store.save_batch("kotak", [make_item("1")])
    store.leases.take(LEASE, "other", NOW, 60)
    judge = Judge()
    assert make_working(store, judge).drain() == 0
    assert judge.seen == 0


def test_a_batch_whose_lease_was_lost_is_not_written_and_done_again(store: Store) -> None:
    store.save_batch("kotak", [make_item("1")])
    judge = Judge()
    judge.during = lambda: store.leases.take(LEASE, "other", NOW + timedelta(hours=1), 60)
    assert make_working(store, judge).drain() == 0
    assert (store.posts.count(), store.items.count_pending()) == (0, 1)
    assert make_working(store, Judge(), "other").drain() == 1
    assert (store.posts.count(), store.items.count_pending()) == (1, 0)


def test_two_workers_at_once_double_nothing(store: Store) -> None:
    store.save_batch("kotak", [make_item(str(n), f"kata{n}") for n in range(40)])
    start = threading.Barrier(2)

    def drain(holder: str) -> int:
        start.wait()
        return make_working(store, Judge(), holder).drain()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(drain, ["a", "b"])) == 40
    assert store.posts.count() == 40
    assert sum(report.voices for report in store.reports.newest(100)) == 40


def test_contents_that_arrive_while_a_batch_is_judged_are_judged_too(store: Store) -> None:
    store.save_batch("kotak", [make_item("1", "lama")])
    judge = Judge()

    def during() -> None:
        judge.during = lambda: None
        store.save_batch("kotak", [make_item("1", "baru")])

    judge.during = during
    make_working(store, judge).drain()
    (post,) = store.posts.find_all([row["_id"] for row in store.data["posts"].find()]).values()
    assert (post.text, post.revision) == ("baru", 2)


def test_a_source_of_which_too_much_is_bad_stands_still(store: Store) -> None:
    bad = [make_item(f"b{n}", payload=b"?") for n in range(5)]
    good = [make_item(f"g{n}", f"kata{n}") for n in range(FEWEST_TO_JUDGE - 5)]
    store.save_batch("kotak", [*good, *bad])
    make_working(store, Judge()).drain()
    assert store.cursors.stopped() == {"kotak": "5 of 20 messages could not be read: the source has changed its shape."}
    assert len(store.quarantine.ids()) == 5


def test_a_few_bad_messages_or_a_source_that_cannot_stand_still_are_left_alone(store: Store) -> None:
    for source, bad, good in (("kotak", 4, 16), ("kotak", 10, 5), ("form", 20, 0)):
        items = [make_item(f"{source}{good}b{n}", payload=b"?", source=source) for n in range(bad)]
        items += [make_item(f"{source}{good}g{n}", f"kata{n}", source=source) for n in range(good)]
        store.save_batch(source, items)
        make_working(store, Judge()).drain()
        assert store.cursors.stopped() == {}


def test_a_decision_during_the_judgement_makes_it_judge_again(store: Store) -> None:
    pipeline = Pipeline(
        store=store,
        classifier=Judge(),
        locator=Judge(),
        router=Router(rules=(), units={}),
        categories={},
        author_key=b"k",
    )
    decisions = iter(range(4))

    class Interrupted:
        """A pipeline behind which somebody decides before its outcome is written."""

        def process(self, pending: Sequence[Pending], now: datetime) -> Changes:
            changes = pipeline.process(pending, now)
            if store.reports.count() and next(decisions, None) is not None:
                (report,) = store.reports.newest()
                note = Event(report=report.number, seq=0, kind="note", at=NOW, actor="sari", reason="dilihat")
                store.grow_report(*grow(report, note))
            return changes

    working = Working(store, Interrupted(), lambda: NOW, "me")  # type: ignore[arg-type]
    store.save_batch("kotak", [make_item("1", "Lubang besar di depan pasar lama")])
    working.drain()
    (report,) = store.reports.newest()
    store.save_batch("kotak", [make_item(str(n), "Lubang besar di depan pasar lama") for n in range(2, 60)])
    assert working.drain() == 58
    (after,) = store.reports.newest()
    assert (after.number, after.voices) == (report.number, 59)
    kinds = [event.kind for event in store.events.of_report(report.number)]
    assert kinds.count("note") == 4
    assert fold_all(store.events.of_report(report.number)) == after
