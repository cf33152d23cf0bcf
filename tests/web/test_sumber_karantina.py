"""Quarantine on a page: looked at safely, tried again for real, dropped with a reason."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from made import make_item
from web_office import caller, lines, make_parts, run_office
from web_site import NOW, Running

from dengar.models import Item, Quarantined
from dengar.store import Store
from dengar.web.sources.safe_bytes import show_bytes

HERE = "/sumber/surel/karantina"
MAIL = b"""From: warga@contoh.example\r
To: lapor@jakarta.example\r
Subject: Lampu jalan mati\r
Message-ID: <1@contoh.example>\r
Date: Sat, 21 Nov 2026 14:00:00 +0700\r
\r
Lampu jalan mati total di Jalan Tebet Timur Dalam, Tebet Timur, sejak tiga hari. Hubungi 0812-3456-7890.\r
"""


def mail(native_id: str = "1", payload: bytes = MAIL) -> Item:
    return make_item(
        native_id, channel="email", account="lapor", collector="mail", source="surel", payload=payload,
        media_type="message/rfc822", observed_at=NOW,
    )  # fmt: skip


def put_aside(store: Store, *items: Item, reason: str = "The collector crashed: KeyError('charset').") -> None:
    store.quarantine.keep([Quarantined(item=one, reason=reason, traceback="Traceback …", at=NOW) for one in items])


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Running]:
    with run_office(store, tmp_path) as running:
        yield running


def test_a_mail_that_crashed_the_parser_becomes_a_report_after_the_fix(
    store: Store, office: Running, tmp_path: Path, model_dir: Path
) -> None:
    put_aside(store, mail())
    put_aside(store, mail("2", b"\0\1\2"), reason="No mail at all.")
    parts = make_parts(store, tmp_path)
    parts.settings.model_dir = model_dir
    with caller(office, "admin") as client:
        assert "KeyError" in client.get(HERE).text
        for item in (mail(), mail("2")):
            answer = client.post(HERE, data={"aksi": "ulang", "id": item.id})
            assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?kabar=diulang")
        assert parts.working.drain() == 2
        page = client.get(HERE).text
    assert "KeyError" not in page, "this one is a post now"
    assert store.quarantine.ids() == [mail("2").id], "what still cannot be read is back"
    assert store.posts.count() == 1
    assert [one.kind for one in lines(store)] == ["quarantine_replayed"] * 2


def test_bytes_act_on_nobody_and_personal_data_is_masked(store: Store, office: Running) -> None:
    evil = b'<script>alert(1)</script><img src=x onerror="x">\x1b[31m\xe2\x80\xae hub 0812-3456-7890 {{ 7*7 }}\xff'
    put_aside(store, mail(payload=evil), reason="From 0812-3456-7890: <b>bad</b>")
    with caller(office, "operator") as client:
        answer = client.get(f"{HERE}/isi", params={"id": mail().id})
        lists = client.get(HERE).text
    page = answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for forbidden in ("<script>alert", "<img src=x", "\x1b", "\u202e", "3456", "<b>bad"):
        assert forbidden not in page
        assert forbidden not in lists
    for shown in ("[telepon]", "\\x1b[31m", "\\u202e", "{{ 7*7 }}", "\\xff"):
        assert shown in page
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "<button" not in page.split("<main", 1)[1], "an operator only looks"


def test_what_is_no_text_is_shown_as_numbers_and_large_things_are_cut() -> None:
    picture = show_bytes(bytes(range(256)) * 9, str)
    assert not picture.is_text
    assert picture.shown.startswith("000000  00 01 02 03")
    assert (picture.is_cut, len(picture.shown.splitlines())) == (True, 64)
    long = show_bytes(b"a" * 50_000 + b" 0812-3456-7890", lambda text: text.replace("0812-3456-7890", "[telepon]"))
    assert (long.is_text, long.is_cut, len(long.shown)) == (True, True, 16_000)
    assert show_bytes(b"", str) == ("", True, False)


def test_the_original_is_a_file_for_admins_alone_and_taking_it_is_written_down(store: Store, office: Running) -> None:
    put_aside(store, mail())
    for name, status in (("operator", 403), ("auditor", 403), ("admin", 200)):
        with caller(office, name) as client:
            answer = client.get(f"{HERE}/unduh", params={"id": mail().id})
            assert answer.status_code == status
    assert answer.content == MAIL
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r'attachment; filename="surel-[0-9a-f]{12}\.bin"', answer.headers["content-disposition"])
    assert [(one.kind, one.by, one.about) for one in lines(store)] == [("quarantine_taken", "admin", "surel")]


def test_dropping_needs_a_reason(store: Store, office: Running) -> None:
    put_aside(store, mail())
    form = {"aksi": "buang", "id": mail().id}
    with caller(office, "admin") as client:
        refused = client.post(HERE, data=form | {"alasan": "  "})
        assert refused.status_code == 422
        assert "Tulis alasannya" in refused.text
        assert client.post(HERE, data=form | {"alasan": "Iklan  obat"}).headers["location"].endswith("kabar=dibuang")
        assert client.post(HERE, data=form | {"alasan": "lagi"}).status_code == 404
    assert store.quarantine.ids() == []
    assert [(one.kind, one.detail) for one in lines(store)] == [("quarantine_dropped", "email: Iklan obat")]


def test_a_large_quarantine_is_read_page_by_page_and_tried_again_in_the_background(
    store: Store, office: Running
) -> None:
    put_aside(store, *(mail(str(n)) for n in range(70)))
    store.quarantine.keep([Quarantined(item=mail(f"b{n}"), reason="?", at=NOW - timedelta(n)) for n in range(50)])
    seen: list[str] = []
    with caller(office, "admin") as client:
        address = HERE
        while address:
            page = client.get(address).text
            seen += re.findall(r"isi\?id=([^\"]+)", page)
            address = HERE + found[1] if (found := re.search(r'href="(\?setelah=[^"]+)"', page)) else ""
        assert client.get(f"{HERE}?setelah=abc").status_code == 400
        answer = client.post(HERE, data={"aksi": "ulang_semua"})
        assert answer.headers["location"].endswith("kabar=diminta")
        assert client.post(HERE, data={"aksi": "ulang_semua"}).headers["location"].endswith("kabar=sudah")
        assert "Mencoba lagi yang disisihkan" in client.get(HERE).text
    assert len(seen) == len(set(seen)) == 120
    job = store.jobs.next()
    assert job is not None
    assert (job.kind, job.total) == ("replay", 120)


def test_an_empty_quarantine_says_so_and_a_source_that_never_was_is_not_found(store: Store, office: Running) -> None:
    with caller(office, "operator") as client:
        assert "Tidak ada pesan yang disisihkan." in client.get("/sumber/warta/karantina").text
        assert client.get("/sumber/tidak_ada/karantina").status_code == 404
        assert client.get(f"{HERE}/isi", params={"id": "x:y:z"}).status_code == 404
        assert client.post(HERE, data={"aksi": "ulang_semua"}).status_code == 403
    put_aside(store, mail())
    with caller(office, "admin") as client:
        assert "surel" in client.get("/sumber").text, "also when it is no longer configured"
        assert client.get("/sumber/balai/karantina/isi", params={"id": mail().id}).status_code == 404
        assert client.post(HERE, data={"aksi": "x"}).status_code == 422
