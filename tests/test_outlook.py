"""What is to be expected of a source: its next turn, its hours, what it may still use."""

from datetime import timedelta

from made import NOW, make_item

from dengar.habits import Habits
from dengar.ingest.protocol import Source
from dengar.models import BudgetUse
from dengar.outlook import HOURS_SHOWN, make_outlooks
from dengar.silence import HOUR
from dengar.store import Store
from dengar.wiring import make_source


def feed(**more: object) -> Source:
    section = {"collector": "feed", "url": "https://x.id/u.xml", "channel": "warta", "every": "5 minutes"}
    return make_source("warta", section | more)


def test_the_hours_stand_beside_what_usually_comes_in_each(store: Store) -> None:
    for hour in range(1, 24 * 10):
        at = NOW - hour * HOUR
        store.save_batch("warta", [make_item(f"{hour}.{n}", source="warta", observed_at=at) for n in range(2)])
    told = make_outlooks(store, [feed()], Habits(store), NOW)["warta"]
    assert len(told.hours) == HOURS_SHOWN
    assert (told.hours[-1].at, told.hours[-1].came) == (NOW.replace(minute=0), 0)
    assert {(one.came, one.usual) for one in told.hours[:-1]} == {(2, 2.0)}


def test_a_new_source_says_that_nothing_is_known_yet(store: Store) -> None:
    told = make_outlooks(store, [feed()], Habits(store), NOW)["warta"]
    assert {(one.came, one.usual) for one in told.hours} == {(0, None)}
    assert (told.is_pulled, told.budgets) == (True, ())
    assert told.next_run is not None
    assert NOW <= told.next_run <= NOW + timedelta(minutes=5)
    assert make_outlooks(store, [feed(enabled=False)], Habits(store), NOW)["warta"].next_run is None


def test_budgets_are_what_was_used_of_what_is_allowed(store: Store) -> None:
    store.spending.add("warta", NOW - timedelta(days=3), 10, 1.5)
    store.spending.add("warta", NOW, 7, 0.5)
    source = feed(budget={"posts_per_day": 100, "money_per_month": 20.0})
    assert make_outlooks(store, [source], Habits(store), NOW)["warta"].budgets == (
        BudgetUse(what="posts", span="day", used=7, allowed=100),
        BudgetUse(what="money", span="month", used=2.0, allowed=20.0),
    )
