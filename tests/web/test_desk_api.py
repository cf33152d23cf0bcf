"""The desk over HTTP: keys, the next report, commands, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from deskwork import Time, find, hear, join, make_desk, make_staff, sure, unsure
from drawn import draw_scene, encode
from web_city import NOW
from web_site import serve

from dengar.models import Event, Role, hash_key
from dengar.routing.states import grow
from dengar.store import Store

BASE = "/api/meja"


def add_staff(store: Store, name: str, role: Role = "operator", unit: str | None = None) -> dict[str, str]:
    store.staff.add(make_staff(name, role, unit).replace(key_hash=hash_key(f"key of {name}")))
    return {"authorization": f"Bearer key of {name}"}


@pytest.fixture
def web(store: Store) -> Iterator[httpx2.Client]:
    with serve(store, desk=make_desk(store, Time(NOW))) as running, httpx2.Client(base_url=running.address) as client:
        yield client


@pytest.fixture
def sari(store: Store) -> dict[str, str]:
    return add_staff(store, "sari")


def test_nobody_without_a_key_sees_anything(store: Store, web: httpx2.Client, sari: dict[str, str]) -> None:
    (report,) = hear(store, unsure())
    calls = [
        ("GET", "/saya"), ("GET", "/antrean"), ("GET", "/terlambat"), ("POST", "/berikut"),
        ("GET", f"/laporan/{report.number}"), ("POST", f"/laporan/{report.number}"),
        ("POST", f"/laporan/{report.number}/klaim"), ("DELETE", f"/laporan/{report.number}/klaim"),
    ]  # fmt: skip
    for method, path in calls:
        assert web.request(method, BASE + path).status_code == 401
        assert web.request(method, BASE + path, headers={"authorization": "Bearer no"}).status_code == 403
    assert store.staff.end("sari", NOW)
    assert web.get(f"{BASE}/saya", headers=sari).status_code == 403


def test_an_operator_clears_the_queue(store: Store, web: httpx2.Client, sari: dict[str, str]) -> None:
    hear(store, unsure("1"), unsure("2"), sure("3"))
    assert web.get(f"{BASE}/saya", headers=sari).json() == {"name": "sari", "role": "operator", "unit": None}
    queue = web.get(f"{BASE}/antrean", headers=sari).json()
    assert (queue["waiting"], len(queue["reports"])) == (2, 2)
    for _ in range(2):
        case = web.post(f"{BASE}/berikut", headers=sari).json()
        number = case["report"]["number"]
        assert case["posts"][0]["text"]
        assert [event["kind"] for event in case["events"]][:2] == ["received", "routed"]
        where = {"do": "locate", "area": "31.74.02.1001"}
        assert web.post(f"{BASE}/laporan/{number}", headers=sari, json=where).status_code == 200
        what = {"do": "categorise", "category": "sampah"}
        done = web.post(f"{BASE}/laporan/{number}", headers=sari, json=what)
        assert done.json()["report"]["unit"] == "sudin:lh:31.74"
        assert done.headers["etag"] == f'"{find(store, number).version}"'
    assert web.post(f"{BASE}/berikut", headers=sari).status_code == 204
    assert {label.category for label in store.human_labels.find_all()} == {"sampah"}


def test_the_next_of_a_kind_or_area(store: Store, web: httpx2.Client, sari: dict[str, str]) -> None:
    hear(store, unsure("1"))
    assert web.post(f"{BASE}/berikut", headers=sari, json={"kind": "spam"}).status_code == 204
    assert web.post(f"{BASE}/berikut", headers=sari, json={"area": "31.74"}).status_code == 204
    assert web.post(f"{BASE}/berikut", headers=sari, json={"kind": "category"}).status_code == 200
    assert web.post(f"{BASE}/berikut", headers=sari, json={"sort": "x"}).status_code == 422
    for area in ("\0", "(", "31.74\uffff", "x" * 100):
        assert web.post(f"{BASE}/berikut", headers=sari, json={"area": area}).status_code == 204
        assert web.get(f"{BASE}/antrean", headers=sari, params={"area": area[:20]}).json()["reports"] == []


def test_an_officer_sees_the_own_unit_only(store: Store, web: httpx2.Client) -> None:
    agus = add_staff(store, "agus", "petugas", "sudin:bina_marga:31.74")
    lurah = add_staff(store, "lurah", "petugas", "kel:31.74.02.1001")
    (report,) = hear(store, sure())
    assert web.get(f"{BASE}/antrean", headers=agus).json()["waiting"] == 1
    assert web.get(f"{BASE}/antrean", headers=lurah).json()["waiting"] == 0
    assert web.get(f"{BASE}/antrean?unit=sudin:bina_marga:31.74", headers=lurah).status_code == 403
    assert web.get(f"{BASE}/laporan/{report.number}", headers=lurah).status_code == 403
    assert web.post(f"{BASE}/laporan/{report.number}", headers=lurah, json={"do": "start"}).status_code == 403
    assert web.post(f"{BASE}/berikut", headers=agus).json()["report"]["number"] == report.number
    started = web.post(f"{BASE}/laporan/{report.number}", headers=agus, json={"do": "start"})
    assert started.json()["report"]["state"] == "proses"


def test_two_people_at_one_report(store: Store, web: httpx2.Client, sari: dict[str, str]) -> None:
    budi = add_staff(store, "budi")
    (report,) = hear(store, unsure())
    path = f"{BASE}/laporan/{report.number}"
    assert web.post(f"{path}/klaim", headers=sari).status_code == 200
    refused = web.post(f"{path}/klaim", headers=budi)
    assert (refused.status_code, refused.json()["error"]) == (409, f"{report.number} sedang dikerjakan orang lain.")
    assert web.post(path, headers=budi, json={"do": "remark", "text": "halo"}).status_code == 409
    assert web.get(f"{BASE}/antrean", headers=budi).json()["claimed"] == {report.number: "sari"}
    assert web.delete(f"{path}/klaim", headers=sari).status_code == 204
    assert web.post(path, headers=budi, json={"do": "remark", "text": "halo"}).status_code == 200
    stale = web.post(path, headers=sari | {"if-match": f'"{report.version}"'}, json={"do": "show"})
    assert (stale.status_code, "berubah sejak" in stale.json()["error"]) == (409, True)


@pytest.mark.parametrize(("body", "status", "says"), [
    (b"", 400, "perintah"), (b"{", 422, "tidak terbaca"), (b'{"do": "explode"}', 422, "tidak terbaca"),
    (b'{"do": "reject"}', 422, "reason"), (b'{"do": "start", "extra": 1}', 422, "extra"),
    (b'{"do": "rate", "stars": 6}', 422, "stars"), (b'{"do": "locate", "lat": 1e9}', 422, "lat"),
    (b'{"do": "merge", "into": "DKI-0000-000000"}', 404, "Tidak ada laporan"), (b"[" * 100_000, 422, "tidak terbaca"),
    (b'{"do": "remark", "text": "' + b"x" * 2001 + b'"}', 422, "text"), (b"x" * 300_000, 413, "terlalu besar"),
    (b'{"do": "remark", "text": "\xff"}', 422, "tidak terbaca"),
])  # fmt: skip
def test_what_is_no_command_is_refused_with_a_reason(
    store: Store, web: httpx2.Client, body: bytes, status: int, says: str
) -> None:
    (report,) = hear(store, unsure())
    answer = web.post(f"{BASE}/laporan/{report.number}", headers=add_staff(store, "sari"), content=body)
    assert (answer.status_code, says in answer.json()["error"]) == (status, True), answer.text
    assert find(store, report.number) == report


def test_an_unknown_number_is_not_found(web: httpx2.Client, sari: dict[str, str]) -> None:
    assert web.get(f"{BASE}/laporan/DKI-0000-000000", headers=sari).status_code == 404
    assert web.post(f"{BASE}/laporan/x", headers=sari, json={"do": "start"}).status_code == 404


def test_the_commands_are_described(web: httpx2.Client) -> None:
    paths = web.get("/api/openapi.json").json()["paths"]
    body = paths["/api/meja/laporan/{number}"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]


def test_a_reporter_rates_and_opens_again_with_the_key_of_the_number(
    store: Store, web: httpx2.Client, sari: dict[str, str]
) -> None:
    (report,) = hear(store, sure())
    taken = web.post("/api/lapor", json={"text": "Jalan berlubang di depan pasar"}).json()
    assert len(taken["kunci"]) == 16
    path = f"/api/laporan/{report.number}/tanggapan"
    key = make_desk(store).key_of(report.number)
    stars = {"kunci": key, "tanggapan": {"do": "rate", "stars": 2, "text": "Belum rata"}}
    assert web.post(path, json=stars).status_code == 409
    close = {"do": "close", "note": "Ditambal."}
    assert web.post(f"{BASE}/laporan/{report.number}", headers=sari, json=close).status_code == 200
    assert web.post(path, json=stars | {"kunci": "0" * 16}).status_code == 403
    assert web.post(path, json={"kunci": key, "tanggapan": {"do": "start"}}).status_code == 422
    assert web.post(path, json=stars).json()["state"] == "selesai"
    again = {"kunci": key, "tanggapan": {"do": "reopen", "reason": "Masih berlubang"}}
    assert web.post(path, json=again).json()["state"] == "dibuka_lagi"
    assert find(store, report.number).rating == 2
    assert store.events.of_report(report.number)[-1].actor == "pelapor"


def test_a_photo_closes_a_report_and_a_photo_used_before_waits_for_a_person(
    store: Store, web: httpx2.Client, sari: dict[str, str]
) -> None:
    first, second = hear(store, sure("1"), sure("2"))
    photo = encode(draw_scene(1))

    def close(number: str, *photos: bytes, note: str = "") -> httpx2.Response:
        files = [("foto", (f"{n}.jpg", one, "image/jpeg")) for n, one in enumerate(photos)]
        return web.post(f"{BASE}/laporan/{number}/tutup", headers=sari, data={"catatan": note}, files=files or None)

    assert close(first.number, note="").status_code == 400
    refused = close(first.number, b"no photo")
    assert (refused.status_code, "tidak bisa dipakai" in refused.json()["error"]) == (422, True)
    done = close(first.number, photo, note="Ditambal").json()
    assert (done["report"]["state"], len(done["report"]["proof"])) == ("selesai", 1)
    assert "needs_review" not in done["report"]
    assert "waktu dan tempat" in done["remarks"][0]
    assert web.get(f"/foto/{done['report']['proof'][0]}").status_code == 200
    doubted = close(second.number, photo).json()["report"]
    assert doubted["state"] == "selesai"
    assert [(one["kind"], one["related"]) for one in doubted["needs_review"]] == [("proof", first.number)]
    queue = web.get(f"{BASE}/antrean?kind=proof", headers=sari).json()
    assert [one["number"] for one in queue["reports"]] == [second.number]
    assert close(second.number, photo).status_code == 409


def test_an_officer_who_gives_a_report_away_is_told_that_it_is_done(store: Store, web: httpx2.Client) -> None:
    agus = add_staff(store, "agus", "petugas", "sudin:bina_marga:31.74")
    (report,) = hear(store, sure())
    away = {"do": "reroute", "unit": "kel:31.74.02.1001", "reason": "Jalan lingkungan."}
    given = web.post(f"{BASE}/laporan/{report.number}", headers=agus, json=away)
    assert (given.status_code, given.json()["report"]["unit"]) == (200, "kel:31.74.02.1001")
    assert web.get(f"{BASE}/laporan/{report.number}", headers=agus).status_code == 403


def test_a_reporter_is_not_told_what_is_held_back(store: Store, web: httpx2.Client, sari: dict[str, str]) -> None:
    (report,) = hear(store, sure())
    path = f"{BASE}/laporan/{report.number}"
    assert web.post(path, headers=sari, json={"do": "close", "note": "Beres."}).status_code == 200
    assert web.post(path, headers=sari, json={"do": "hide", "reason": "Menyebut nama."}).status_code == 200
    said = {"kunci": make_desk(store).key_of(report.number), "tanggapan": {"do": "rate", "stars": 2}}
    told = web.post(f"/api/laporan/{report.number}/tanggapan", json=said).json()
    assert (report.title in told["title"], told["place"]) == (False, None)


def test_the_public_does_not_read_what_is_doubted_of_people(store: Store, web: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    doubted = Event(report=report.number, seq=0, kind="review", at=NOW, actor="dengar", doubt="proof", reason="Palsu.")
    other = doubted.replace(doubt="place", reason="Lokasi belum pasti.")
    store.grow_report(*grow(report, doubted, other))
    for path in (f"/laporan/{report.number}", f"/api/laporan/{report.number}", "/api/laporan", "/"):
        assert "Palsu." not in web.get(path).text
        assert "Lokasi belum pasti." in web.get(path).text


def test_only_the_message_that_opened_a_report_is_shown_unlooked_at(store: Store, web: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    before = sure("2", "Di sini ada anak diculik", report=report.number, created_at=NOW - timedelta(days=30))
    store.posts.save([before], None)
    for path in (f"/laporan/{report.number}", f"/api/laporan/{report.number}"):
        shown = web.get(path).text
        assert (sure().text in shown, "diculik" in shown) == (True, False)


def test_the_number_of_a_message_that_was_split_off_leads_to_its_new_report(
    store: Store, web: httpx2.Client, sari: dict[str, str]
) -> None:
    (report,) = hear(store, sure("1"))
    other = sure("2", "Lubang lain", number="DKI-2611-000900", report=report.number)
    join(store, report, other)
    assert web.get("/api/laporan/DKI-2611-000900").json()["number"] == report.number
    split = {"do": "split", "posts": [other.id]}
    assert web.post(f"{BASE}/laporan/{report.number}", headers=sari, json=split).status_code == 200
    assert web.get("/api/laporan/DKI-2611-000900").json()["title"] == "Lubang lain"
    assert web.get(f"/api/laporan/{report.number}").json()["number"] == report.number
