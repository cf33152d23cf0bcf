"""Webhooks that any library of the standard can verify, and that name nobody."""

import json
from pathlib import Path

import pytest
import time_machine
from made import NOW, make_place, make_voice
from outboxes import ROUTING, SECRET, UNIT, deliver, event, happen, hook, open_report, receive, relay
from standardwebhooks import Webhook, WebhookVerificationError

from dengar.deliver.protocol import Parcel
from dengar.deliver.webhook import make_message
from dengar.errors import BadSettings
from dengar.models import Doubt, Escalation, Event, Report, Unit
from dengar.routing.states import fold_all, grow
from dengar.store import Store

OLD = "whsec_" + "b2xkIHNlY3JldCBvbGQgc2VjcmV0IG9sZCBzZWNyZXQ="
UNITS = {UNIT: Unit(code=UNIT, name="Kelurahan Setiabudi", kind="kelurahan")}


def test_a_delivery_is_verified_by_a_library_of_the_standard_with_either_key(store: Store) -> None:
    open_report(store)
    with receive() as receiver:
        target = hook(receiver.address, secret=f"{SECRET} {OLD}", events=("routed",))
        relay(store, target)
        assert deliver(store, target) == 1
        ((message_id, headers, body),) = receiver.came
    told = json.loads(body)
    with time_machine.travel(NOW, tick=False):
        for secret in (SECRET, OLD):
            assert Webhook(secret).verify(body, dict(headers)) == told
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body + b" ", dict(headers))
    assert message_id == headers["webhook-id"]
    assert told["type"] == "report.routed"
    assert told["data"]["report"]["url"] == "https://d.example/laporan/DKI-2611-000001"
    assert told["data"]["report"]["category_name"] == "Jalan rusak"
    assert told["data"]["event"]["step"]["unit"] == UNIT


def parcel(*events: Event) -> Parcel:
    received = event("received", category="jalan_rusak", title="Jalan berlubang", urgency="routine", actor="dengar")
    opened = fold_all([received.replace(voice=make_voice("1", ["pseudonym"], photos=("f1",)), place=make_place())])
    report, numbered = grow(opened, *events)
    return Parcel(id="msg_1", at=NOW, event=numbered[-1], report=report, units=UNITS, site="https://d.example")


def test_nobody_is_named_and_notes_stay_inside() -> None:
    routed = event("routed", routing=ROUTING, actor="sari", office="biro", reason="kata Budi")
    noted = event("note", reason="Budi menelepon 0812", actor="sari")
    for last in (routed, noted):
        text = make_message(parcel(routed, last)).model_dump_json()
        assert not [word for word in ("sari", "Budi", "0812", "pseudonym", "biro") if word in text]
    assert make_message(parcel(routed)).data.report.unit is not None


def test_the_reason_of_a_state_is_told() -> None:
    told = make_message(parcel(event("state", state="ditolak", reason="Jalan pribadi"))).data.event
    assert (told.reason, told.step.state) == ("Jalan pribadi", "ditolak")


def test_a_report_that_is_held_back_is_told_without_its_words_place_and_photos() -> None:
    held = event("review", doubt="safety", reason="Menyebut senjata")
    told = make_message(parcel(held))
    assert told.data.is_hidden
    report = told.data.report
    assert (report.title, report.place, report.photos, report.needs_review) == ("", None, (), ())
    assert "senjata" not in told.model_dump_json()
    assert Doubt(kind="safety", reason="Menyebut senjata") in parcel(held).report.needs_review


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"secret": "plain words"}, "a secret is whsec_"),
        ({"secret": "whsec_c2hvcnQ="}, "24 to 64 random bytes"),
        ({"secret": SECRET, "secret_file": "x"}, "exactly one of secret and secret_file"),
        ({"secret": SECRET, "url": "ftp://x"}, "targets.kait.url"),
        ({"secret": SECRET, "events": ["exploded"]}, "targets.kait.events.0"),
        ({"secret": SECRET, "units": ["kel 1"]}, "is no code"),
        ({"secret": SECRET, "sender": "pigeon"}, "no sender named 'pigeon'"),
        ({"secret": SECRET, "colour": "red"}, "targets.kait.colour: there is no such setting"),
    ],
)
def test_wrong_settings_are_told_in_a_sentence_that_keeps_the_secret(section: dict[str, object], says: str) -> None:
    from dengar.wiring import make_target

    with pytest.raises(BadSettings) as refused:
        make_target("kait", {"sender": "webhook", "url": "http://x.example/"} | section)
    (problem,) = refused.value.problems
    assert says in problem
    assert SECRET not in problem
    assert "plain words" not in problem


def test_a_secret_may_stand_in_a_file_that_nobody_else_reads(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o644)
    open_report(store)
    with receive() as receiver:
        target = hook(receiver.address, secret=None, secret_file=path)
        relay(store, target)
        assert deliver(store, target) == 0
        assert "chmod 600" in str(store.targets.find("kait").error)
        path.chmod(0o600)
        store.targets.start("kait")
        store.deliveries.hasten("kait", NOW)
        assert deliver(store, target) == 2


def test_a_redirect_is_not_followed(store: Store) -> None:
    report: Report = open_report(store)
    happen(store, report, event("note"))
    with receive() as receiver:
        target = hook(receiver.address)
        relay(store, target)
        receiver.behave = lambda _: "302"
        assert deliver(store, target) == 0
        assert len(receiver.came) == 1
        assert "redirect" in str(store.deliveries.find_all("dead")[0].error)


def test_an_escalation_of_a_report_that_was_hidden_since_tells_nothing(store: Store) -> None:
    step = Escalation(at=NOW, unit="kec:31.74.02", awaits="answer")
    report = open_report(store, routing=ROUTING.replace(escalations=(step,)))
    report = happen(store, report, event("escalated", level=1))
    with receive() as receiver:
        target = hook(receiver.address, events=("escalated",))
        relay(store, target)
        happen(store, report, event("hidden", reason="Menyebut nama"))
        assert deliver(store, target) == 1
        ((_, _, body),) = receiver.came
    told = json.loads(body)["data"]
    assert (told["is_hidden"], told["report"]["title"], told["report"]["place"]) == (True, "", None)
