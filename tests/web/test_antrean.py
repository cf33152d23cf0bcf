"""The queue's page without JavaScript: filters, holds, what agreeing does, the next one, and undoing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from deskwork import elsewhere, find, hear, sure, unsure
from made import make_place, make_post
from web_city import NOW
from web_desk import doubtful, hire, open_desk, sit_down, unsure_category, unsure_place
from web_site import Running

from dengar.models import DoubtKind
from dengar.store import Store


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    with open_desk(store) as running:
        yield running


@pytest.fixture
def sari(store: Store, site: Running) -> Iterator[httpx2.Client]:
    with sit_down(site, hire(store, "sari")) as client:
        yield client


def fields(page: str, action: str) -> dict[str, str]:
    """Give the hidden fields of the first form with this action, as a browser would send them."""
    form = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.replace("&amp;", "&")))


def send(client: httpx2.Client, number: str, deed: str, **typed: str) -> httpx2.Response:
    """Open a report in the queue, fill a form in, and send it."""
    page = client.get(f"/antrean?laporan={number}").text
    form = fields(page, f"/kasus/{number}/{deed}") | typed
    return client.post(f"/kasus/{number}/{deed}", data=form)


def test_an_empty_queue_is_calm(sari: httpx2.Client) -> None:
    page = sari.get("/antrean")
    assert page.status_code == 200
    assert "Tidak ada yang menunggu di sini." in page.text
    taken = sari.post("/antrean/berikut", data={"antrean": ""})
    assert (taken.status_code, taken.headers["location"]) == (303, "/antrean")


def test_the_list_is_filtered_by_doubt_and_area(store: Store, sari: httpx2.Client) -> None:
    (first,) = hear(store, unsure_category("1"))
    (second,) = hear(store, unsure_place("2"))
    assert [one.kind for one in first.needs_review] == ["category"]
    assert [one.kind for one in second.needs_review] == ["place"]
    page = sari.get("/antrean?jenis=place").text
    assert (first.number in page, second.number in page) == (False, True)
    assert "Tidak ada yang menunggu di sini." in sari.get("/antrean?wilayah=31.71").text
    assert first.number in sari.get("/antrean?wilayah=31.74&jenis=sembarang&banyak=x").text


def test_opening_a_report_holds_it_and_others_see_who_has_it(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, unsure_category())
    assert "Anda memegang laporan ini, 5:00 lagi." in sari.get(f"/antrean?laporan={report.number}").text
    with sit_down(site, hire(store, "budi")) as budi:
        page = budi.get(f"/antrean?laporan={report.number}").text
        assert "Sedang dipegang sari" in page
        assert f'action="/kasus/{report.number}/terima"' not in page
        assert "dipegang sari" in budi.get("/antrean").text
        refused = budi.post(f"/kasus/{report.number}/terima", data={"antrean": "", "versi": str(report.version)})
        assert (refused.status_code, "sedang dikerjakan sari" in refused.text) == (409, True)
        assert budi.post("/antrean/berikut", data={"antrean": ""}).headers["location"] == "/antrean"
        sari.get(f"/antrean?lepas={report.number}")
        taken = budi.post("/antrean/berikut", data={"antrean": ""})
        assert taken.headers["location"] == f"/antrean?laporan={report.number}"


def test_what_a_browser_fetches_ahead_holds_nothing(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, unsure_category())
    for headers in ({"sec-purpose": "prefetch"}, {"sec-fetch-site": "cross-site"}):
        assert sari.get(f"/antrean?laporan={report.number}", headers=headers).status_code == 200
        assert store.claims.held(NOW) == {}


def test_agreeing_with_a_category_is_a_label_and_leads_to_the_next_one(store: Store, sari: httpx2.Client) -> None:
    (first,) = hear(store, unsure_category("1"))
    (second,) = hear(store, unsure_place("2"))
    page = sari.get(f"/antrean?laporan={first.number}").text
    assert "Terima: kategori Sampah" in page
    assert 'value="sampah"' in page
    assert "41%" in page
    done = send(sari, first.number, "terima")
    assert done.headers["location"] == f"/antrean?laporan={second.number}&sudah={first.number}&hasil=terima"
    decided = find(store, first.number)
    assert (decided.category, decided.unit, decided.needs_review) == ("sampah", "sudin:lh:31.74", ())
    assert [label.category for label in store.human_labels.find_all()] == ["sampah"]
    assert store.claims.held(NOW) == {second.number: "sari"}


def test_the_last_one_leads_to_calm_and_can_be_taken_back(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, unsure_place())
    where = send(sari, report.number, "terima").headers["location"]
    page = sari.get(where).text
    assert "Tidak ada yang menunggu di sini." in page
    form = fields(page, f"/kasus/{report.number}/urung")
    back = sari.post(f"/kasus/{report.number}/urung", data=form)
    assert back.headers["location"].startswith(f"/antrean?laporan={report.number}")
    assert find(store, report.number).needs_review == report.needs_review
    again = sari.post(f"/kasus/{report.number}/urung", data=form)
    assert (again.status_code, "berubah sejak" in again.text) == (409, True)


def test_agreeing_with_nothing_known_says_what_is_missing(store: Store, sari: httpx2.Client) -> None:
    (report,) = hear(store, make_post("1", "Jalan berlubang", place=None))
    refused = send(sari, report.number, "terima")
    assert refused.status_code == 422
    assert "pilih tempatnya dulu" in refused.text
    assert find(store, report.number) == report
    unknown = send(sari, report.number, "lokasi", tempat="Negeri Antah")
    assert (unknown.status_code, 'value="Negeri Antah"' in unknown.text) == (422, True)
    assert send(sari, report.number, "lokasi", tempat="karet kun").status_code == 303
    assert find(store, report.number).unit == "sudin:bina_marga:31.74"


@pytest.mark.parametrize("kind", ["no_complaint", "outside", "spam"])
def test_agreeing_may_end_it_and_undoing_opens_it_again(store: Store, sari: httpx2.Client, kind: DoubtKind) -> None:
    report = doubtful(store, sure(), kind)
    assert send(sari, report.number, "terima").headers["location"] == f"/antrean?sudah={report.number}&hasil=terima"
    assert find(store, report.number).state == "ditolak"
    page = sari.get(f"/antrean?sudah={report.number}&hasil=terima").text
    sari.post(f"/kasus/{report.number}/urung", data=fields(page, f"/kasus/{report.number}/urung"))
    opened = find(store, report.number)
    assert (opened.state, opened.needs_review) == ("dibuka_lagi", report.needs_review)
    assert opened.is_hidden == report.is_hidden


def test_two_operators_with_the_same_form_decide_once(store: Store, site: Running, sari: httpx2.Client) -> None:
    (report,) = hear(store, unsure_category())
    page = sari.get(f"/antrean?laporan={report.number}").text
    form = fields(page, f"/kasus/{report.number}/kategori") | {"kategori": "banjir"}
    assert sari.post(f"/kasus/{report.number}/kategori", data=form).status_code == 303
    with sit_down(site, hire(store, "budi")) as budi:
        late = budi.post(f"/kasus/{report.number}/alihkan", data=form | {"unit": "PLN", "alasan": "Kabel putus"})
        assert late.status_code == 409
        assert "Laporan ini berubah sejak Anda membukanya." in late.text
        assert "Kategorinya" in late.text or "Golongannya" in late.text
        assert 'value="Kabel putus"' in late.text
    assert find(store, report.number).category == "banjir"


def test_an_area_bounds_what_is_seen_and_done(store: Store, site: Running) -> None:
    (here,) = hear(store, unsure_place("1"))
    (there,) = hear(store, elsewhere("2", place=make_place("31.71.01.1001", confidence=0.3)))
    with sit_down(site, hire(store, "rina", area="31.74")) as rina:
        page = rina.get("/antrean").text
        assert (here.number in page, there.number in page) == (True, False)
        assert rina.get(f"/kasus/{there.number}").status_code == 403
        assert rina.get(f"/antrean?laporan={there.number}").status_code == 403
        assert rina.post(f"/kasus/{there.number}/terima", data={}).status_code == 403
        assert rina.get("/antrean?wilayah=31.71").text.count('class="row-title"') == 1
        taken = rina.post("/antrean/berikut", data={"antrean": "wilayah=31.71"})
        assert taken.headers["location"] == f"/antrean?wilayah=31.74&laporan={here.number}"
    assert find(store, there.number) == there


def test_overdue_reports_are_listed(store: Store, sari: httpx2.Client) -> None:
    hear(store, sure(observed_at=NOW))
    assert "Tidak ada yang menunggu di sini." in sari.get("/antrean?lewat=1").text
    (late,) = hear(store, sure("9", "Lubang besar sekali di jalan raya", observed_at=NOW - timedelta(days=30)))
    assert late.number in sari.get("/antrean?lewat=1").text


def test_ten_operators_take_ten_reports(store: Store, site: Running) -> None:
    numbers = {hear(store, unsure(str(n), f"Tolong ini bagaimana {n}"))[0].number for n in range(10)}
    taken = set()
    for n in range(10):
        with sit_down(site, hire(store, f"op{n}")) as client:
            taken.add(client.post("/antrean/berikut", data={"antrean": ""}).headers["location"].split("=")[-1])
    assert taken == numbers


def test_who_holds_on_is_told_who_holds_what(store: Store, site: Running, sari: httpx2.Client) -> None:
    (first,) = hear(store, unsure_category("1"))
    (second,) = hear(store, unsure_place("2"))
    path = f"/api/meja/laporan/{first.number}/pegang"
    with sit_down(site, hire(store, "budi")) as budi:
        budi.get(f"/antrean?laporan={second.number}")
        told = sari.post(path).json()
        assert told == {"sisa": 300, "versi": first.version, "dipegang": {second.number: "budi"}}
        assert budi.post(path).status_code == 409


def test_the_auditor_reads_and_holds_nothing(store: Store, site: Running) -> None:
    (report,) = hear(store, unsure_category())
    with sit_down(site, hire(store, "auditor", "auditor")) as client:
        page = client.get(f"/antrean?laporan={report.number}")
        assert page.status_code == 200
        assert f'action="/kasus/{report.number}/' not in page.text
        assert store.claims.held(NOW) == {}
        assert client.post(f"/kasus/{report.number}/terima", data={}).status_code == 403


def test_htmx_gets_the_desk_alone(store: Store, sari: httpx2.Client) -> None:
    hear(store, unsure_category())
    part = sari.get("/antrean", headers={"hx-request": "true"}).text
    assert ('id="meja"' in part, "<html" in part, "semua-unit" in part.replace('list="semua-unit"', "")) == (
        True, False, False,
    )  # fmt: skip


def test_english_is_spoken_to_who_wants_it(store: Store, site: Running) -> None:
    (report,) = hear(store, unsure_category())
    with sit_down(site, hire(store, "ann"), "en") as client:
        page = client.get(f"/antrean?laporan={report.number}").text
        assert "You hold this report" in page
        for indonesian in ("Terima:", "Antrean", ">Tempat", "Urungkan", "dipegang"):
            assert indonesian not in page, indonesian
