import re
from types import SimpleNamespace
from typing import cast

import pytest
from made import NOW, make_post

from dengar.demo import load_sample_day
from dengar.models import ROLES
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


def told_passwords(told: str) -> dict[str, str]:
    return dict(re.findall(r"^  (demo-\w+) +(\S+)  /", told, re.MULTILINE))


def test_one_person_of_each_role_can_sign_in_with_passwords_that_are_new_at_every_start(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = load(store)
    first = told_passwords(capsys.readouterr().out)
    assert set(first) == {f"demo-{role}" for role in ROLES}
    open_session = store.sessions.begin("demo-admin", NOW)
    load(store)
    second = told_passwords(capsys.readouterr().out)
    assert set(second.values()).isdisjoint(first.values())
    assert store.sessions.find(open_session, NOW) is None
    for name, password in second.items():
        person = store.staff.find_by_password(name, password)
        assert person is not None
        assert name == f"demo-{person.role}"
        assert (person.unit in parts.router.units) == (person.role == "petugas")
    assert store.staff.find_by_password("demo-admin", first["demo-admin"]) is None
    store.staff.end_demo(NOW)
    assert [one.name for one in store.staff.find_all() if one.ended_at is None] == []


def test_the_sample_day_is_not_mixed_with_real_messages(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store.posts.save([make_post("1", "Banjir").replace(source="surel")], None)
    load(store)
    assert store.items.count_pending() == 0
    assert store.staff.find_all() == [], "nobody is let in to real messages"
    assert "real sources" in capsys.readouterr().err
