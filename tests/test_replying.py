"""What people are told: each message at most once, whatever happens."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from made import NOW, make_item, make_post

from dengar.answering import Answering
from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited, SourceChanged, StopSource, Transient
from dengar.ingest.protocol import Source, SourceSettings
from dengar.models import Item, OutboxMessage, Report, Routing
from dengar.replying import LONGEST_SENDING, Replying, can_reply
from dengar.store import Store

LATER = NOW + timedelta(hours=1)


class Channel:
    """A channel that remembers what it was told to say; an error in the list is raised instead."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.said: list[tuple[str, str, str]] = []

    def reply(self, settings: SourceSettings, item: Item, text: str, delivery_id: str) -> str:
        assert settings.replies
        self.said.append((item.native_id, text, delivery_id))
        if self.errors:
            raise self.errors.pop(0)
        return f"sent-{len(self.said)}"


def make_source(channel: Channel, *, replies: bool = True) -> Source:
    return Source(
        name="kotak", collector=channel, settings=SourceSettings(name="kotak", collector="x", replies=replies)
    )


def message(kind: str = "received", **changes: object) -> OutboxMessage:
    made = OutboxMessage(
        id=f"{kind}:1", source="kotak", item_id=make_item("1").id, text="Terima kasih", made_at=NOW, due_at=NOW
    )
    return made.replace(**changes)


@pytest.fixture
def ready(store: Store) -> Store:
    store.save_batch("kotak", [make_item("1")])
    store.outbox.add([message()])
    return store


def send(store: Store, channel: Channel, at: datetime = NOW) -> int:
    return Replying(store, [make_source(channel)], lambda: at).run()


def outcome(store: Store) -> tuple[str, int]:
    row = store.data["outbox"].find_one({"_id": "received:1"})
    assert row is not None
    return row["state"], row["attempts"]


def test_a_message_is_sent_once_with_its_own_id(ready: Store) -> None:
    channel = Channel()
    assert send(ready, channel) == 1
    ready.outbox.add([message(text="once more")])
    assert send(ready, channel, LATER) == 0
    assert channel.said == [("1", "Terima kasih", "received:1")]
    assert outcome(ready) == ("sent", 1)


@pytest.mark.parametrize("error", [NotSent("x"), RateLimited("x", until=LATER), AuthExpired("x")])
def test_what_was_surely_not_taken_is_tried_again_later(ready: Store, error: StopSource) -> None:
    channel = Channel(error)
    assert send(ready, channel) == 0
    assert send(ready, channel, NOW + timedelta(minutes=1)) == 0
    assert outcome(ready) == ("pending", 1)
    assert send(ready, channel, LATER) == 1
    assert outcome(ready) == ("sent", 2)


@pytest.mark.parametrize("error", [Transient("x"), SourceChanged("x"), ZeroDivisionError("x")])
def test_what_was_perhaps_taken_is_never_sent_again(ready: Store, error: Exception) -> None:
    channel = Channel(error)
    for at in (NOW, LATER, LATER + timedelta(days=1)):
        assert send(ready, channel, at) == 0
    assert (outcome(ready), len(channel.said)) == (("unsure", 1), 1)
    assert [one.id for one in ready.outbox.find_stuck()] == ["received:1"]


def test_what_the_channel_forbids_is_given_up(ready: Store) -> None:
    assert send(ready, Channel(Forbidden("the 24 hours are over"))) == 0
    (stuck,) = ready.outbox.find_stuck()
    assert (stuck.state, stuck.error) == ("failed", "the 24 hours are over")


def test_a_sender_that_died_leaves_its_message_unsure(ready: Store) -> None:
    assert ready.outbox.take(NOW, ["kotak"]) is not None
    channel = Channel()
    assert send(ready, channel, NOW + LONGEST_SENDING / 2) == 0
    assert outcome(ready) == ("sending", 1)
    assert send(ready, channel, NOW + LONGEST_SENDING * 2) == 0
    assert outcome(ready) == ("unsure", 1)
    assert channel.said == []


def test_two_senders_at_once_say_it_once(ready: Store) -> None:
    first, second = Channel(), Channel()
    taken = ready.outbox.take(NOW, ["kotak"])
    assert send(ready, second) == 0
    assert taken is not None
    assert first.said == second.said == []


@pytest.mark.parametrize("wait", [timedelta(days=3)])
def test_nobody_is_told_days_late_that_their_message_arrived(ready: Store, wait: timedelta) -> None:
    channel = Channel(NotSent("x"))
    send(ready, channel)
    assert send(ready, channel, NOW + wait) == 0
    assert outcome(ready) == ("failed", 2)


def test_an_erased_message_is_not_answered(ready: Store) -> None:
    ready.outbox.forget([make_item("1").id])
    assert send(ready, Channel()) == 0


def test_only_sources_that_allow_replies_and_can_are_answered() -> None:
    assert can_reply(make_source(Channel()))
    assert not can_reply(make_source(Channel(), replies=False))
    silent = make_source(Channel()).replace(collector=SimpleNamespace())
    assert not can_reply(silent)


def report(**changes: object) -> Report:
    made = Report(
        number="DKI-2611-000009", category="sampah", title="Sampah", urgency="routine", confidence=0.9, place=None,
        kel="_", unit=None, state="menunggu", routing=Routing(), created_at=NOW, last_voice_at=NOW, updated_at=NOW,
        received_at=NOW, version=1, voices=1, authors=("a",), channels=("wa",), numbers=("DKI-2611-000009",),
    )  # fmt: skip
    return made.replace(**changes)


NUMBER = "DKI-2611-000009"
HERE = "31.74.02.1001"
ANSWERING = Answering(sources={"kotak"}, address="https://dengar.example/")


def say(kind: str, of: Report, at: datetime = NOW, **changes: object) -> str:
    told = ANSWERING.tell(kind, of, make_post().replace(**changes), at)
    return told.text if told else ""


def test_people_are_told_their_number_and_asked_for_what_is_missing() -> None:
    assert f"https://dengar.example/laporan/{NUMBER}" in say("received", report())
    assert "Di mana tepatnya?" in say("received", report())
    assert "foto" in say("received", report(kel=HERE), flags=("dialogue",))
    assert "foto" not in say("received", report(kel=HERE))
    assert "foto" not in say("received", report(kel=HERE), flags=("dialogue",), channel="sms")
    assert "DKI-2611-000001" in say("received", report(), number="DKI-2611-000001")


def test_nobody_is_promised_a_unit_that_is_not_chosen_yet() -> None:
    assert "diteruskan" not in say("received", report(kel=HERE))
    assert "teruskan" in say("placed", report(kel=HERE, unit="kel:x"))


def test_old_messages_are_not_thanked_for() -> None:
    assert say("received", report(), NOW + timedelta(days=2)) == ""


def test_a_source_without_replies_is_told_nothing() -> None:
    assert Answering().tell("received", report(), make_post(), NOW) is None


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("dialogue", "auto_reply", "greeting"), "Selamat datang"),
        (("dialogue", "unread"), "tuliskan"),
        (("unread",), ""),
    ],
)
def test_whoever_has_said_nothing_yet_is_guided_in_a_dialogue(flags: tuple[str, ...], word: str) -> None:
    made = ANSWERING.guide(make_post(flags=flags), NOW)
    assert (made is not None) == bool(word)
    assert made is None or word in made.text
