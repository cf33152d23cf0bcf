"""The profiles of areas and offices, the ranking, the flood, and the pages that explain."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import re
from itertools import pairwise

import pytest
from test_public_overview import tiles
from web_city import NOW, save_post
from web_site import Running, serve, site
from web_whole_city import AGENCY, BRANCH, KEC, KEL, KOTA, OFFICE, change, close, found_city, places, rise, save_some

from dengar.models import ModelMove, ModelVersion
from dengar.store import Store

PAGES = ("/", f"/wilayah/{KEL}", f"/wilayah/{KEC}", f"/wilayah/{KOTA}", f"/dinas/{BRANCH}", f"/dinas/{AGENCY}")
TEXTS = ("/peringkat", "/banjir", "/data", "/metode", "/privasi")


def test_an_area_counts_all_that_lies_in_it_and_an_office_what_is_its_task(store: Store, site: Running) -> None:
    found_city(store)
    save_some(store, 3)
    save_some(store, 2, start=10, unit=BRANCH, state="proses")
    close(store, save_some(store, 4, start=20, unit=BRANCH))
    for path in (f"/wilayah/{KEL}", f"/wilayah/{KEC}", f"/wilayah/{KOTA}"):
        assert tiles(site.get(path).text) == ["3", "2", "4", "0"], path
    for path in (f"/dinas/{OFFICE}", f"/dinas/kec:{KEC}", f"/dinas/kota:{KOTA}"):
        assert tiles(site.get(path).text) == ["3", "0", "0", "0"], path
    for path in (f"/dinas/{BRANCH}", f"/dinas/{AGENCY}"):
        assert tiles(site.get(path).text) == ["0", "2", "4", "0"], path
    assert tiles(site.get("/wilayah/31.71").text) == ["0", "0", "0", "0"]


def test_an_area_leads_up_down_beside_and_to_its_feeds(store: Store, site: Running) -> None:
    found_city(store)
    page = site.get(f"/wilayah/{KEL}").text
    for link in (
        'href="/wilayah/31.74">', 'href="/wilayah/31.74.01">', 'href="/wilayah/31.74.01.1003">',
        f'href="/umpan/laporan.atom?kel={KEL}"', f'href="/api/laporan.geojson?kel={KEL}"', f'href="/dinas/{OFFICE}">',
    ):  # fmt: skip
        assert link in page
    kecamatan = site.get(f"/wilayah/{KEC}").text
    assert kecamatan.count('<tr><th scope="row"><a href="/wilayah/31.74.01.') == 7
    feeds = re.findall(r'href="((?:/umpan|/api)/[^"]*kel=[^"]*)"', page)
    assert len(feeds) >= 5
    assert {site.get(feed.replace("&amp;", "&")).status_code for feed in feeds} == {200}


def test_an_office_with_enough_cases_has_a_band_with_its_interval_and_another_has_none(
    store: Store, site: Running
) -> None:
    found_city(store)
    close(store, save_some(store, 40, hours=100), hours=10)
    slow = "kel:31.74.01.1003"
    close(store, save_some(store, 40, start=100, hours=200, unit=slow), hours=150)
    close(store, save_some(store, 3, start=200, hours=100, unit="kel:31.74.01.1004"))
    good, bad = site.get(f"/dinas/{OFFICE}").text, site.get(f"/dinas/{slow}").text
    assert "Golongan A" in good or "Golongan B" in good
    assert "Golongan E" in bad or "Golongan D" in bad
    assert re.search(r"Di antara 2 yang dibandingkan, tempatnya di antara \d dan \d", good)
    assert "10,4 jam" in good or "9,9 jam" in good or "10 jam" in good
    few = site.get("/dinas/kel:31.74.01.1004").text
    assert "Belum cukup data." in few
    assert "Golongan A:" not in few
    table = site.get("/peringkat?level=kelurahan").text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r'href="/dinas/(kel:[\d.]+)".*?(?:class="letter band-(\w)"|belum cukup data)', table, re.DOTALL)
    assert [code for code, _ in rows] == [OFFICE, slow, "kel:31.74.01.1004"]
    assert rows[2][1] == ""
    assert not re.search(r"<td[^>]*>\s*[123]\s*</td>\s*<td", table.partition(">40<")[0])


def test_what_is_hidden_is_no_case_of_an_office(store: Store, site: Running) -> None:
    found_city(store)
    reports = save_some(store, 3, hours=50)
    close(store, reports[:2])
    close(store, reports[2:], is_hidden=True)
    row = site.get("/api/peringkat?level=kelurahan").json()["rows"][0]
    assert (row["code"], row["cases"]) == (OFFICE, 2)


def test_the_ranking_can_be_sorted_turned_and_narrowed_by_links(store: Store, site: Running) -> None:
    found_city(store)
    close(store, save_some(store, 2, hours=100), hours=2)
    close(store, save_some(store, 3, start=10, hours=100, unit="kel:31.71.01.1001"), hours=40)

    def order(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="/dinas/([^"]+)"', site.get(f"/peringkat?{query}").text)

    assert order("urut=median") == [OFFICE, "kel:31.71.01.1001"]
    assert order("urut=median&arah=balik") == ["kel:31.71.01.1001", OFFICE]
    assert order("urut=kasus") == ["kel:31.71.01.1001", OFFICE]
    assert order("kota=31.74") == [OFFICE]
    assert order("level=kecamatan&urut=nama") == ["kec:31.71.01", f"kec:{KEC}"]
    assert order("periode=bulan_lalu") == []
    assert 'aria-sort="ascending"' in site.get("/peringkat?urut=median").text
    assert order("level=%24&kota=x&urut=y&periode=z&arah=1") == order("")


@pytest.mark.parametrize(
    "path",
    ["/wilayah/99.99", "/wilayah/31.74.01.9999", "/wilayah/31", "/wilayah/%24ne", "/wilayah/٣١.٧٤", "/wilayah/staff",
     "/dinas/nix", "/dinas/kel:31.74.01.9999", "/dinas/%3Cb%3E", "/dinas/" + "a" * 500],
)  # fmt: skip
def test_an_unknown_code_gets_a_clear_404(store: Store, site: Running, path: str) -> None:
    found_city(store)
    for language, told in (("id", "Kode tidak dikenal"), ("en", "Unknown code")):
        page = site.get(path, language)
        assert page.status_code == 404
        assert told in page.text
        assert "<b>" not in page.text.partition("<main")[2]
        assert page.headers["cache-control"] == "no-store"


def test_people_have_no_profile_and_no_ranking(store: Store, site: Running) -> None:
    found_city(store)
    change(store, save_some(store, 1, state="proses")[0], handled_by="sari-wulandari")
    for path in ("/peringkat?level=staff", "/dinas/sari-wulandari", f"/dinas/{OFFICE}", "/"):
        page = site.get(path).text.partition("<main")[2]
        assert "sari-wulandari" not in page.replace("<code>sari-wulandari</code>", ""), path


def test_the_flood_page_tells_depth_place_voices_and_gates(store: Store, site: Running) -> None:
    found_city(store)
    for number, place in enumerate(places(4)):
        save_some(store, 1, start=number, place=place, texts=("Banjir 90 cm di sini",))
    rise(store, "katulampa", 160, minutes=20)
    rise(store, "karet", 300, hours=7)
    page = site.get("/banjir").text
    assert "4 laporan banjir terbuka di 4 kelurahan." in page
    assert "150 cm</span> <b>4</b>" in page
    assert '<a href="/wilayah/31.74.01.1001">' in page
    assert "&lt; 5" in page or "< 5" in page
    assert "Siaga 2 · kritis" in page
    assert page.count('class="tag late"') == 1  # Karet's reading is old, the alarm of the others is not
    assert "Jangan andalkan" not in page


def test_old_levels_are_called_old_and_call_no_alarm(store: Store, site: Running) -> None:
    rise(store, "katulampa", 260, hours=5)
    page = site.get("/banjir").text
    assert "Jangan andalkan angka ini." in page
    assert "tidak diketahui" in page
    assert "Siaga 1" not in page


def test_without_a_flood_the_page_is_calm(site: Running) -> None:
    page = site.get("/banjir").text
    assert "Tidak ada laporan banjir yang terbuka dalam 24 jam terakhir." in page
    assert "Belum ada tinggi muka air yang diterima." in page
    assert 'class="banner bad' not in page


def test_every_feed_that_the_data_page_names_exists(store: Store, site: Running) -> None:
    found_city(store)
    page = site.get("/data").text
    links = re.findall(r'<dt><a href="([^"]+)"', page)
    assert len(links) > 8
    for link in links:
        if "aliran" not in link and "parquet" not in link:
            assert site.get(link.replace("&amp;", "&")).status_code == 200, link
    assert f"curl '{site.address}/api/laporan.csv" in page


def test_the_method_page_tells_how_good_the_serving_model_is(store: Store, site: Running) -> None:
    assert "belum tercatat" in site.get("/metode").text
    version = ModelVersion(
        version="v7",
        manifest="0",
        made_at=NOW,
        made_by="sari",
        size=1,
        accuracy=0.865,
        macro_f1=0.86,
        labelled_posts=412,
    )
    store.versions.save(version, {})
    store.versions.move(ModelMove(seq=0, kind="promoted", version="v7", at=NOW, by="sari", reason="lebih baik"))
    with serve(store) as later:
        page = later.get("/metode").text
    assert "model v7, sejak 21 Nov 2026" in page
    assert "86% teks" in page or "87% teks" in page
    assert "412 pesan yang digolongkan orang" in page
    assert "sari" not in page


def test_the_privacy_page_names_whom_to_ask(site: Running) -> None:
    assert "kantor pemerintah kota yang menjalankan Dengar ini" in site.get("/privasi").text
    assert "Undang-Undang Nomor 27 Tahun 2022" in site.get("/privasi").text


@pytest.mark.parametrize("path", PAGES + TEXTS)
def test_every_page_speaks_both_languages_and_its_headings_are_in_order(store: Store, site: Running, path: str) -> None:
    found_city(store)
    close(store, save_some(store, 2, hours=30))
    save_some(store, 2, start=10, unit=BRANCH)
    save_post(store, "DKI-2611-000500", "banjir", report=None)
    for language, strange in (("id", ("Past deadline", "Solved")), ("en", ("Lewat tenggat", "Selesai", "yang lalu"))):
        page = site.get(path, language).text
        assert f'<html lang="{language}">' in page
        assert not [word for word in strange if word in page]
        levels = [int(level) for level in re.findall(r"<h([1-6])", page.partition("<main")[2])]
        assert levels.count(1) == 1
        own = [level for level in levels if levels.index(1) <= levels.index(level)]
        assert all(step <= 1 for step in (b - a for a, b in pairwise(own)))
        description = re.search(r'<meta name="description" content="([^"]+)"', page)
        assert description is not None
        assert len(description[1]) > 40
