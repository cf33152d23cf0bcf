"""The page of one report without JavaScript: what it shows, every form, conflicts, roles, and what is undone."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from deskwork import elsewhere, find, hear, join, sure
from drawn import draw_scene, encode
from made import make_labels, make_place, make_post
from web_city import NOW
from web_desk import doubtful, hire, open_desk, sit_down, unsure_category
from web_site import Running

from dengar.models import Delivery, Mention, Photo, Report
from dengar.store import Store
from dengar.web.casework.words import DONE

BINA_MARGA = "sudin:bina_marga:31.74"


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    with open_desk(store) as running:
        yield running


@pytest.fixture
def sari(store: Store, site: Running) -> Iterator[httpx2.Client]:
    with sit_down(site, hire(store, "sari")) as client:
        yield client


def do(client: httpx2.Client, report: Report, deed: str, **typed: object) -> httpx2.Response:
    """Send the form of a deed as the page has it."""
    page = client.get(f"/kasus/{report.number}").text
    version = r'<input type="hidden" name="versi" value="(\d+)">'
    found = re.search(rf'action="/kasus/{report.number}/{deed}"[^>]*>{version}', page)
    assert found, f"there is no form for {deed}"
    return client.post(f"/kasus/{report.number}/{deed}", data={"versi": found[1], **typed})


def test_the_page_says_why_the_model_thinks_so(store: Store, sari: httpx2.Client) -> None:
    mention = Mention(start=0, end=9, text="Setiabudi", type="kelurahan")
    place = make_place(reason="Nama kelurahan dalam tulisan.", border_m=12.0, border_name="Karet")
    (report,) = hear(store, unsure_category().replace(mentions=(mention,), place=place, url="https://x.example.com/1"))
    page = sari.get(f"/kasus/{report.number}").text
    for told in (
        "Tolong diurus yang di depan pasar itu", "41%", "Dua kategori mirip.", "Model made", "<mark>Setiabudi</mark>",
        "Nama kelurahan dalam tulisan.", "Hanya 12 m dari batas Kel. Karet.", 'href="https://x.example.com/1"',
        "Kategori belum pasti.", "Perlu dilihat: Kategori",
    ):  # fmt: skip
        assert told in page, told


@pytest.mark.parametrize(("deed", "typed", "state"), [
    ("mulai", {"catatan": "Petugas berangkat."}, "proses"),
    ("selesai", {"catatan": "Sudah ditambal."}, "selesai"),
    ("tolak", {"alasan": "Lahan pribadi.", "sebab": "other"}, "ditolak"),
    ("koordinasi", {"unit": "PLN"}, "koordinasi"),
    ("bukan_keluhan", {}, "ditolak"),
    ("tanya", {"pertanyaan": "Di mana tepatnya?"}, "menunggu"),
    ("catatan", {"catatan": "Sudah saya telepon."}, "menunggu"),
    ("tahan", {"alasan": "Menyebut nama orang."}, "menunggu"),
    ("kategori", {"kategori": "sampah", "urgensi": "danger"}, "menunggu"),
    ("lokasi", {"tempat": "Karet Kuningan"}, "menunggu"),
    ("lokasi", {"lat": "-6.2088", "lon": "106.8456"}, "menunggu"),
    ("alihkan", {"unit": "PLN UID", "alasan": "Kabelnya yang putus."}, "menunggu"),
])  # fmt: skip
def test_every_form_works_without_javascript(
    store: Store, sari: httpx2.Client, deed: str, typed: dict[str, str], state: str
) -> None:
    (report,) = hear(store, sure())
    done = do(sari, report, deed, **typed)
    assert (done.status_code, done.headers["location"]) == (303, f"/kasus/{report.number}?hasil={deed}#hasil")
    grown = find(store, report.number)
    assert (grown.state, grown.version > report.version) == (state, True)
    page = sari.get(f"/kasus/{report.number}?hasil={deed}").text
    assert DONE[deed] in page
    assert "<bdi>sari</bdi>" in page


@pytest.mark.parametrize(("deed", "typed", "says"), [
    ("tanya", {}, "Tulis pertanyaan untuk pelapor."), ("tolak", {"alasan": "  "}, "Tulis alasannya"),
    ("alihkan", {"unit": "Kementerian Sihir", "alasan": "x"}, "Tidak ada unit dengan nama itu."),
    ("alihkan", {"unit": "suku dinas", "alasan": "x"}, "cocok dengan beberapa unit"),
    ("lokasi", {}, "Tulis nama kelurahannya"), ("lokasi", {"lat": "utara", "lon": "1"}, "Tulis nama kelurahannya"),
    ("lokasi", {"lat": "1", "lon": "1"}, "Tempat itu di luar kota"), ("gabung", {"ke": ""}, "Tulis nomor laporan"),
    ("gabung", {"ke": "DKI-0000-000000"}, "Tidak ada laporan DKI-0000-000000."),
    ("kategori", {"kategori": "naga"}, "Tidak ada kategori naga."), ("catatan", {"catatan": "x" * 2001}, "2.000 huruf"),
    ("selesai", {"catatan": ""}, "Tulis apa yang sudah dikerjakan"),
])  # fmt: skip
def test_what_is_missing_is_told_and_what_was_typed_stays(
    store: Store, sari: httpx2.Client, deed: str, typed: dict[str, str], says: str
) -> None:
    (report,) = hear(store, sure())
    refused = do(sari, report, deed, **typed)
    assert refused.status_code in {400, 404, 422}
    assert says in refused.text
    assert find(store, report.number) == report
    assert "alasan" not in typed or not typed["alasan"].strip() or f'value="{typed["alasan"]}"' in refused.text


def test_a_conflict_shows_what_changed_and_keeps_what_was_typed(
    store: Store, site: Running, sari: httpx2.Client
) -> None:
    (report,) = hear(store, sure())
    old = {"versi": str(report.version), "catatan": "Sudah kami tambal kemarin."}
    assert do(sari, report, "kategori", kategori="sampah").status_code == 303
    store.claims.release(report.number, "sari")
    with sit_down(site, hire(store, "budi")) as budi:
        refused = budi.post(f"/kasus/{report.number}/selesai", data=old)
    assert refused.status_code == 409
    for told in (
        "Laporan ini berubah sejak Anda membukanya.",
        "Diteruskan ke",
        "Sudah kami tambal kemarin.</textarea>",
    ):
        assert told in refused.text, told
    assert f'name="versi" value="{find(store, report.number).version}"' in refused.text


def test_further_voices_are_no_conflict(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    join(store, report, sure("2"), sure("3"))
    done = sari.post(f"/kasus/{report.number}/mulai", data={"versi": str(report.version)})
    assert (done.status_code, find(store, report.number).state) == (303, "proses")


def test_merging_splitting_and_undoing(store: Store, sari: httpx2.Client) -> None:
    (first,) = hear(store, sure("1"))
    (second,) = hear(store, elsewhere("2"))
    assert do(sari, first, "gabung", ke=second.number.lower()).status_code == 303
    assert find(store, first.number).duplicate_of == second.number
    assert first.number in sari.get(f"/kasus/{second.number}").text
    assert do(sari, first, "urung").status_code == 303
    assert (find(store, first.number).state, find(store, second.number).merged) == ("menunggu", ())
    join(store, find(store, first.number), sure("5", "Pipa bocor juga", report=first.number))
    post = next(one for one in store.posts.of_report(first.number) if "Pipa" in one.text)
    assert do(sari, first, "pisah", pesan=[post.id]).status_code == 303
    apart = store.posts.find_all([post.id])[post.id].report
    assert apart not in {None, first.number}
    assert do(sari, first, "urung").status_code == 303
    assert find(store, str(apart)).duplicate_of == first.number
    assert do(sari, first, "pisah").status_code == 422


@pytest.mark.parametrize(("deed", "typed"), [
    ("kategori", {"kategori": "banjir"}), ("lokasi", {"tempat": "Gambir, Gambir"}),
    ("tahan", {"alasan": "Nama orang."}),
    ("alihkan", {"unit": "PLN", "alasan": "Kabel."}), ("tanya", {"pertanyaan": "Di mana?"}),
])  # fmt: skip
def test_decisions_are_taken_back(store: Store, sari: httpx2.Client, deed: str, typed: dict[str, str]) -> None:
    (report,) = hear(store, sure())
    do(sari, report, deed, **typed)
    assert do(sari, report, "urung").status_code == 303
    now = find(store, report.number)
    for name in ("category", "kel", "unit", "is_hidden", "pause", "state", "needs_review"):
        assert getattr(now, name) == getattr(report, name), name


def test_only_the_own_last_decision_can_be_taken_back(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    assert "/urung" not in sari.get(f"/kasus/{report.number}").text
    assert sari.post(f"/kasus/{report.number}/urung", data={}).status_code == 409
    do(sari, report, "kategori", kategori="banjir")
    sari.post(f"/kasus/{report.number}/lepas", data={})
    with sit_down(site, hire(store, "budi")) as budi:
        assert "/urung" not in budi.get(f"/kasus/{report.number}").text


def test_photos_prove_the_end_and_doubtful_ones_are_settled_by_who_checks(store: Store, site: Running) -> None:
    (report,) = hear(store, sure())
    with sit_down(site, hire(store, "agus", "petugas", BINA_MARGA)) as agus:
        photo = ("foto", ("a.jpg", encode(draw_scene(1)), "image/jpeg"))
        closed = agus.post(f"/kasus/{report.number}/selesai", data={"catatan": "Beres."}, files=[photo])
        assert closed.status_code == 303
    ended = find(store, report.number)
    assert (ended.state, len(ended.proof)) == ("selesai", 1)
    with sit_down(site, hire(store, "vera", "verifikator")) as vera:
        page = vera.get(f"/kasus/{report.number}").text
        assert f"/kasus/{report.number}/foto/{ended.proof[0]}" in page
        shown = vera.get(f"/kasus/{report.number}/foto/{ended.proof[0]}")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert "private" in shown.headers["cache-control"]
        if ended.needs_review:
            assert do(vera, report, "terima").status_code == 303
            assert find(store, report.number).needs_review == ()
        assert vera.post(f"/kasus/{report.number}/alihkan", data={"unit": "PLN", "alasan": "x"}).status_code == 403
        assert "/alihkan" not in page


def test_photos_of_hidden_reports_are_for_staff(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    data = encode(draw_scene(2))
    store.media.save([("foto-tersembunyi", Photo(data=data, media_type="image/jpeg"))])
    hidden = doubtful(store, sure("3", "Anak ini diculik"), "safety")
    shown = find(store, hidden.number)
    store.reports.replace_same_version([shown.replace(photos=("foto-tersembunyi",))])
    assert sari.get("/foto/foto-tersembunyi").status_code == 404
    assert sari.get(f"/kasus/{hidden.number}/foto/foto-tersembunyi").status_code == 200
    assert sari.get(f"/kasus/{report.number}/foto/foto-tersembunyi").status_code == 404
    assert site.get(f"/kasus/{hidden.number}/foto/foto-tersembunyi").status_code == 303


def test_roles_and_units_bound_what_is_shown_and_done(store: Store, site: Running) -> None:
    (report,) = hear(store, sure())
    path = f"/kasus/{report.number}"
    with sit_down(site, hire(store, "lurah", "petugas", "kel:31.74.02.1001")) as lurah:
        assert lurah.get(path).status_code == 403
        assert lurah.post(f"{path}/mulai", data={}).status_code == 403
    with sit_down(site, hire(store, "agus", "petugas", BINA_MARGA)) as agus:
        page = agus.get(path).text
        assert (f"{path}/mulai" in page, f"{path}/kategori" in page, f"{path}/tahan" in page) == (True, False, False)
        assert agus.post(f"{path}/kategori", data={"kategori": "sampah"}).status_code == 403
        assert agus.post(f"{path}/lepas", data={}).status_code == 303
    with sit_down(site, hire(store, "humas", "humas")) as humas:
        assert '<form action="/kasus/' not in humas.get(path).text
        assert humas.post(f"{path}/catatan", data={"catatan": "x"}).status_code == 403
    with sit_down(site, hire(store, "vera", "verifikator")) as vera:
        assert vera.post(f"{path}/tolak", data={"alasan": "x"}).status_code == 403
        assert do(vera, report, "catatan", catatan="Saya periksa besok.").status_code == 303
    assert find(store, report.number).state == "menunggu"


def test_an_area_bounds_merging_too(store: Store, site: Running) -> None:
    (here,) = hear(store, sure())
    (there,) = hear(store, elsewhere())
    with sit_down(site, hire(store, "rina", area="31.74")) as rina:
        refused = do(rina, here, "gabung", ke=there.number)
        assert (refused.status_code, "di luar wilayah Anda" in refused.text) == (403, True)
        moved = do(rina, here, "lokasi", tempat="Kecamatan Gambir")
        assert moved.headers["location"].startswith("/antrean?sudah=")
        assert rina.get(f"/kasus/{here.number}").status_code == 403


def test_words_are_ready_for_what_is_asked(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, make_post("1", "Banjir", labels=make_labels("banjir")))
    page = sari.get(f"/kasus/{report.number}?templat=Tanya%20tinggi%20air").text
    assert re.search(r"<textarea[^>]*>\s*Setinggi apa airnya sekarang di ", page)
    (other,) = hear(store, sure())
    assert "Tanya tinggi air" not in sari.get(f"/kasus/{other.number}").text


def test_deliveries_are_listed_and_dead_ones_sent_again(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    dead = Delivery(
        id="d1", target="crm", event=f"{report.number}:0", report=report.number, seq=0, kind="received", made_at=NOW,
        since=NOW, due_at=NOW, state="dead", error="Ditolak: 500",
    )  # fmt: skip
    store.deliveries.add([dead])
    page = sari.get(f"/kasus/{report.number}").text
    assert ("crm" in page, "gagal, perlu orang" in page, "Ditolak: 500" in page) == (True, True, True)
    assert do(sari, report, "kirim_ulang").status_code == 303
    assert [one.state for one in store.deliveries.of_report(report.number)] == ["waiting"]


def test_wrong_addresses_have_an_answer(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    assert sari.get("/kasus/DKI-0000-000000").status_code == 404
    assert sari.get("/kasus/%00").status_code == 404
    assert sari.post(f"/kasus/{report.number}/meledak", data={}).status_code == 404
    assert sari.post(f"/kasus/{report.number}/verifikasi", data={"pesan": "x"}).status_code == 403
    assert sari.post(f"/kasus/{report.number}/mulai", data={"versi": "x" * 30}).status_code == 303
    assert site.get(f"/kasus/{report.number}").status_code == 303
    foreign = sari.post(
        f"/kasus/{report.number}/catatan", data={"catatan": "x"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert foreign.status_code == 403


def test_notes_and_hidings_are_told_to_staff_alone(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, sure())
    do(sari, report, "catatan", catatan="Warga ini sering menelepon.")
    assert "Warga ini sering menelepon." in sari.get(f"/kasus/{report.number}").text
    assert "sering menelepon" not in site.get(f"/laporan/{report.number}").text


def test_scripts_in_messages_stay_words(store: Store, sari: httpx2.Client) -> None:
    place = make_place(reason="<script>alert(1)</script>")
    (report,) = hear(store, sure("1", "<script>alert(1)</script> lubang", place=place, url="javascript:alert(1)"))
    for path in (f"/kasus/{report.number}", f"/antrean?laporan={report.number}"):
        page = sari.get(path).text
        assert "<script>alert" not in page
        assert "javascript:" not in page


def test_the_board_shows_figures_and_no_words_of_people(store: Store, site: Running, sari: httpx2.Client) -> None:
    empty = sari.get("/ruang")
    assert (empty.status_code, "Tidak ada yang menunggu." in empty.text) == (200, True)
    danger = make_labels("kebakaran", urgency="danger")
    hear(store, sure("1", "Api besar di rumah Pak Budi", labels=danger, observed_at=NOW, created_at=NOW))
    site.app.state.wall = type(site.app.state.wall)(store, lambda: NOW)
    page = sari.get("/ruang").text
    assert ("kebakaran" in page, "Setiabudi" in page, "Pak Budi" in page) == (True, True, False)
    assert "balai" in page  # the source that ails
    with sit_down(site, hire(store, "agus", "petugas", BINA_MARGA)) as agus:
        assert agus.get("/ruang").status_code == 403
