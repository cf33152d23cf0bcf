from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from made import NOW, make_item

from dengar.collecting import Collecting
from dengar.errors import AuthExpired, BudgetSpent, RateLimited, StopSource, Transient
from dengar.habits import Habits
from dengar.health import make_status
from dengar.ingest.protocol import Batch, Budget, Cursor, Limits, Source, SourceSettings
from dengar.models import Gap, OutboxMessage, Run, SourceStatus, Status, whole_milliseconds
from dengar.store import Store
from dengar.store.expiries import Expiry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Mark(Cursor, frozen=True, kw_only=True):
    place: int = 0


class Scripted:
    """A pulled source that brings one message and then raises what it was told to."""

    Cursor = Mark

    def __init__(self, stop: Exception | None = None) -> None:
        self.stop = stop

    def pull(self, _: object, cursor: Mark, __: object, budget: Budget, ___: object) -> Iterator[Batch]:
        budget.spend(1, 0.25)
        yield Batch(items=(make_item(f"{cursor.place}"),), cursor=Mark(place=cursor.place + 1))
        if self.stop:
            raise self.stop


def make_source(collector: object | None = None, **settings: object) -> Source:
    made = SourceSettings.model_validate({"name": "kotak", "collector": "made", "every": "5 minutes", **settings})
    return Source(name="kotak", collector=collector or Scripted(), settings=made)


def pushed() -> Source:
    return make_source(SimpleNamespace(accept=None), every=None)


def look(store: Store, source: Source, at: datetime = NOW) -> SourceStatus:
    (status,) = make_status(store, [source], None, at).sources
    return status


def collect(store: Store, source: Source, at: datetime = NOW) -> None:
    assert Collecting(store, lambda: at, "me").run(source) is not None


def lead(store: Store, at: datetime = NOW) -> None:
    assert store.leases.take("scheduler", "a machine", at, 3600) is not None


def bring(store: Store, source: str, until: datetime, weeks: int = 3, per_hour: int = 2) -> None:
    """Let a source have brought so many messages in every hour until then."""
    for n in range(1, weeks * 168 + 1):
        hour = (until - n * HOUR).replace(minute=0)
        row = {"_id": f"{source}:{hour:%Y-%m-%dT%H}", "source": source, "hour": hour, "items": per_hour}
        store.data["tallies"].insert_one(row)
    store.data["totals"].insert_one({"_id": source, "items": weeks * 168 * per_hour, "last": until - HOUR / 2})


def test_a_source_that_is_well_tells_when_it_was_read_and_what_came(store: Store) -> None:
    lead(store)
    source = make_source()
    collect(store, source)
    status = make_status(store, [source], "m", NOW + HOUR / 60)
    (one,) = status.sources
    assert one.last_run is not None
    assert (one.last_run.outcome, one.last_good, one.last_message, one.messages) == ("done", NOW, NOW, 1)
    assert (one.ails, one.ailments, one.budget, one.expected) == (None, (), None, None)
    assert (status.problems, status.warnings, status.scheduler, status.waiting) == ((), (), "a machine", 1)


@pytest.mark.parametrize(
    "stop", [RateLimited("Slower, please.", until=NOW + HOUR), BudgetSpent("Nothing is left.", until=NOW + HOUR)]
)
def test_a_pause_is_told_with_its_end_and_reason_and_is_a_warning(store: Store, stop: StopSource) -> None:
    lead(store)
    source = make_source(Scripted(stop))
    collect(store, source)
    status = make_status(store, [source], None, NOW)
    (one,) = status.sources
    assert (one.paused_until, one.pause_reason) == (NOW + HOUR, str(stop))
    assert status.problems == ()
    (warning,) = status.warnings
    assert warning.startswith("kotak: ")
    assert str(stop) in warning
    assert look(store, source, NOW + HOUR).paused_until is None


def test_a_failed_run_is_a_problem_and_the_last_good_one_is_remembered(store: Store) -> None:
    lead(store, NOW + HOUR)
    collect(store, make_source())
    source = make_source(Scripted(AuthExpired("The password is wrong.")))
    collect(store, source, NOW + HOUR)
    status = make_status(store, [source], None, NOW + HOUR)
    (problem,) = status.problems
    assert problem.startswith("kotak: The credentials are refused. The password is wrong. Renew")
    assert status.sources[0].last_good == NOW


