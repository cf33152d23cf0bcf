"""A dialogue, end to end: a bot is told what is wrong, asks where, is shown a photo, and passes it on."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from deskwork import find, make_desk, make_staff
from made import NOW, reasons
from test_pipeline import check_books, make_working

from dengar.answering import Answering
from dengar.ingest.protocol import Source
from dengar.intake import Intake
from dengar.models import Report, Request
from dengar.routing import commands as do
from dengar.store import Store
from dengar.wiring import make_source

SECRET = "rahasia-bot-kota"
HOLE = "Jalan berlubang parah, banyak motor jatuh, tolong segera ditambal"
KEMANG = {"latitude": -6.2607, "longitude": 106.8141}

Say = Callable[..., str]


@pytest.fixture
def source() -> Source:
    return make_source("bot", {"collector": "telegram", "token": "1:x", "secret": SECRET, "replies": True})


@pytest.fixture
def say(store: Store, source: Source, model_dir: Path) -> Say:
    """Give a function that says something to the bot and gives what it answers."""
    door = Intake(store, source, lambda: NOW, lambda: None)
    working = make_working(store, model_dir, answering=Answering(sources={"bot"}))
    count = iter(range(1, 100))

    def said(person: int = 7, **what: object) -> str:
        number = next(count)
        chat: Mapping[str, object] = {"id": person, "type": "private"}
        message = {"message_id": number, "date": int(NOW.timestamp()), "chat": chat, "from": {"id": person}, **what}
        body = json.dumps({"update_id": number, "message": message}).encode()
        door(Request(headers={"x-telegram-bot-api-secret-token": SECRET}, body=body))
        working.drain()
        check_books(store)
        found = store.outbox.take(NOW, ["bot"])
        assert store.outbox.take(NOW, ["bot"]) is None
        return found.text if found else ""

    return said


def reports(store: Store) -> list[Report]:
    return sorted(store.reports.newest(), key=lambda report: report.number)


def test_a_place_is_asked_for_and_settles_the_report(store: Store, say: Say) -> None:
    assert "Di mana tepatnya?" in say(text=HOLE)
    (before,) = reports(store)
    assert (before.kel, before.unit) == ("_", None)
    assert "Lokasi tidak diketahui." in reasons(before)
    answer = say(location=KEMANG)
    (after,) = reports(store)
    assert after.number == before.number
    assert after.place is not None
    assert (after.place.kota, after.voices, after.needs_review) == ("Jakarta Selatan", 2, ())
    assert after.unit is not None
    assert "foto" in answer


def test_a_place_may_be_told_in_words(store: Store, say: Say) -> None:
    say(text=HOLE)
    say(text="di Jalan Kemang Raya, kelurahan Bangka")
    (report,) = reports(store)
    assert report.place is not None
    assert report.place.kelurahan == "Bangka"


def test_thanks_join_nothing_and_get_no_answer(store: Store, say: Say) -> None:
    say(text=HOLE)
    assert say(text="terima kasih") == ""
    assert [report.voices for report in reports(store)] == [1]


def test_two_people_are_not_mixed_up(store: Store, say: Say) -> None:
    say(text=HOLE)
    say(person=8, location=KEMANG)
    assert reports(store)[0].kel == "_"


def test_whoever_only_says_hello_is_told_what_to_write(say: Say) -> None:
    command = [{"type": "bot_command", "offset": 0, "length": 6}]
    assert "Selamat datang" in say(text="/start", entities=command)
    assert "tuliskan" in say(voice={"file_id": "v", "duration": 4})


def test_an_answer_lets_the_clock_go_on(store: Store, say: Say) -> None:
    say(text=HOLE)
    say(location=KEMANG)
    (report,) = reports(store)
    asked = make_desk(store).act(make_staff(), report.number, do.Ask(question="Di depan nomor berapa?"))
    assert asked.pause is not None
    say(text="Makasih ya", person=9)  # somebody else
    assert find(store, report.number).pause is not None
    say(photo=[{"file_id": "x", "file_unique_id": "y", "width": 10, "height": 10}])
    say(location=KEMANG)
    assert find(store, report.number).pause is None
    assert "resumed" in {event.kind for event in store.events.of_report(report.number)}
