"""The officers' pages over HTTP: the order of a list, actions by plain forms, and actions that are sent again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from deskwork import Time, find, hear, join, make_desk, make_staff, sure, units
from drawn import draw_scene, encode
from made import make_labels, make_place
from web_site import NOW, Running, serve

from dengar.models import Pause, Post, Report, Role, hash_key
from dengar.store import Store
from dengar.web.petugas.tasks import begin_of_week, sort_tasks

UNIT, OTHER = "kel:31.74.02.1001", "kel:31.74.02.1002"


def hire(store: Store, name: str, role: Role = "petugas", unit: str | None = UNIT) -> dict[str, str]:
    store.staff.add(make_staff(name, role, unit).replace(key_hash=hash_key(f"kunci {name}")))
    return {"authorization": f"Bearer kunci {name}"}


def task(native_id: str, text: str = "Layanan RT lambat sekali", **changes: object) -> Post:
    """Give a complaint for the kelurahan itself."""
    labels = make_labels("lainnya", **changes)
    return sure(native_id, text, labels=labels, place=make_place(lat=-6.2, lon=106.8), observed_at=NOW, created_at=NOW)


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    store.units.save(list(units().values()))
    with serve(store, desk=make_desk(store, Time(NOW))) as running:
        yield running


@pytest.fixture
def lurah(store: Store, site: Running) -> Iterator[httpx2.Client]:
    with site.client(**hire(store, "lurah")) as client:
        yield client


@pytest.fixture
def report(store: Store, site: Running) -> Report:
    (heard,) = hear(store, task("1"))
    assert heard.unit == UNIT
    return heard


def send(client: httpx2.Client, report: Report, deed: str, **fields: Any) -> httpx2.Response:  # noqa: ANN401
    files = fields.pop("files", None)
    data = {"do": deed, "versi": str(report.version), **fields}
    return client.post(f"/api/petugas/{report.number}", data=data, files=files)


def test_the_list_begins_with_danger_then_what_is_late_then_by_deadline(report: Report) -> None:
    def due(hours: float, number: str, **changes: object) -> Report:
        routing = report.routing.replace(resolve_by=NOW + timedelta(hours=hours))
        return report.replace(number=number, routing=routing, answered_at=NOW, **changes)

    late, later, today = due(-3, "late"), due(-1, "later"), due(2, "today")
    pause = Pause(since=NOW, until=NOW + timedelta(days=9), question="Di mana?")
    danger, paused = due(60, "danger", urgency="danger"), due(-9, "paused", pause=pause)
    tasks = sort_tasks([today, later, due(90, "next"), late, danger, paused], NOW)
    assert [(one.report.number, one.when) for one in tasks] == [
        ("danger", "darurat"), ("late", "terlambat"), ("later", "terlambat"), ("today", "hari_ini"),
        ("next", "berikutnya"), ("paused", "bertanya"),
    ]  # fmt: skip


def test_the_first_action_counts_until_it_is_done(report: Report) -> None:
    (fresh,) = sort_tasks([report], NOW)
    assert (fresh.due, fresh.awaits_answer, fresh.next) == (report.routing.respond_by, True, "terima")
    (begun,) = sort_tasks([report.replace(answered_at=NOW, state="proses")], NOW)
    assert (begun.due, begun.awaits_answer, begun.next) == (report.routing.resolve_by, False, "selesai")


def test_the_week_begins_on_monday_in_jakarta() -> None:
    assert begin_of_week(NOW).isoformat() == "2026-11-16T00:00:00+07:00"


def test_an_officer_sees_what_where_until_when_and_what_to_do(
    store: Store, lurah: httpx2.Client, report: Report
) -> None:
    page = lurah.get("/petugas").text
    for told in ("Kelurahan ", report.title, "Tanggapi", "besok pukul 16.00", "Terima", "1 tugas terbuka"):
        assert told in page, told
    assert f"geo:-6.200000,106.800000?q=-6.200000,106.800000({report.number})" in page
    assert "Minggu ini 0 tugas selesai" in page
    assert f'data-version="{report.version}"' in page


def test_nobody_sees_the_list_of_another_unit(store: Store, site: Running, report: Report) -> None:
    with site.client(**hire(store, "tetangga", unit=OTHER)) as client:
        assert report.number not in client.get("/petugas").text
        assert client.get(f"/petugas?unit={UNIT}").status_code == 403
        assert client.get(f"/petugas/{report.number}").status_code == 403
        assert send(client, report, "terima").status_code == 403
    with site.client(**hire(store, "sari", "operator", None)) as client:
        assert "Tugas unit mana?" in client.get("/petugas").text
        assert report.number in client.get(f"/petugas?unit={UNIT}").text
        task_page = client.get(f"/petugas/{report.number}").text
        assert "Hanya petugas unit ini" in task_page
        assert 'data-deed="terima"' not in task_page
        assert client.get("/petugas?unit=kel:0").status_code == 404
        assert client.post(f"/petugas/{report.number}", data={"do": "terima"}).status_code == 403
    area = make_staff("wilayah", "operator").replace(key_hash=hash_key("kunci w"), area="31.71")
    store.staff.add(area)
    with site.client(authorization="Bearer kunci w") as client:
        assert client.get(f"/petugas?unit={UNIT}").status_code == 403
        assert client.get(f"/petugas/{report.number}").status_code == 403
        assert UNIT not in client.get("/petugas").text


def test_the_contact_of_the_reporter_is_never_shown(store: Store, lurah: httpx2.Client, site: Running) -> None:
    (report,) = hear(store, task("2").replace(author="a-pseudonym"))
    page = lurah.get(f"/petugas/{report.number}").text
    assert "Layanan RT lambat sekali" in page
    assert "a-pseudonym" not in page


def test_a_report_is_worked_on_by_plain_forms(store: Store, lurah: httpx2.Client, report: Report) -> None:
    path = f"/petugas/{report.number}"
    assert lurah.post(path, data={"do": "terima", "versi": str(report.version)}).headers["location"] == path
    accepted = find(store, report.number)
    assert (accepted.state, accepted.handled_by) == ("proses", "lurah")
    assert 'data-deed="mulai"' in lurah.get(path).text
    lurah.post(path, data={"do": "mulai", "versi": str(accepted.version)})
    assert 'data-deed="mulai"' not in lurah.get(path).text
    assert lurah.post(path, data={"do": "tanya", "catatan": "Di RT berapa?"}).status_code == 303
    assert "Di RT berapa?" in lurah.get(path).text
    assert "waktu berhenti" in lurah.get("/petugas").text
    lurah.post(path, data={"do": "lanjut"})
    photo = ("bukti.jpg", encode(draw_scene(3)), "image/jpeg")
    closed = lurah.post(path, data={"do": "selesai", "catatan": "Sudah."}, files={"foto": photo})
    assert closed.headers["location"] == f"/petugas?sudah=selesai&nomor={report.number}"
    done = find(store, report.number)
    assert (done.state, len(done.proof)) == ("selesai", 1)
    page = lurah.get(closed.headers["location"]).text
    assert f"{report.number} selesai. Terima kasih." in page
    assert "Minggu ini 1 tugas selesai" in page
    assert "bukti terverifikasi 1" in page
    assert "Tidak ada tugas terbuka." in page


def test_what_is_missing_is_said_and_what_was_typed_stays(lurah: httpx2.Client, report: Report) -> None:
    path = f"/petugas/{report.number}"
    refused = lurah.post(path, data={"do": "alih", "catatan": "Ini jalan besar <b>"})
    assert refused.status_code == 422
    assert "Pilih unit yang menurut Anda berwenang." in refused.text
    assert "Ini jalan besar &lt;b&gt;</textarea>" in refused.text
    assert lurah.post(path, data={"do": "tanya"}).status_code == 422
    assert lurah.post(path, data={"do": "meledak"}).status_code == 422
    assert lurah.post(path, data={"do": "terima", "versi": "x"}).status_code == 422
    assert lurah.post(path, data={"do": "terima", "tindakan": "<script>"}).status_code == 422
    assert lurah.post(path, data={"do": "selesai"}).status_code == 400
    no_photo = lurah.post(path, data={"do": "selesai"}, files={"foto": ("a.jpg", b"no picture", "image/jpeg")})
    assert (no_photo.status_code, "Foto ini tidak bisa dipakai" in no_photo.text) == (422, True)
    assert lurah.get("/petugas/DKI-0000-000000").status_code == 404
    assert lurah.post("/petugas/DKI-0000-000000", data={"do": "terima"}).status_code == 404


def test_a_report_is_handed_back_with_a_suggested_unit(store: Store, lurah: httpx2.Client, report: Report) -> None:
    page = lurah.get(f"/petugas/{report.number}").text
    assert re.search(r'<optgroup label="Atasan"><option value="kec:31.74.02">', page)
    assert '<option value="sudin:bina_marga:31.74">' in page
    data = {"do": "alih", "unit": "sudin:bina_marga:31.74", "catatan": "Jalan besar, bukan gang."}
    answer = lurah.post(f"/petugas/{report.number}", data=data)
    assert answer.headers["location"] == f"/petugas?sudah=alih&nomor={report.number}"
    assert find(store, report.number).unit == "sudin:bina_marga:31.74"
    assert "dikembalikan ke unit lain" in lurah.get(answer.headers["location"]).text
    assert report.number not in lurah.get("/petugas").text


def test_what_is_sent_again_is_carried_out_once(store: Store, lurah: httpx2.Client, report: Report) -> None:
    first = send(lurah, report, "terima", tindakan="tindakan-1").json()
    again = send(lurah, report, "terima", tindakan="tindakan-1").json()
    assert (first["state"], again["state"]) == ("done", "again")
    assert first["version"] == again["version"]
    photo = {"foto": ("a.jpg", encode(draw_scene(4)), "image/jpeg")}
    close = {"tindakan": "tindakan-2", "catatan": "Sudah.", "versi": str(first["version"]), "files": photo}
    ends = [send(lurah, report, "selesai", **close).json() for _ in range(2)]
    assert [end["state"] for end in ends] == ["done", "again"]
    history = store.events.of_report(report.number)
    assert [event.state for event in history if event.kind == "state"] == ["proses", "selesai"]
    assert [event.action for event in history if event.action] == ["tindakan-1", "tindakan-2"]


def test_handing_back_twice_is_no_error_though_the_report_is_gone(lurah: httpx2.Client, report: Report) -> None:
    away = {"tindakan": "tindakan-3", "unit": OTHER, "catatan": "Di seberang jalan."}
    assert [send(lurah, report, "alih", **away).json()["state"] for _ in range(2)] == ["done", "again"]


def test_what_others_did_meanwhile_is_told_before_anything_is_done(
    store: Store, site: Running, lurah: httpx2.Client, report: Report
) -> None:
    with site.client(**hire(store, "staf")) as colleague:
        assert send(colleague, report, "selesai", catatan="Sudah dibereskan.").status_code == 200
    refused = send(lurah, report, "tanya", catatan="Di mana tepatnya?", tindakan="tindakan-4")
    told = refused.json()
    assert refused.status_code == 409
    assert told["changes"] == ["staf: Status menjadi: Selesai (Sudah dibereskan.)"]
    assert told["version"] == find(store, report.number).version
    page = lurah.post(f"/petugas/{report.number}", data={"do": "mulai", "versi": str(report.version)})
    assert (page.status_code, "staf: Status menjadi: Selesai" in page.text) == (409, True)
    insisting = send(lurah, report, "tanya", catatan="x", versi=str(told["version"]))
    assert (insisting.status_code, "buka lagi dulu" in insisting.json()["error"]) == (409, True)


def test_a_further_voice_is_no_reason_to_ask_the_officer(store: Store, lurah: httpx2.Client, report: Report) -> None:
    join(store, report, task("7", "Masih lambat juga"))
    assert send(lurah, report, "terima").status_code == 200


def test_what_an_officer_did_does_not_stand_in_the_own_way(store: Store, lurah: httpx2.Client, report: Report) -> None:
    assert send(lurah, report, "terima").status_code == 200
    assert send(lurah, report, "selesai", catatan="Sudah.").status_code == 200


def test_one_telephone_does_not_send_in_anothers_name(store: Store, lurah: httpx2.Client, report: Report) -> None:
    refused = send(lurah, report, "terima", oleh="lurah lama")
    assert (refused.status_code, "masuk dengan nama itu" in refused.json()["error"]) == (401, True)
    assert find(store, report.number) == report


def test_the_worker_and_the_manifest_hold_no_data(site: Running) -> None:
    worker = site.get("/petugas/sw.js")
    assert worker.headers["service-worker-allowed"] == "/petugas"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "/static/petugas-antre.js?v=" in worker.text.splitlines()[0]
    assert "worker-src 'self'" in worker.headers["content-security-policy"]
    manifest = site.get("/petugas/manifest.webmanifest").json()
    assert (manifest["scope"], manifest["display"]) == ("/petugas", "standalone")
    assert site.get(manifest["icons"][0]["src"]).status_code == 200


def test_signing_out_clears_what_a_browser_keeps(store: Store, lurah: httpx2.Client) -> None:
    assert lurah.post("/keluar").headers["clear-site-data"] == '"storage"'


def test_a_proof_in_doubt_is_not_counted_as_verified(store: Store, lurah: httpx2.Client, report: Report) -> None:
    photo = {"foto": ("a.jpg", encode(draw_scene(5).resize((160, 120))), "image/jpeg")}
    assert send(lurah, report, "selesai", catatan="Sudah.", files=photo).status_code == 200
    page = lurah.get("/petugas").text
    assert "bukti terverifikasi 0" in page
    assert "menunggu diperiksa 1" in page


def test_many_tasks_show_the_most_urgent(store: Store, lurah: httpx2.Client, report: Report) -> None:
    for n in range(120):
        number = f"DKI-2611-1{n:05d}"
        due = report.routing.replace(resolve_by=NOW + timedelta(days=n))
        voice = store.events.of_report(report.number)[0].replace(report=number)
        copy = report.replace(number=number, numbers=(number,), routing=due, version=1, answered_at=NOW)
        store.grow_report(copy, [voice])
    page = lurah.get("/petugas").text
    assert "Ditampilkan 100 yang paling mendesak dari 121." in page
    assert "DKI-2611-100000" in page
    assert "DKI-2611-100119" not in page
