# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
from datetime import timedelta

from web_city import NOW, TEBET, UNITS, save_post, save_report, save_waiting
from web_site import Running, site

from dengar.models import Escalation, Event, Pause, Photo, Report
from dengar.routing.states import grow
from dengar.store import Store

PIXEL = Photo(data=b"\xff\xd8\xff\xe0jpeg", media_type="image/jpeg")


def test_an_empty_site_says_what_it_is_and_invites_the_first_report(site: Running) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert '<html lang="id">' in page.text
    assert "Dengar mengumpulkan keluhan warga" in page.text
    assert "Jadilah yang pertama" in page.text
    assert '<a class="button main big" href="/lapor">' in page.text
    assert 'action="/cek"' in page.text
    assert "Ini hari contoh." in page.text


def test_the_first_page_shows_a_report_with_state_word_unit_place_voices_and_time(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    save_report(store, texts=("Banjir!", "banjir bos"), channels=("x", "email"), review=("Lokasi belum pasti.",))
    page = site.get("/").text
    for told in ("Banjir setinggi lutut", "Menunggu", "Dinas Sumber Daya Air", "Tebet Timur, Tebet", "2 suara"):
        assert told in page
    assert "12 menit yang lalu" in page
    assert "X, surel" in page
    assert "Lokasi belum pasti." in page


def test_a_closed_report_asks_for_no_review(store: Store, site: Running) -> None:
    save_report(store, review=("Lokasi belum pasti.",), state="selesai")
    assert "Lokasi belum pasti." not in site.get("/").text


def test_every_colour_of_a_state_has_its_own_word(store: Store, site: Running) -> None:
    save_report(store, "DKI-2611-000001", state="menunggu")
    save_report(store, "DKI-2611-000002", state="proses")
    save_report(store, "DKI-2611-000003", state="selesai")
    page = site.get("/").text
    assert '<span class="pill merah">Menunggu</span>' in page
    assert '<span class="pill kuning">Dalam proses</span>' in page
    assert '<span class="pill hijau">Selesai</span>' in page


def test_reports_are_filtered_by_category_and_kelurahan(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    other = TEBET.replace(kelurahan="Tebet Barat", kelurahan_code="31.74.01.1001")
    save_report(store, "DKI-2611-000001", title="Air naik")
    save_report(store, "DKI-2611-000002", title="Bau sampah", category="sampah", place=other)
    assert "Bau sampah" not in site.get("/?kategori=banjir").text
    only = site.get("/?kel=31.74.01.1001").text
    assert "Air naik" not in only
    assert '<option value="31.74.01.1001" selected>Tebet Barat' in only
    assert "Belum ada laporan untuk pilihan ini." in site.get("/?kategori=sampah&kel=31.74.01.1002").text


def test_strange_filters_are_ignored(site: Running) -> None:
    assert site.get("/?kategori=%24where&kel[]=1&kel=%00").status_code == 200


def test_a_dozen_reports_are_shown_and_a_hundred_when_asked(store: Store, site: Running) -> None:
    for number in range(25):
        save_report(store, f"DKI-2611-{number:06d}", ago=timedelta(minutes=number))
    first = site.get("/").text
    assert first.count('<li class="card') == 12
    assert "/?semua=1#terbaru" in first
    assert site.get("/?semua=1").text.count('<li class="card') == 25
    assert len(first.encode()) < 60_000


def test_a_report_page_tells_history_unit_deadlines_and_place_in_words(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    save_report(store, state="proses", texts=("Banjir!", "banjir bos", "air naik"), photos=(("a1b2c3d4e5", PIXEL),))
    page = site.get("/laporan/DKI-2611-000100").text
    for told in (
        "Diterima lewat X",
        "Diteruskan ke Dinas Sumber Daya Air",
        "2 suara lagi bergabung",
        "Status menjadi: Dalam proses",
        "Petugas sudah di lokasi.",
        "22 Nov 2026 15.48 WIB",
        "24 Nov 2026 15.48 WIB",
        "titik lokasi dari pelapor",
        "Hanya 23 m dari batas Kel. Tebet Barat.",
        "Mungkin juga: Tebet Barat.",
        "air naik",
        'src="/foto/a1b2c3d4e5"',
    ):
        assert told in page


def test_an_open_report_past_its_deadline_is_called_late(store: Store, site: Running) -> None:
    save_report(store, "DKI-2611-000001", ago=timedelta(days=9))
    save_report(store, "DKI-2611-000002", ago=timedelta(days=9), state="selesai")
    assert "Terlambat" in site.get("/laporan/DKI-2611-000001").text
    assert "Terlambat" not in site.get("/laporan/DKI-2611-000002").text


def test_a_number_that_joined_a_report_leads_to_it(store: Store, site: Running) -> None:
    save_report(store, texts=("Banjir!", "banjir bos"))
    page = site.get("/laporan/DKI-2611-000100-1")
    assert "bergabung dengan laporan DKI-2611-000100" in page.text


def test_a_message_that_nobody_judged_yet_is_received_and_the_page_reloads(store: Store, site: Running) -> None:
    save_waiting(store, "DKI-2611-000777")
    page = site.get("/laporan/DKI-2611-000777?baru=1")
    assert page.status_code == 200
    assert "Sudah diterima, sedang diproses" in page.text
    assert '<meta http-equiv="refresh" content="5;url=/laporan/DKI-2611-000777?baru=1">' in page.text


def test_a_message_that_is_no_complaint_is_told_so(store: Store, site: Running) -> None:
    save_post(store, "DKI-2611-000778", "Terima kasih", report=None, is_complaint=False)
    page = site.get("/laporan/DKI-2611-000778").text
    assert "bukan keluhan tentang kota" in page
    assert "http-equiv" not in page


def test_the_search_finds_a_number_however_it_is_typed(store: Store, site: Running) -> None:
    save_report(store)
    with site.client() as client:
        answer = client.get("/cek", params={"nomor": "  dki-2611- 000100 "})
        assert (answer.status_code, answer.headers["location"]) == (303, "/laporan/DKI-2611-000100")
        assert client.get("/cek").status_code == 200
        assert client.get("/cek", params={"nomor": "<b>"}).status_code == 404


def test_an_unknown_number_gets_a_search_box_with_what_was_typed(site: Running) -> None:
    page = site.get("/laporan/DKI-9999-000000")
    assert page.status_code == 404
    assert 'value="DKI-9999-000000"' in page.text
    assert 'action="/cek"' in page.text


def test_an_unknown_page_is_a_friendly_page_for_people_and_json_for_programs(site: Running) -> None:
    page = site.get("/tidak/ada")
    assert page.status_code == 404
    assert "Tidak ditemukan" in page.text
    assert site.get("/api/tidak/ada").json() == {"status": 404, "error": "Not Found"}


def test_photos_are_kept_for_an_hour_and_only_real_ids_are_looked_up(store: Store, site: Running) -> None:
    page = Photo(data=b"<script>", media_type="text/html")
    store.media.save([("a1b2c3d4e5", PIXEL), ("dadadadada", page)])
    photo = site.get("/foto/a1b2c3d4e5")
    assert photo.content == PIXEL.data
    assert photo.headers["content-type"] == "image/jpeg"
    assert photo.headers["cache-control"] == "public, max-age=3600"
    assert [site.get(f"/foto/{one}").status_code for one in ("nixnixnix", "$ne", "a", "dadadadada")] == [404] * 4


def test_the_status_page_tells_what_ails(site: Running) -> None:
    page = site.get("/status").text
    assert "1.234" in page
    assert "&lt;b&gt;Kata sandi&lt;/b&gt; ditolak." in page
    assert "Disisihkan karena tidak terbaca" in page
    assert site.get("/api/status").json()["sources"][1]["quarantined"] == 3


def test_health_is_200_while_the_store_is_ready(site: Running) -> None:
    assert site.get("/sehat").json() == {"siap": True}


def test_own_files_are_cached_for_ever_and_forms_never(site: Running) -> None:
    page = site.get("/lapor")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in site.get(style).headers["cache-control"]
    assert page.headers["cache-control"] == "no-store"
    assert site.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    assert "Disallow: /api/" in site.get("/robots.txt").text
    assert site.get("/static/none.css").status_code == 404


def test_pages_answer_head(site: Running) -> None:
    with site.client() as client:
        assert [client.head(path).status_code for path in ("/", "/lapor", "/status", "/sehat")] == [200] * 4


def test_times_are_told_in_jakarta(store: Store, site: Running) -> None:
    save_report(store, ago=NOW - NOW.replace(hour=0))
    assert "21 Nov 2026 07.00 WIB" in site.get("/laporan/DKI-2611-000100").text


def test_the_timeline_tells_what_people_did_and_hides_what_is_theirs(site: Running, store: Store) -> None:
    report = save_report(store, review=("Lokasi belum pasti.",))
    told = Event(report=report.number, seq=0, kind="note", at=NOW, actor="sari")
    step = Escalation(at=NOW, unit="sda", awaits="answer")
    events = [
        told.replace(kind="review", doubt="safety", reason="Menyebut senjata."),
        told.replace(kind="settled", settled=("safety",)),
        told.replace(kind="routed", routing=report.routing.replace(escalations=(step,))),
        told.replace(kind="escalated", level=1),
        told.replace(kind="paused", pause=Pause(since=NOW, until=NOW, question="Di nomor berapa?")),
        told.replace(kind="merged", related="DKI-2611-000777"),
        told.replace(kind="parted", related="DKI-2611-000778", posts=("x",)),
        told.replace(kind="hidden", reason="rahasia"),
        told.replace(kind="shown"),
        told.replace(kind="rated", rating=4, reason="bagus"),
    ]
    grown, numbered = grow(store_version(store, report), *events)
    store.grow_report(grown, numbered)
    shown = site.get(f"/laporan/{report.number}").text
    for sentence in (
        "Belum selesai pada waktunya: diberitahukan ke", "Menunggu jawaban pelapor", "Di nomor berapa?",
        "Laporan DKI-2611-000777 bergabung ke sini", "Sebagian pesannya menjadi laporan DKI-2611-000778",
        "Pelapor menilai 4 dari 5", "Petugas sudah memeriksanya",
    ):  # fmt: skip
        assert sentence in shown
    for secret in ("Menyebut senjata", "rahasia", "sari", "bagus"):
        assert secret not in shown
    assert "Waiting for the reporter" in site.get(f"/laporan/{report.number}", "en").text


def store_version(store: Store, report: Report) -> Report:
    found = store.reports.find_own(report.number)
    assert found is not None
    return found