def test_a_source_out_of_reach_becomes_a_problem_after_a_while(store: Store) -> None:
    source = make_source(Scripted(Transient("No route.")))
    for minutes in (0, 30, 70):
        collect(store, source, NOW + timedelta(minutes=minutes))
        (ailment,) = look(store, source, NOW + timedelta(minutes=minutes)).ailments
        assert ailment.kind == ("unreachable" if minutes == 70 else "transient")
    collect(store, make_source(), NOW + 2 * HOUR)
    collect(store, source, NOW + 3 * HOUR)
    assert [one.kind for one in look(store, source, NOW + 3 * HOUR).ailments] == ["transient"]


def test_a_run_of_a_dead_process_is_told_unless_it_still_goes_on(store: Store) -> None:
    store.runs.save(Run(id="1", source="kotak", started_at=NOW))
    assert [one.kind for one in look(store, make_source()).ailments] == ["dead"]
    store.leases.take("source:kotak", "somebody", NOW)
    assert look(store, make_source()).ailments == ()


def test_what_is_left_of_the_budgets_is_told(store: Store) -> None:
    limits = Limits(posts_per_day=10, posts_per_month=3, money_per_day=1, money_per_month=0.3, posts_per_run=1)
    source = make_source(budget=limits)
    collect(store, source)
    left = look(store, source).budget
    assert left is not None
    assert (left.posts_today, left.posts_this_month) == (9, 2)
    assert left.money_today == pytest.approx(0.75)
    assert left.money_this_month == pytest.approx(0.05)
    tomorrow = look(store, source, NOW + DAY).budget
    assert tomorrow is not None
    assert (tomorrow.posts_today, tomorrow.posts_this_month) == (10, 2)
    assert look(store, make_source(budget=Limits(posts_per_run=1))).budget is None


def test_a_token_that_ends_soon_is_a_problem(store: Store) -> None:
    lead(store)
    store.expiries.save(Expiry(source="kotak", looked_at=NOW, expires_at=NOW + 3 * DAY))
    status = make_status(store, [make_source()], None, NOW)
    assert status.problems == ("kotak: The token of kotak ends on 23 Nov 2026: renew it.",)
    assert status.sources[0].expires_at == NOW + 3 * DAY


def test_gaps_and_quarantine_are_counted(store: Store) -> None:
    lead(store)
    for n in range(3):
        store.gaps.note(
            Gap(source="kotak", since=NOW - n * HOUR, until=NOW - n * HOUR + HOUR, cause="429.", noticed_at=NOW)
        )
    status = make_status(store, [make_source()], None, NOW)
    assert status.sources[0].gaps == 3
    assert status.problems == (
        "kotak: 10:00 to 11:00 is not covered, 429; 2 more. `dengar gaps` says how to fill this.",
    )


def test_without_a_scheduler_nothing_is_read_and_that_is_told(store: Store) -> None:
    assert make_status(store, [make_source()], None, NOW).problems == (
        "No scheduler runs, so no source is read: start `dengar run` or `dengar schedule`.",
    )
    assert make_status(store, [pushed()], None, NOW).problems == ()
    assert make_status(store, [make_source(enabled=False)], None, NOW).problems == ()


def test_messages_that_wait_too_long_are_told(store: Store) -> None:
    store.save_batch("kotak", [make_item("1"), make_item("2")])
    since = store.items.waiting_since()
    assert since is not None
    assert make_status(store, [], None, since + timedelta(minutes=14)).problems == ()
    late = make_status(store, [], None, since + timedelta(minutes=16))
    assert late.waiting_since == whole_milliseconds(since)
    assert late.problems[0].startswith("2 messages wait for the pipeline, the first since ")
    store.data["items"].delete_many({})
    assert store.items.waiting_since() is None


def test_replies_are_counted_by_state(store: Store) -> None:
    message = OutboxMessage(id="1", item_id="a", source="kotak", text="Terima kasih", made_at=NOW, due_at=NOW)
    store.outbox.add([message, message.replace(id="2"), message.replace(id="3", state="failed")])
    assert make_status(store, [], None, NOW).replies == {"pending": 2, "failed": 1}


