"""Reports go over to another Open311 server and to LAPOR! once, and their number there is noted."""

import csv
import json
from datetime import timedelta
from mailbox import receive_mail
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from made import NOW, make_place, make_post
from outboxes import ROUTING, Clock, Receiver, deliver, event, happen, open_report, receive, relay

from dengar.deliver.protocol import Target
from dengar.errors import BadSettings
from dengar.models import Report
from dengar.store import Store
from dengar.wiring import make_target

NUMBER = "DKI-2611-000001"
NATIONAL = ROUTING.replace(unit="national:lapor")


def open311(address: str, **fields: object) -> Target:
    section = {
        "sender": "open311", "url": f"{address}/v2/", "services": {"jalan_rusak": "007"}, "api_key": "kunci",
        "jurisdiction_id": "kota.example",
    }  # fmt: skip
    return make_target("lain", section | fields)


def fill(store: Store, *, text: str = "Jalan berlubang dalam", routing: object = ROUTING) -> Report:
    assert isinstance(routing, type(ROUTING))
    report = open_report(store, routing=routing)
    with store.data.client.start_session() as session:
        store.posts.save([make_post("1", text, report=NUMBER)], session)
    return happen(store, report, event("placed", place=make_place(lat=-6.2, lon=106.83, label="Jalan Setiabudi")))


def handed_over(store: Store) -> list[tuple[str | None, str | None]]:
    return [(one.reason, one.related) for one in store.events.of_report(NUMBER) if one.kind == "handed_over"]


def test_a_report_is_posted_and_its_number_noted(store: Store) -> None:
    fill(store, text="kata " * 2000)
    with receive() as receiver:
        receiver.answer = lambda _: b'[{"service_request_id": "A-7", "service_notice": "ok"}]'
        target = open311(receiver.address)
        relay(store, target)
        assert deliver(store, target) == 1
        ((key, _, body),) = receiver.came
        assert receiver.paths == ["/v2/requests.json?jurisdiction_id=kota.example"]
    fields = {name: one for name, (one,) in parse_qs(body.decode()).items()}
    description = fields.pop("description")
    assert fields == {
        "service_code": "007", "jurisdiction_id": "kota.example", "api_key": "kunci", "lat": "-6.200000",
        "long": "106.830000", "address_string": "Jalan Setiabudi, Setiabudi, Jakarta Selatan",
    }  # fmt: skip
    assert len(description) <= 4000
    assert description.endswith(f"{NUMBER} https://d.example/laporan/{NUMBER}")
    assert key.startswith("msg_")
    assert handed_over(store) == [("lain", "A-7")]
    found = store.reports.find(NUMBER)
    assert found is not None
    assert found.handed_over == ("lain:A-7",)


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key_and_noted_once(store: Store) -> None:
    fill(store)
    clock = Clock()
    with receive() as receiver:
        receiver.answer = lambda _: b'[{"service_request_id": "A-7"}]'
        receiver.behave = lambda came: "drop" if came == 1 else "200"
        target = open311(receiver.address)
        relay(store, target)
        assert deliver(store, target, clock) == 0
        clock.move(hours=1)
        assert deliver(store, target, clock) == 1
        assert (len(receiver.came), len(receiver.taken)) == (2, 1)
    assert handed_over(store) == [("lain", "A-7")]


def test_a_sender_that_died_before_it_wrote_notes_nothing_twice(store: Store) -> None:
    fill(store)
    with receive() as receiver:
        receiver.answer = lambda _: b'[{"service_request_id": "A-7"}]'
        target = open311(receiver.address)
        relay(store, target)
        deliver(store, target)
        store.data["deliveries"].update_many({}, {"$set": {"state": "waiting", "attempts": 0, "due_at": NOW}})
        assert deliver(store, target) == 1
        assert len(receiver.came) == 1
    assert handed_over(store) == [("lain", "A-7")]


def test_a_token_is_asked_about_until_there_is_a_number(store: Store) -> None:
    fill(store)
    clock = Clock()
    with receive() as receiver:
        answers = iter([b'[{"token": "t/1"}]', b'[{"token": "t/1"}]', b'[{"token": "t/1", "service_request_id": 42}]'])
        receiver.answer = lambda _: next(answers)
        target = open311(receiver.address)
        relay(store, target)
        for arrived in (0, 0, 1, 0):
            assert deliver(store, target, clock) == arrived
            clock.move(hours=1)
        assert [path.partition("?")[0] for path in receiver.paths] == ["/v2/requests.json"] + [
            "/v2/tokens/t%2F1.json"
        ] * 2
    assert handed_over(store) == [("lain", "42")]


