"""/admin: people, the last admin, the audit log, the settings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_access import sign_in
from web_office import SAME, caller, lines, run_office, signed_in
from web_site import NOW, Running

from dengar.models import AuditEntry
from dengar.store import Store

UNIT = "kel:31.74.02.1001"


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Running]:
    with run_office(store, tmp_path) as running:
        yield running


def form(name: str, role: str = "operator", unit: str = "", area: str = "") -> dict[str, str]:
    return {"nama": name, "peran": role, "unit": unit, "wilayah": area}


def shown_secret(page: str) -> str:
    found = re.search(r'class="number"><bdi>([^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_new_person_gets_a_password_that_opens_nothing_but_their_own_page(store: Store, office: Running) -> None:
    with caller(office, "admin") as client:
        answer = client.post("/admin", data=form("Siti Aminah", "petugas", UNIT))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        password = shown_secret(answer.text)
        assert password not in client.get("/admin").text, "it is shown once"
    with office.client(**SAME) as client:
        assert sign_in(client, "Siti Aminah", password, "/petugas").headers["location"] == "/akun"
        assert client.get("/keluar").status_code == 303
        assert client.get("/api/meja/saya").status_code == 403
        assert "dibuatkan orang lain" in client.get("/akun").text
        own = {"aksi": "sandi", "lama": password, "baru": "kuda laut menari", "ulang": "kuda laut menari"}
        assert client.post("/akun", data=own).status_code == 303
        assert client.get("/api/meja/saya").json()["unit"] == UNIT
    assert [(one.kind, one.by, one.about, one.detail) for one in lines(store)][::-1] == [
        ("staff_added", "admin", "Siti Aminah", f"petugas {UNIT}"),
        ("signed_in", "Siti Aminah", None, ""),
        ("password_changed", "Siti Aminah", "Siti Aminah", ""),
    ]
    assert password not in str(lines(store))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (form(""), "Nama perlu 1 sampai 60 huruf"),
        (form("Dengar"), "itu nama programnya"),
        (form("a\u202eb"), "Nama perlu 1 sampai 60 huruf"),
        (form("x" * 61), "Nama perlu 1 sampai 60 huruf"),
        (form("OPERATOR"), "Sudah ada orang dengan nama itu"),
        (form("Budi", "raja"), "Pilih salah satu peran"),
        (form("Budi", "pelapor"), "Pilih salah satu peran"),
        (form("Budi", "petugas"), "Petugas perlu satu unit"),
        (form("Budi", "petugas", "kel:99"), "Petugas perlu satu unit"),
        (form("Budi", area="Tebet"), "Wilayah ditulis dengan kodenya"),
    ],
)
def test_what_is_typed_wrong_is_said_and_kept_in_the_form(
    store: Store, office: Running, typed: dict[str, str], says: str
) -> None:
    with caller(office, "admin") as client:
        answer = client.post("/admin", data=typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert len(store.staff.find_all()) == 3
    assert lines(store) == []


def test_a_unit_may_be_told_by_its_name(store: Store, office: Running) -> None:
    with caller(office, "admin") as client:
        client.post("/admin", data=form("Tono", "petugas", "suku dinas bina marga jakarta selatan"))
    person = store.staff.find("Tono")
    assert person is not None
    assert person.unit == "sudin:bina_marga:31.74"


def test_the_last_admin_can_neither_be_ended_nor_demoted(store: Store, office: Running) -> None:
    with caller(office, "admin") as client:
        for act in ({"aksi": "akhiri"}, {"aksi": "peran", "peran": "operator"}):
            answer = client.post("/admin/orang", data={"nama": "admin"} | act)
            assert answer.status_code == 409
            assert "Ini admin terakhir" in answer.text
        assert lines(store) == []
        client.post("/admin/orang", data={"nama": "operator", "aksi": "peran", "peran": "admin"})
        assert client.post("/admin/orang", data={"nama": "admin", "aksi": "akhiri"}).status_code == 303
        assert client.get("/admin").status_code == 403, "their key ended with them"
    assert [(one.kind, one.detail) for one in lines(store)] == [
        ("staff_ended", ""),
        ("role_changed", "operator -> admin"),
    ]


def test_an_admin_signs_somebody_out_everywhere_and_gives_new_secrets(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as theirs, caller(office, "admin") as client:
        assert theirs.get("/akun").status_code == 200
        page = client.get("/admin/orang", params={"nama": "operator"}).text
        assert "127.0.0.1" in page
        client.post("/admin/orang", data={"nama": "operator", "aksi": "keluar"})
        assert theirs.get("/akun").status_code == 303
        password = shown_secret(client.post("/admin/orang", data={"nama": "operator", "aksi": "sandi"}).text)
        key = shown_secret(client.post("/admin/orang", data={"nama": "operator", "aksi": "kunci"}).text)
        assert sign_in(theirs, "operator", password).headers["location"] == "/akun"
        client.post("/admin/orang", data={"nama": "operator", "aksi": "akhiri"})
        assert theirs.get("/akun").headers["location"].startswith("/masuk")
        assert client.post("/admin/orang", data={"nama": "operator", "aksi": "sandi"}).status_code == 409
        assert client.get("/admin/orang", params={"nama": "siapa"}).status_code == 404
        assert client.post("/admin/orang", data={"nama": "admin", "aksi": "x"}).status_code == 422
    assert store.staff.find_by_key(key) is None
    done = [one.kind for one in lines(store) if one.by == "admin"][::-1]
    assert done == ["sessions_ended", "password_made", "key_made", "staff_ended"]
    assert key not in str(lines(store))


def test_an_auditor_reads_everything_and_changes_nothing(store: Store, office: Running) -> None:
    with caller(office, "auditor") as client:
        for path in ("/admin", "/admin/orang?nama=admin", "/admin/jejak", "/admin/setelan"):
            page = client.get(path)
            assert page.status_code == 200
            assert "<button" not in page.text.split("<main", 1)[1].replace('<button type="submit">Cari', "")
        assert client.post("/admin", data=form("Budi")).status_code == 403
        assert client.post("/admin/orang", data={"nama": "admin", "aksi": "akhiri"}).status_code == 403
    with caller(office, "operator") as client:
        assert client.get("/admin").status_code == 403
        assert client.get("/admin/jejak").status_code == 403


def test_the_log_tells_of_those_who_came_in_and_of_those_who_did_not(store: Store, office: Running) -> None:
    with signed_in(store, office, "operator") as client:
        sign_in(client, "operator", "salah")
        sign_in(client, "kata-sandi-saya-yang-salah-kolom", "salah")
        client.post("/keluar")
    told = [(one.kind, one.by, one.about, one.address) for one in lines(store)]
    assert told == [
        ("signed_out", "operator", None, "127.0.0.1"),
        ("sign_in_failed", None, None, "127.0.0.1"),
        ("sign_in_failed", None, "operator", "127.0.0.1"),
        ("signed_in", "operator", None, "127.0.0.1"),
    ]
    with caller(office, "admin", "en") as client:
        page = client.get("/admin/jejak?nama=operator").text
        assert page.count("<tr>") == 4  # with the heads
        assert "failed to sign in" in page


def test_the_log_is_read_page_by_page(store: Store, office: Running) -> None:
    for n in range(130):
        store.audit.add(AuditEntry(at=NOW, kind="staff_added", by="admin", detail=f"nomor <{n}>"))
    seen: list[str] = []
    with caller(office, "admin") as client:
        address = "/admin/jejak"
        while address:
            page = client.get(address).text
            seen += re.findall(r"nomor &lt;(\d+)&gt;", page)
            found = re.search(r'href="(\?setelah=[^"]+)"', page)
            address = "/admin/jejak" + found[1] if found else ""
    assert sorted(seen, key=int) == [str(n) for n in range(130)]


def test_the_settings_are_told_with_their_origin_and_without_secrets(
    office: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENGAR_WEB__PORT", "8123")
    with caller(office, "admin", "en") as client:
        page = client.get("/admin/setelan").text
    rows = dict(re.findall(r"<tr><td><code>([^<]+)</code></td><td><bdi>[^<]*</bdi></td><td>([^<]+)</td>", page))
    assert (rows["web.port"], rows["web.host"]) == ("environment", "default")
    assert "sources.balai.secret" in rows
    assert "mongodump" in page
    for secret in ("rahasia-yang-panjang", "whsec_", "umpan.xml"):
        assert secret not in page


def test_a_program_gets_a_key_once_and_loses_it(store: Store, office: Running) -> None:
    with caller(office, "admin") as client:
        assert client.post("/admin/program", data={"nama": "JAKI", "kontak": ""}).status_code == 422
        key = shown_secret(client.post("/admin/program", data={"nama": "JAKI", "kontak": "jsc@x.id"}).text)
        assert store.clients.find_by_key(key) is not None
        assert key not in client.get("/admin/program").text
        assert client.post("/admin/program", data={"nama": "JAKI", "kontak": "x"}).status_code == 422
        assert client.post("/admin/program", data={"nama": "JAKI", "aksi": "akhiri"}).status_code == 303
        assert client.post("/admin/program", data={"nama": "JAKI", "aksi": "akhiri"}).status_code == 409
        assert "dicabut" in client.get("/admin/program").text
    assert store.clients.find_by_key(key) is None
    assert [one.kind for one in lines(store)] == ["client_ended", "client_added"]
    with caller(office, "auditor") as client:
        assert client.post("/admin/program", data={"nama": "JAKI", "kontak": "x"}).status_code == 403
