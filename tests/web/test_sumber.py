"""/sumber: how every source is, and what an admin may ask of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from made import make_item
from web_office import caller, lines, run_office
from web_site import NOW, Running

from dengar.models import Delivery, Gap, Run, TargetHealth
from dengar.store import Store

GAP = Gap(
    source="warta",
    since=NOW - timedelta(hours=30),
    until=NOW - timedelta(hours=20),
    cause="The source keeps only ten hours.",
    noticed_at=NOW,
)
WINDOW = {"dari": GAP.since.isoformat(), "sampai": GAP.until.isoformat()}


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Running]:
    with run_office(store, tmp_path) as running:
        yield running


def save_run(store: Store, outcome: str, error: str | None = None) -> None:
    began = NOW - timedelta(minutes=5)
    run = Run(id="r", source="warta", started_at=began, ended_at=NOW, outcome=outcome, items=7, error=error)
    store.runs.save(run)


def test_an_operator_sees_what_is_wrong_since_when_and_what_to_do(store: Store, office: Running) -> None:
    save_run(store, "auth_expired", "The password is refused <b>now</b>.")
    store.spending.add("warta", NOW, 125, 2.5)
    store.save_batch("warta", [make_item(str(n), source="warta", observed_at=NOW) for n in range(42)])
    with caller(office, "operator") as client:
        page = client.get("/sumber").text
        one = client.get("/sumber/warta").text
    for told in (page, one):
        assert "Kata sandi atau token ditolak. Perbarui di pengaturan sumber ini" in told
        assert "refused &lt;b&gt;now&lt;/b&gt;" in told
        assert "24 jam terakhir: 42 pesan, biasanya belum diketahui" in told
        assert "125 / 500" in told
        assert "US$2,50 / US$20,00" in told
        assert 'value="125"' in told
        assert "Dibaca berikutnya" in told
    assert page.index(">warta<") < page.index(">balai<"), "the sick one comes first"


def test_it_is_told_in_english_too(store: Store, office: Running) -> None:
    store.gaps.note(GAP)
    save_run(store, "blocked")
    with caller(office, "admin", "en") as client:
        page = client.get("/sumber/warta").text
    for words in ("Messages by the hour", "Fill", "blocked", "Read now", "every 5 minutes"):
        assert words in page
    for words in ("Celah", "Sumber", "Terakhir", "Anggaran"):
        assert words not in page


def test_who_may_only_read_gets_no_buttons_and_no_way_around_them(store: Store, office: Running) -> None:
    store.gaps.note(GAP)
    for name in ("operator", "auditor"):
        with caller(office, name) as client:
            page = client.get("/sumber/warta").text
            assert "dengar collect warta --since 2026-11-20T10:00:00+0700 --until 2026-11-20T20:00:00+0700" in page
            assert "<button" not in page.split("<main", 1)[1]
            assert client.post("/sumber/warta", data=WINDOW | {"aksi": "isi"}).status_code == 403
    assert store.jobs.running() == []


def test_an_admin_fills_a_gap_and_sees_how_far_that_is(store: Store, office: Running) -> None:
    store.gaps.note(GAP)
    with caller(office, "admin") as client:
        answer = client.post("/sumber/warta", data=WINDOW | {"aksi": "isi"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sumber/warta?kabar=diminta")
        job = store.jobs.next()
        assert job is not None
        assert (job.kind, job.since, job.until, job.asked_by) == ("fill", GAP.since, GAP.until, "admin")
        store.jobs.save(job.replace(state="running", done=1234, total=5000))
        page = client.get("/sumber/warta").text
        assert "data-running" in page
        assert '<progress max="5000" value="1234"' in page
        assert "1.234 pesan" in page
        assert "Penjadwal tidak jalan, jadi pekerjaan ini menunggu" in page
        assert client.post("/sumber/warta", data=WINDOW | {"aksi": "isi"}).headers["location"].endswith("kabar=sudah")
    assert [(one.kind, one.by, one.about) for one in lines(store)] == [("gap_filled", "admin", "warta")]


def test_an_admin_lets_a_gap_be(store: Store, office: Running) -> None:
    store.gaps.note(GAP)
    with caller(office, "admin") as client:
        assert client.post("/sumber/warta", data=WINDOW | {"aksi": "tutup"}).status_code == 303
        assert store.gaps.find_open() == []
        assert client.post("/sumber/warta", data=WINDOW | {"aksi": "isi"}).status_code == 409
    assert [one.kind for one in lines(store)] == ["gap_closed"]


def test_what_delivers_to_us_is_not_read_and_nonsense_is_refused(store: Store, office: Running) -> None:
    with caller(office, "admin") as client:
        assert client.post("/sumber/balai", data={"aksi": "baca"}).status_code == 409
        assert client.post("/sumber/warta", data={"aksi": "hapus"}).status_code == 422
        assert client.post("/sumber/warta", content=b"\xff\xfe").status_code == 422
        assert client.get("/sumber/tidak_ada").status_code == 404
        assert client.post("/sumber/warta", data={"aksi": "baca"}).status_code == 303
    assert [one.kind for one in store.jobs.running()] == ["read"]


def dead(n: int) -> Delivery:
    at = NOW - timedelta(days=1)
    return Delivery(
        id=f"d{n:03}", target="dinas", event=f"e{n}", report=f"DKI-2611-{n:06}", seq=1, kind="routed", made_at=at,
        since=at, due_at=at, state="dead", attempts=9, error="It answers 410: <i>gone</i>.",
    )  # fmt: skip


def test_dead_letters_are_shown_page_by_page_and_tried_again(store: Store, office: Running) -> None:
    store.deliveries.add([dead(n) for n in range(60)])
    store.targets.save(TargetHealth(target="dinas", failures=9, stopped="It wants nothing more."))
    with caller(office, "admin") as client:
        page = client.get("/sumber/pengiriman").text
        assert "Tujuan ini tidak mau menerima lagi" in page
        assert page.count("/laporan/DKI-2611-") == 50
        assert "&lt;i&gt;gone" in page
        behind = client.get("/sumber/pengiriman" + page.split('class="more"')[1].split('href="')[1].split('"')[0]).text
        assert behind.count("/laporan/DKI-2611-") == 10
        assert client.post("/sumber/pengiriman", data={"aksi": "buang", "id": "d001"}).status_code == 303
        assert client.post("/sumber/pengiriman", data={"aksi": "ulang", "tujuan": "dinas"}).status_code == 303
        assert client.post("/sumber/pengiriman", data={"aksi": "ulang"}).status_code == 422
        assert "Yang tidak sampai" not in client.get("/sumber/pengiriman").text
    assert store.deliveries.count_unsettled() == {"dinas": {"waiting": 59}}
    assert store.targets.find("dinas").stopped is None
    assert [(one.kind, one.detail) for one in lines(store)] == [
        ("deliveries_replayed", "59"),
        ("deliveries_dropped", "1"),
    ]
    with caller(office, "operator") as client:
        assert client.post("/sumber/pengiriman", data={"aksi": "ulang", "tujuan": "dinas"}).status_code == 403
