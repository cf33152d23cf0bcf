from types import SimpleNamespace
from typing import cast

import pytest
from made import make_post

from dengar.demo import load_sample_day
from dengar.scheduler import Scheduler
from dengar.settings import Settings
from dengar.store import Store
from dengar.wiring import Parts

MESSAGES = 409
REFUSED = 4  # submissions that are wrong on purpose
DOUBLED = 4  # two mails and two webhooks are delivered twice
UNREADABLE_ROWS = 3  # not even an item can be made of these lines


def load(store: Store) -> Parts:
    parts = Parts(Settings(), store)
    scheduler = SimpleNamespace(wake=lambda: None, is_stopping=False)
    load_sample_day(parts, cast("Scheduler", scheduler))
    return parts


def test_the_sample_day_comes_in_through_the_collectors_and_a_second_time_doubles_nothing(store: Store) -> None:
    load(store)
    waiting = store.items.count_pending()
    assert waiting == MESSAGES - REFUSED - DOUBLED - UNREADABLE_ROWS
    load(store)
    assert store.items.count_pending() == waiting
    assert set(store.runs.last_by_source()) == {
        f"contoh_{name}" for name in ("posts", "mail", "walkin", "feed", "feed_rss")
    }


def test_the_sample_day_is_not_mixed_with_real_messages(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.posts.save([make_post("1", "Banjir").replace(source="surel")], None)
    load(store)
    assert store.items.count_pending() == 0
    assert "real sources" in capsys.readouterr().err