def test_a_report_that_is_held_back_goes_to_no_public_server_until_it_is_shown(store: Store) -> None:
    report = happen(store, fill(store), event("review", doubt="safety", reason="senjata"))
    clock = Clock()
    with receive() as receiver:
        receiver.answer = lambda _: b'[{"service_request_id": "A-7"}]'
        target = open311(receiver.address)
        relay(store, target)
        assert deliver(store, target, clock) == 0
        assert receiver.came == []
        happen(store, report, event("settled", settled=("safety",)))
        clock.move(hours=1)
        assert deliver(store, target, clock) == 1


@pytest.mark.parametrize(
    ("answer", "behave", "state", "says"),
    [
        (b'[{"code": 400, "description": "service_code unknown"}]', "400", "dead", "service_code unknown"),
        (b"<html>", "200", "waiting", "another shape"),
        (b"[{}]", "200", "waiting", "neither a number nor a token"),
        (b"[]", "500", "waiting", "answers 500"),
    ],
)
def test_what_a_server_says_instead_is_kept(store: Store, answer: bytes, behave: str, state: str, says: str) -> None:
    fill(store)
    with receive() as receiver:
        receiver.answer, receiver.behave = lambda _: answer, lambda _: behave
        target = open311(receiver.address)
        relay(store, target)
        assert deliver(store, target) == 0
    (row,) = store.data["deliveries"].find()
    assert row["state"] == state
    assert says in row["error"]
    assert handed_over(store) == []


def test_a_category_without_a_service_is_a_dead_letter(store: Store) -> None:
    fill(store)
    with receive() as receiver:
        target = open311(receiver.address, services={})
        relay(store, target)
        assert deliver(store, target) == 0
        assert receiver.came == []
    assert "has no service there" in str(store.deliveries.find_all("dead")[0].error)


def lapor(**fields: object) -> Target:
    return make_target("lapor", {"sender": "lapor"} | fields)


def check_http(store: Store, receiver: Receiver) -> None:
    target = lapor(via="http", url=receiver.address, secret="kunci", columns={"judul": "title"}, number_field="nomor")
    relay(store, target)
    receiver.answer = lambda _: b'{"nomor": 99}'
    assert deliver(store, target) == 1
    ((_, headers, body),) = receiver.came
    row = json.loads(body)
    assert (row["title"], row["nomor"], row["isi"]) == ("Jalan berlubang", NUMBER, "Paspor saya")
    assert headers["authorization"] == "Bearer kunci"


def test_national_reports_are_handed_to_lapor_by_http(store: Store) -> None:
    fill(store, text="Paspor saya", routing=NATIONAL)
    open_report(store, "DKI-2611-000002")
    with receive() as receiver:
        check_http(store, receiver)
    assert handed_over(store) == [("lapor", "99")]


def test_national_reports_are_handed_to_lapor_by_mail(store: Store) -> None:
    fill(store, text="Paspor saya", routing=NATIONAL)
    with receive_mail() as mailbox:
        smtp = {"host": "127.0.0.1", "port": mailbox.port, "security": "plain", "sender": "dengar@kota.example"}
        target = lapor(via="mail", smtp=smtp, recipient="sp4n@x.example")
        relay(store, target)
        assert deliver(store, target) == 1
        (mail,) = mailbox.mails
    assert "Paspor saya" in mail.get_content()
    assert handed_over(store) == [("lapor", store.deliveries.find_all("sent")[0].id)]


def test_national_reports_are_written_for_lapor_once_and_harmless(store: Store, tmp_path: Path) -> None:
    fill(store, text='=HYPERLINK("http://x"),\nbaris dua', routing=NATIONAL)
    open_report(store, "DKI-2611-000002", NATIONAL)
    target = lapor(via="csv", folder=tmp_path, columns={"isi": "uraian"})
    relay(store, target)
    assert deliver(store, target) == 2
    before = [path.read_bytes() for path in tmp_path.iterdir()]
    store.data["deliveries"].update_many({}, {"$set": {"state": "waiting", "due_at": NOW}})
    store.data["reports"].update_many({}, {"$unset": {"handed_over": 1}})
    later = Clock(NOW + timedelta(days=1))
    assert deliver(store, target, later) == 2
    assert [path.read_bytes() for path in tmp_path.iterdir()] == before
    (path,) = tmp_path.iterdir()
    with path.open(newline="") as file:
        rows = {row["nomor"]: row for row in csv.DictReader(file)}
    assert set(rows) == {NUMBER, "DKI-2611-000002"}
    assert rows[NUMBER]["uraian"] == '\'=HYPERLINK("http://x"),\nbaris dua'
    assert rows[NUMBER]["lat"] == "-6.200000"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"via": "http"}, "via = http needs url"),
        ({"via": "mail", "recipient": "a@b.example"}, "via = mail needs smtp"),
        ({"via": "csv"}, "via = csv needs folder"),
        ({"via": "csv", "folder": "x", "columns": {"warna": "x"}}, "warna is no column"),
        ({"via": "pigeon"}, "targets.lapor.via"),
    ],
)
def test_a_way_to_lapor_that_lacks_something_is_told(fields: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        lapor(**fields)
