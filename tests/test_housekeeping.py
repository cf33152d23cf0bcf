from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from made import NOW

from dengar.errors import AuthExpired, Transient
from dengar.housekeeping import RUNS_KEPT, keep_house, look_at_expiries
from dengar.ingest.protocol import Clock, Source, SourceSettings
from dengar.models import Run
from dengar.store import Store

DAY = timedelta(days=1)
ENDS = NOW + 30 * DAY


class Credentials:
    """Says until when its credentials are good, or raises; counts how often it was asked."""

    def __init__(self, answer: datetime | Exception | None) -> None:
        self.answer = answer
        self.asked = 0

    def find_expiry(self, settings: SourceSettings, clock: Clock) -> datetime | None:
        assert settings.name == "fb"
        assert clock() >= NOW
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def look(store: Store, credentials: object, at: datetime = NOW) -> None:
    source = Source(name="fb", collector=credentials, settings=SourceSettings(name="fb", collector="made"))
    look_at_expiries(store, [source], lambda: at)


def test_the_end_of_the_credentials_is_looked_up_once_a_day(store: Store) -> None:
    credentials = Credentials(ENDS)
    for hours in (0, 1, 19, 24):
        look(store, credentials, NOW + timedelta(hours=hours))
    assert credentials.asked == 2
    found = store.expiries.find_all()["fb"]
    assert (found.expires_at, found.looked_at, found.refused) == (ENDS, NOW + DAY, None)


@pytest.mark.parametrize("trouble", [Transient("no route"), ZeroDivisionError("a bug")])
def test_who_cannot_be_asked_today_keeps_what_is_known(store: Store, trouble: Exception) -> None:
    credentials = Credentials(ENDS)
    look(store, credentials)
    credentials.answer = trouble
    look(store, credentials, NOW + DAY)
    assert store.expiries.find_all()["fb"].expires_at == ENDS


def test_refused_credentials_are_remembered_until_they_are_renewed(store: Store) -> None:
    credentials = Credentials(AuthExpired("Code 190"))
    look(store, credentials)
    assert store.expiries.find_all()["fb"].refused == "Code 190"
    credentials.answer = None
    look(store, credentials, NOW + DAY)
    assert store.expiries.find_all()["fb"].refused is None


def test_who_has_no_such_thing_is_not_asked(store: Store) -> None:
    look(store, SimpleNamespace())
    assert store.expiries.find_all() == {}


def test_old_runs_go_except_the_last_one_of_each_source(store: Store) -> None:
    for source, days in (("a", 200), ("a", 100), ("b", 100), ("b", 1)):
        at = NOW - days * DAY
        store.runs.save(Run(id=f"{source}{days}", source=source, started_at=at, outcome="done"))
    keep_house(store, NOW)
    assert [run.id for run in store.runs.of_source("a")] == ["a100"]
    assert [run.id for run in store.runs.of_source("b")] == ["b1"]
    assert timedelta(days=90) == RUNS_KEPT
