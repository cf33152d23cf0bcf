"""Mail to units through a real SMTP server."""

from collections.abc import Mapping
from datetime import timedelta
from mailbox import Mailbox, receive_mail
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from made import NOW, make_post
from outboxes import ROUTING, UNIT, Clock, deliver, event, happen, open_report, relay

from dengar.deliver.protocol import Target
from dengar.errors import BadSettings
from dengar.models import Escalation, Unit
from dengar.store import Store
from dengar.wiring import make_target

KECAMATAN = "kec:31.74.02"
ADDRESSES = {UNIT: "lurah@setiabudi.example"}


def mail_to(mailbox: Mailbox, smtp: Mapping[str, object] = MappingProxyType({}), **fields: object) -> Target:
    server = {"host": "127.0.0.1", "port": mailbox.port, "security": "plain", "sender": "dengar@kota.example"}
    section = {"sender": "mail", "smtp": server | dict(smtp), "addresses": ADDRESSES, "fallback": "meja@kota.example"}
    return make_target("surel", section | fields)


@pytest.fixture
def named(store: Store) -> Store:
    store.units.save(
        [
            Unit(code=UNIT, name="Kelurahan Setiabudi", kind="kelurahan", parent=KECAMATAN),
            Unit(code=KECAMATAN, name="Kecamatan Setiabudi", kind="kecamatan", email="camat@setiabudi.example"),
        ]
    )
    return store


def test_the_unit_gets_what_it_needs_to_act(named: Store) -> None:
    open_report(named)
    with named.data.client.start_session() as session:
        named.posts.save([make_post("1", "Jalan <berlubang>\nmotor jatuh \u202e!", report="DKI-2611-000001")], session)
    with receive_mail() as mailbox:
        target = mail_to(mailbox)
        relay(named, target)
        assert deliver(named, target) == 1
        assert mailbox.recipients == [["lurah@setiabudi.example"]]
        (mail,) = mailbox.mails
    (sent,) = named.deliveries.find_all("sent")
    assert mail["Message-ID"] == f"<{sent.id}@kota.example>" == sent.receipt
    assert mail["In-Reply-To"] == mail["References"] == "<DKI-2611-000001@kota.example>"
    assert mail["Subject"] == "[DKI-2611-000001] Laporan: Jalan berlubang"
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert text == (
        "Laporan ini diteruskan kepada Kelurahan Setiabudi.\n\n"
        "Nomor: DKI-2611-000001\n"
        "Judul: Jalan berlubang\n"
        "Kategori: Jalan rusak\n"
        "Tempat: Setiabudi, Jakarta Selatan\n"
        "Tindak lanjut paling lambat: Sabtu, 21 Nov 2026 pukul 10.00 WIB\n"
        "Selesai paling lambat: Senin, 23 Nov 2026 pukul 10.00 WIB\n"
        "Suara warga: 1\n"
        "Alasan: Jalan lingkungan\n\n"
        "Isi laporan:\nJalan <berlubang>\nmotor jatuh !\n\n"
        "Lihat: https://d.example/laporan/DKI-2611-000001\n"
    )
    assert "Jalan &lt;berlubang&gt;<br>motor jatuh" in html
    assert "\u202e" not in text + html


def test_escalations_go_to_the_next_higher_unit_and_the_rest_to_whoever_has_the_report(named: Store) -> None:
    steps = (Escalation(at=NOW + timedelta(days=1), unit=KECAMATAN, awaits="answer"),)
    report = open_report(named, routing=ROUTING.replace(escalations=steps, beside=("dinas:bina_marga",)))
    happen(
        named,
        report,
        event("escalated", level=1),
        event("state", state="selesai", reason="Sudah"),
        event("state", state="dibuka_lagi", reason="Belum rata"),
        event("resumed", routing=ROUTING),
        event("merged", related="DKI-2611-000009"),
        event("note", reason="intern"),
    )
    with receive_mail() as mailbox:
        target = mail_to(mailbox)
        relay(named, target)
        assert deliver(named, target) == 5
        told = [
            (str(mail["Subject"]).split(" ")[1], to) for mail, to in zip(mailbox.mails, mailbox.recipients, strict=True)
        ]
        bodies = [mail.get_body(("plain",)) for mail in mailbox.mails]
    lurah, camat = "lurah@setiabudi.example", "camat@setiabudi.example"
    assert told == [
        ("Laporan:", [lurah, "meja@kota.example"]),
        ("ESKALASI:", [camat]),
        ("Dibuka", [lurah]),
        ("Dilanjutkan:", [lurah]),
        ("Digabung:", [lurah]),
    ]
    said = [body.get_content().splitlines()[0] for body in bodies if body]
    assert (
        said[1]
        == "Laporan ini belum ditindaklanjuti sampai batas waktunya, dan disampaikan kepada Kecamatan Setiabudi."
    )
    assert "Laporan DKI-2611-000009 digabung" in said[4]