def test_a_disabled_source_ails_nothing(store: Store) -> None:
    store.cursors.stop("kotak", "broken")
    assert look(store, make_source(enabled=False)).ailments == ()
    assert look(store, make_source()).ailments != ()


# Silence


def silent(store: Store, source: Source, at: datetime) -> Status:
    lead(store, at)
    return make_status(store, [source], None, at)


def test_a_pushed_source_that_falls_silent_is_a_warning_with_numbers(store: Store) -> None:
    bring(store, "kotak", NOW)
    assert silent(store, pushed(), NOW + 2 * HOUR).warnings == ()
    status = silent(store, pushed(), NOW + 8 * HOUR)
    assert status.problems == ()
    assert status.warnings[0].startswith("kotak: No message since 09:30, 16 were expected. Look whether")
    assert status.sources[0].expected == pytest.approx(17, abs=0.1)


def test_of_a_source_that_we_read_only_the_time_counts_up_to_which_we_looked(store: Store) -> None:
    bring(store, "kotak", NOW)
    source = make_source()
    store.runs.save(Run(id="1", source="kotak", started_at=NOW + HOUR, ended_at=NOW + HOUR, outcome="empty"))
    assert silent(store, source, NOW + 9 * HOUR).warnings == ()
    store.runs.save(Run(id="2", source="kotak", started_at=NOW + 9 * HOUR, ended_at=NOW + 9 * HOUR, outcome="empty"))
    assert len(silent(store, source, NOW + 9 * HOUR).warnings) == 1


def test_no_silence_is_heard_in_gaps_and_pauses_and_of_what_is_read_by_hand(store: Store) -> None:
    bring(store, "kotak", NOW)
    at = NOW + 9 * HOUR
    assert len(silent(store, pushed(), at).warnings) == 1
    by_hand = make_source(every=None)
    store.runs.save(Run(id="1", source="kotak", started_at=at, ended_at=at, outcome="empty"))
    assert silent(store, by_hand, at).sources[0].expected is None
    store.cursors.pause("kotak", NOW + 7 * HOUR, since=NOW, reason="429")
    assert silent(store, pushed(), at).warnings == ()
    store.data["cursors"].delete_many({})
    store.gaps.note(Gap(source="kotak", since=NOW, until=NOW + 7 * HOUR, cause="x", noticed_at=NOW))
    assert silent(store, pushed(), at).warnings == ()


def test_a_long_silence_does_not_become_what_is_usual(store: Store) -> None:
    bring(store, "kotak", NOW)
    assert silent(store, pushed(), NOW + 20 * DAY).sources[0].expected == pytest.approx(20 * 48, rel=0.02)


def test_habits_are_learnt_once_an_hour(store: Store) -> None:
    bring(store, "kotak", NOW)
    habits = Habits(store)
    first = habits.usual(NOW)
    assert first["kotak"].per_day == pytest.approx(48)
    store.data["tallies"].delete_many({})
    assert habits.usual(NOW + HOUR / 2) is first
    assert habits.usual(NOW + HOUR) == {}


def test_new_messages_are_counted_by_hour_and_altogether(store: Store) -> None:
    items = [make_item(str(n), observed_at=NOW + n * HOUR) for n in range(3)]
    store.save_batch("kotak", items[:2])
    store.save_batch("kotak", items)
    assert store.tallies.since(NOW) == {"kotak": {NOW: 1, NOW + HOUR: 1, NOW + 2 * HOUR: 1}}
    total = store.tallies.totals()["kotak"]
    assert (total.items, total.last) == (3, NOW + 2 * HOUR)


def test_a_map_that_cannot_serve_is_told(store: Store) -> None:
    status = make_status(store, [], "m", NOW, gazetteer_problem="The imported gazetteer cannot serve: import it again.")
    assert [one.kind for one in status.ailments] == ["gazetteer"]
    assert status.problems == ("The imported gazetteer cannot serve: import it again.",)
    status = make_status(store, [], "m", NOW, rules_problem="Version 2 cannot be used.")
    assert [(one.kind, one.says) for one in status.ailments] == [("rules", "Version 2 cannot be used.")]
