"""The first page: its figures are those of the city, and what is held back is in none of them."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import re
from datetime import timedelta

from web_city import NOW, TEBET, save_report
from web_site import Running, site
from web_whole_city import BRANCH, KEL, PIXEL, change, close, forget_flood, found_city, rise, save_some

from dengar.store import Store


def tiles(page: str) -> list[str]:
    """Give the four numbers: waiting, worked on, solved, past their deadline."""
    return re.findall(r"<dd>([\d.]+)", page.partition('<dl class="tiles">')[2].partition("</dl>")[0])


def test_the_figures_are_those_of_the_city(store: Store, site: Running) -> None:
    found_city(store)
    save_some(store, 3)
    save_some(store, 2, start=10, state="proses", unit=BRANCH)
    save_some(store, 4, start=20, hours=24 * 6)  # received six days ago: past their deadline
    close(store, save_some(store, 5, start=30, hours=30))
    page = site.get("/").text
    assert tiles(page) == ["7", "2", "5", "4"]
    assert "44% dari yang terbuka" in page
    assert "Hari ini 5 laporan masuk dan 0 selesai." in page
    assert "14 hari: 14 laporan masuk (batang), 5 selesai (garis). Paling banyak 5 sehari." in page


def test_the_chart_has_a_twin_of_words_with_a_row_for_each_day(store: Store, site: Running) -> None:
    found_city(store)
    save_some(store, 3)
    close(store, save_some(store, 2, start=10, hours=26))
    table = site.get("/").text.partition("Angkanya sebagai tabel")[2].partition("</table>")[0]
    days = re.findall(r'<th scope="row">(.*?)</th><td class="n">(\d+)</td><td class="n">(\d+)</td>', table)
    assert len(days) == 14
    assert days[:3] == [("21 Nov", "3", "0"), ("20 Nov", "2", "2"), ("19 Nov", "0", "0")]


def test_what_is_hidden_merged_or_said_by_nobody_is_neither_counted_nor_shown(store: Store, site: Running) -> None:
    found_city(store)
    save_some(store, 2)
    hidden, merged, silent, done = save_some(store, 4, start=10, title="rahasia")
    change(store, hidden, is_hidden=True)
    change(store, merged, state="duplikat", duplicate_of="DKI-2611-000000")
    change(store, silent, voices=0)
    close(store, [done], is_hidden=True)
    for path in ("/", f"/wilayah/{KEL}", "/wilayah/31.74.01", "/wilayah/31.74", f"/dinas/kel:{KEL}"):
        page = site.get(path).text
        assert tiles(page) == ["2", "0", "0", "0"], path
        assert "2 laporan masuk" in page, path
        assert "rahasia" not in page.partition("Laporan terbaru")[0], path


def test_an_empty_city_is_calm(site: Running) -> None:
    page = site.get("/").text
    assert tiles(page) == ["0", "0", "0", "0"]
    for told in ("Dalam 14 hari ini belum ada laporan.", "belum ada yang selesai", "Jadilah yang pertama"):
        assert told in page
    assert 'class="banner bad flood"' not in page


def test_topics_and_kelurahan_come_with_most_first_and_lead_to_more(store: Store, site: Running) -> None:
    found_city(store)
    save_some(store, 3, category="sampah")
    save_some(store, 1, start=10)
    save_some(store, 2, start=20, place=TEBET.replace(kelurahan="Menteng Dalam", kelurahan_code="31.74.01.1003"))
    page = site.get("/").text
    topics = re.findall(r'href="/\?kategori=(\w+)#terbaru">', page)
    assert topics == ["banjir", "sampah"]
    places = re.findall(r'<li><a href="/wilayah/([\d.]+)">([^<]+)</a> <b>(\d+)</b>', page)
    assert places == [(KEL, "Tebet Barat", "4"), ("31.74.01.1003", "Menteng Dalam", "2")]
    assert '<a href="/wilayah/31.74">Jakarta Selatan</a></th><td class="n">6</td>' in page


def test_what_was_solved_is_shown_with_before_and_after(store: Store, site: Running) -> None:
    before, after = ("a1b2c3d4e5", PIXEL), ("f1f2f3f4f5", PIXEL)
    close(store, save_some(store, 1, hours=5, photos=(before,)), proof=(after[0],))
    close(store, save_some(store, 1, start=5, hours=3, title="Tanpa foto"))
    close(store, save_some(store, 1, start=9, hours=24 * 20, title="Sudah lama sekali"))
    shown = site.get("/").text.partition("Baru saja selesai")[2].partition("</section>")[0]
    assert 'src="/foto/a1b2c3d4e5" alt="Sebelum' in shown
    assert 'src="/foto/f1f2f3f4f5" alt="Sesudah' in shown
    assert shown.index("Banjir setinggi lutut") < shown.index("Tanpa foto")
    assert "Sudah lama" not in shown


def test_a_flood_stands_above_everything_and_a_puddle_does_not(store: Store, site: Running) -> None:
    save_some(store, 2)
    assert 'class="banner bad flood"' not in site.get("/").text
    save_some(store, 1, start=10)
    forget_flood(store, site)
    page = site.get("/").text
    assert "3 laporan banjir terbuka di 1 kelurahan." in page
    assert page.index('class="banner bad flood"') < page.index("<h1>")


def test_a_gate_on_alarm_is_told_without_any_report(store: Store, site: Running) -> None:
    rise(store, "katulampa", 160, minutes=20)
    assert "Pintu air tertinggi: Siaga 2." in site.get("/").text


def test_a_page_is_shared_with_its_whole_address_title_and_both_languages(site: Running) -> None:
    with site.client() as client:
        page = client.get("/peringkat?level=kota").text
    assert f'<link rel="canonical" href="{site.address}/peringkat">' in page
    assert f'hreflang="en" href="{site.address}/peringkat?bahasa=en"' in page
    assert '<meta property="og:title" content="Peringkat kantor">' in page
    image = re.search(r'og:image" content="([^"]+)"', page)
    assert image is not None
    assert site.get(image[1].removeprefix(site.address)).headers["content-type"] == "image/png"
    english = site.get("/peringkat", "en").text
    assert f'<link rel="canonical" href="{site.address}/peringkat?bahasa=en">' in english


def test_reports_of_a_clock_that_runs_ahead_are_in_no_day(store: Store, site: Running) -> None:
    save_report(store, ago=timedelta(days=-3))
    page = site.get("/").text
    assert tiles(page) == ["1", "0", "0", "0"]
    assert "14 hari: 0 laporan masuk" in page
    assert f"{NOW:%Y}" in page