@pytest.mark.parametrize(
    ("refusal", "state", "says"),
    [
        ("550 5.1.1 no such user", "dead", "550 5.1.1 no such user"),
        ("450 4.2.1 mailbox busy", "waiting", "450 4.2.1 mailbox busy"),
    ],
)
@pytest.mark.parametrize("where", ["DATA", "lurah@setiabudi.example"])
def test_what_the_server_refuses_for_good_is_dead_and_the_rest_comes_again(
    named: Store, refusal: str, state: str, says: str, where: str
) -> None:
    open_report(named)
    with receive_mail() as mailbox:
        target = mail_to(mailbox)
        relay(named, target)
        mailbox.refuse = lambda what: refusal if what == where else None
        assert deliver(named, target) == 0
        (one,) = named.data["deliveries"].find()
        assert (one["state"], says in one["error"]) == (state, True)
        mailbox.refuse = lambda _: None
        assert deliver(named, target, Clock(NOW + timedelta(hours=1))) == (state == "waiting")
        assert len(mailbox.mails) == (state == "waiting")


def test_a_server_that_is_down_or_refuses_the_login_costs_nothing(named: Store, tmp_path: Path) -> None:
    open_report(named)
    path = tmp_path / "password"
    path.write_text("salah")
    path.chmod(0o600)
    with receive_mail() as mailbox:
        target = mail_to(mailbox, {"username": "dengar", "password_file": path})
        relay(named, target)
        assert deliver(named, target) == 0
        assert "refuses the login: 535" in str(named.targets.find("surel").error)
        path.write_text("rahasia")
        assert deliver(named, target, Clock(NOW + timedelta(hours=1))) == 1
        assert mailbox.logins[-1] == (b"dengar", b"rahasia")
        assert target.sender.check(target.settings) == []
    other = open_report(named, "DKI-2611-000002")
    relay(named, target)
    assert deliver(named, target, Clock(NOW + timedelta(hours=2))) == 0
    assert "cannot be reached" in str(named.deliveries.find_all("waiting")[0].error)
    assert other.unit == UNIT


def test_addresses_come_from_the_section_a_file_the_unit_or_the_fallback(named: Store, tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text("unit,address\nkel:2,dua@x.example\n# lama\n")
    numbers = {UNIT: "lurah@setiabudi.example", "kel:2": "dua@x.example", KECAMATAN: "camat@setiabudi.example"}
    for at, unit in enumerate((*numbers, "kel:9")):
        open_report(named, f"DKI-2611-00000{at}", ROUTING.replace(unit=unit))
    with receive_mail() as mailbox:
        target = mail_to(mailbox, addresses_file=path)
        relay(named, target)
        assert deliver(named, target) == 4
        assert {one for (one,) in mailbox.recipients} == {*numbers.values(), "meja@kota.example"}
        nobody = mail_to(mailbox, addresses={}, fallback=None)
        open_report(named, "DKI-2611-000009")
        relay(named, nobody)
        assert deliver(named, nobody) == 0
    assert "has no mail address" in str(named.deliveries.find_all("dead")[0].error)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fallback": "two@x.example, three@x.example"}, "is no mail address"),
        ({"addresses": {"kel:1": "nobody"}}, "is no mail address"),
        ({"events": ["note"]}, "not of note"),
        ({"smtp": {"sender": "x"}}, "targets.surel.smtp.sender"),
    ],
)
def test_wrong_settings_are_told(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        mail_to(Mailbox(port=25), **changes)
