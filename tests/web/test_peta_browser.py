"""The map and the place picker in a real Chromium, which asks no other host for anything."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, find_barriers, window
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from web_city import TEBET, UNITS, save_report
from web_site import Running, serve

from dengar.atlas import Atlas
from dengar.geocode.importing.folder import Folder
from dengar.store import Store
from dengar.web.peta.basemap import Basemap
from dengar.web.site import site_of

NEAR_TEBET = "#15/-6.2281/106.8551"
SAMPAH = TEBET.replace(lat=-6.2265, lon=106.8535, precision="kelurahan")
FORM = """{% extends "base.html" %}{% import "peta/picker.html" as peta with context %}
{% block title %}x{% endblock %}{% block head %}{{ peta.head() }}{% endblock %}
{% block main %}<h1>x</h1><form>{{ peta.picker() }}</form>{% endblock %}"""
OLDER = timedelta(hours=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    made = Atlas(Folder(tmp_path_factory.mktemp("none") / "gazetteer"))
    made.draw("kelurahan")  # on a busy machine that takes longer than a test waits for a page
    return made


@pytest.fixture
def mapped(store: Store, atlas: Atlas) -> Iterator[Running]:
    store.units.save(UNITS)
    save_report(store, "DKI-2611-000001", title="Banjir di Tebet", urgency="danger")
    save_report(
        store, "DKI-2611-000002", title="Sampah di Tebet", category="sampah", place=SAMPAH, texts=("S.",), ago=OLDER
    )
    with serve(store, atlas=atlas) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser, DESKTOP) as context:
        yield context.new_page()


def open_map(page: Page, running: Running, address: str = "/peta") -> None:
    page.goto(running.address + address)
    page.wait_for_selector("[data-peta][data-ready]")


def titles(page: Page) -> list[str]:
    return page.locator(".cards h3").all_inner_texts()


def test_the_areas_are_coloured_and_counted(page: Page, mapped: Running) -> None:
    open_map(page, mapped)
    assert page.locator("path.area").count() == 267
    assert page.locator("path.area:not(.step-0)").count() == 1
    expect(page.locator(".peta-count")).to_have_text(["2"])
    expect(page.locator("[data-peta-legend] .swatch")).to_have_count(6)
    assert page.locator(".leaflet-control-attribution").inner_text() == ""
    assert not find_barriers(page)


def test_near_by_stand_the_reports_and_a_click_opens_one(page: Page, mapped: Running) -> None:
    open_map(page, mapped, f"/peta{NEAR_TEBET}")
    expect(page.locator(".dot")).to_have_count(2)
    expect(page.locator(".dot.urgent.merah")).to_have_attribute("aria-label", "Banjir di Tebet, Menunggu, Darurat")
    expect(page.locator(".dot.rough")).to_have_count(1)
    assert not find_barriers(page)
    page.locator(".dot.urgent").click()
    card = page.locator(".leaflet-popup-content")
    expect(card).to_contain_text("Banjir di Tebet")
    card.get_by_role("link", name="Buka laporan").click()
    page.wait_for_url("**/laporan/DKI-2611-000001")


def test_a_report_opens_by_keyboard(page: Page, mapped: Running) -> None:
    open_map(page, mapped, f"/peta{NEAR_TEBET}")
    page.locator(".dot.urgent").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content")).to_contain_text("Banjir di Tebet")
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup-content")).to_have_count(0)


def test_a_filter_changes_map_list_and_address(page: Page, mapped: Running) -> None:
    open_map(page, mapped, f"/peta{NEAR_TEBET}")
    assert titles(page) == ["Banjir di Tebet", "Sampah di Tebet"]
    page.get_by_label("Jenis").select_option("sampah")
    expect(page.locator(".cards h3")).to_have_text(["Sampah di Tebet"])
    expect(page.locator("#hasil-judul")).to_contain_text("1 laporan")
    expect(page.locator(".peta-count")).to_have_text(["1"])
    assert "kategori=sampah" in page.url
    page.get_by_role("link", name="Hapus saringan").click()
    expect(page.locator(".cards h3")).to_have_count(2)
    assert "kategori" not in page.url


def test_what_is_moved_to_can_be_searched(page: Page, mapped: Running) -> None:
    open_map(page, mapped, f"/peta{NEAR_TEBET}")
    here = page.get_by_role("button", name="Cari di daerah ini")
    expect(here).to_be_hidden()
    page.locator("[data-peta-map]").focus()
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".dot")).to_have_count(0)
    here.click()
    expect(page.locator(".cards")).to_have_count(0)
    expect(page.locator("[data-peta-results]")).to_contain_text("Daftar ini hanya untuk daerah yang tampak di peta.")
    assert "bbox=" in page.url
    page.get_by_role("link", name="Seluruh daftar").click()
    expect(page.locator(".cards h3")).to_have_count(2)


def test_the_list_lights_up_its_point_and_the_point_its_line(page: Page, mapped: Running) -> None:
    open_map(page, mapped, f"/peta{NEAR_TEBET}")
    page.locator(".card[data-number='DKI-2611-000001'] a").focus()
    expect(page.locator(".dot.urgent.lit")).to_have_count(1)
    page.locator(".dot.rough").hover()
    expect(page.locator(".card[data-number='DKI-2611-000002'].lit")).to_have_count(1)


def test_news_are_told_and_move_nothing_until_they_are_wanted(page: Page, mapped: Running, store: Store) -> None:
    with page.expect_response("**/api/aliran*"):
        open_map(page, mapped)
    save_report(store, "DKI-2611-000003", title="Baru saja", texts=("B.",), ago=timedelta(minutes=1))
    pill = page.get_by_role("button", name="1 laporan baru atau berubah")
    expect(pill).to_be_visible()
    assert titles(page) == ["Banjir di Tebet", "Sampah di Tebet"]
    pill.click()
    expect(page.locator(".cards h3")).to_have_text(["Baru saja", "Banjir di Tebet", "Sampah di Tebet"])


def test_a_map_that_cannot_be_loaded_leaves_the_list(browser: Browser, mapped: Running) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="id-ID")  # type: ignore[arg-type]
    page = context.new_page()
    page.route("**/peta/wilayah.json*", lambda route: route.abort())
    page.goto(f"{mapped.address}/peta")
    expect(page.locator("[data-peta-told]")).to_have_text("Peta tidak dapat dimuat. Daftarnya tetap bisa dibaca.")
    assert len(titles(page)) == 2
    context.close()


def test_an_address_says_where_the_map_stands(page: Page, mapped: Running) -> None:
    open_map(page, mapped, "/peta?kel=31.74.01.1002")
    assert page.evaluate("location.hash") == ""
    page.locator("[data-peta-map]").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => location.hash.split('/').length === 3")
    zoom = page.evaluate("Number(location.hash.slice(1).split('/')[0])")
    assert zoom >= 13, "a chosen kelurahan fills the map"
    page.reload()
    page.wait_for_selector("[data-peta][data-ready]")
    assert page.evaluate("Number(location.hash.slice(1).split('/')[0] || 0)") in {0, zoom}


def test_tiles_of_a_server_lie_beneath_with_their_makers_name(page: Page, store: Store, atlas: Atlas) -> None:
    with serve(store, atlas=atlas) as tiles:
        basemap = Basemap(tiles=f"{tiles.address}/static/icon.svg?{{z}}-{{x}}-{{y}}", attribution="© Contoh")
        with serve(store, atlas=atlas, basemap=basemap) as running:
            open_map(page, running)
            page.wait_for_selector("img.leaflet-tile-loaded")
            expect(page.locator(".leaflet-control-attribution")).to_have_text("© Contoh")


def test_an_archive_of_tiles_lies_beneath(page: Page, store: Store, atlas: Atlas, tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "basemap.pmtiles")
    with serve(store, atlas=atlas, basemap=Basemap(archive=archive, attribution="© Contoh")) as running:
        open_map(page, running)
        page.wait_for_function("() => document.querySelector('.leaflet-tile-pane img')?.naturalWidth === 1")
        assert page.locator(".leaflet-tile-pane img").first.get_attribute("src", timeout=5000).startswith("blob:")  # type: ignore[union-attr]
        expect(page.locator(".leaflet-control-attribution")).to_have_text("© Contoh")


def write_archive(path: Path) -> Path:
    """Write a PMTiles archive of one tile of one pixel, as the specification lays it out."""
    directory = bytes([1, 0, 1, len(PNG), 1])  # one entry: tile 0, one run, its length, offset 0
    offsets = [127, len(directory), 127 + len(directory), 2, 0, 0, 127 + len(directory) + 2, len(PNG), 1, 1, 1]
    head = b"PMTiles\x03" + b"".join(one.to_bytes(8, "little") for one in offsets)
    edges = [(round(one * 1e7)).to_bytes(4, "little", signed=True) for one in (-180, -85, 180, 85)]
    head += bytes([1, 1, 1, 2, 0, 0]) + b"".join(edges) + bytes([0]) + bytes(8)
    path.write_bytes(head + directory + b"{}" + PNG)
    return path


@pytest.fixture
def form(mapped: Running) -> Running:
    """A page with nothing but a form that asks for a place."""

    def show(request: Request) -> HTMLResponse:
        template = site_of(request).environments["id"].from_string(FORM)
        names = dict.fromkeys(("now", "tell", "me", "origin"), "")
        return HTMLResponse(template.render(site=site_of(request), here="/cek?", path="/cek", **names))

    mapped.app.router.routes.insert(0, Route("/cek", show))
    return mapped


def set_point(page: Page, lat: float, lon: float) -> None:
    """Tell the picker a point, as another script of its page would."""
    page.evaluate(
        "detail => document.querySelector('[data-picker]').dispatchEvent(new CustomEvent('picker:set', { detail }))",
        {"lat": lat, "lon": lon},
    )


def test_a_place_is_picked_with_a_tap_and_its_border_is_told(browser: Browser, form: Running) -> None:
    with window(browser, PHONE) as context:
        page = context.new_page()
        page.goto(f"{form.address}/cek")
        page.evaluate("addEventListener('picker:change', (event) => { window.told = event.detail.place.kelurahan; })")
        page.get_by_role("button", name="Pilih di peta").click()
        page.get_by_label("Cari kelurahan").fill("tebet ti")
        page.get_by_label("Cari kelurahan").press("Enter")
        expect(page.get_by_text("Kel. Tebet Timur, Kec. Tebet. Ketuk titiknya di peta.")).to_be_visible()
        page.locator("[data-picker-map]").click(position={"x": 160, "y": 150})
        page.wait_for_function("() => window.told")
        assert page.evaluate("window.told") in {"Tebet Timur", "Tebet Barat", "Kebon Baru", "Menteng Dalam"}
        assert float(page.locator("[name=lat]").input_value()) == pytest.approx(-6.23, abs=0.03)
        assert page.get_by_label("Di mana?").input_value().startswith("Kel. ")
        set_point(page, -6.2281, 106.8526)
        expect(page.locator("[data-picker-found]")).to_have_text(
            "Kel. Tebet Timur, Kec. Tebet, hanya 30 m dari batas Kel. Tebet Barat"
        )
        assert not find_barriers(page)


def test_a_point_outside_is_told_and_not_kept(page: Page, form: Running) -> None:
    page.goto(f"{form.address}/cek")
    set_point(page, -6.6, 106.8)
    expect(page.locator("[data-picker-found]")).to_have_text("Titik itu tidak bisa dipakai: titik di luar Jakarta.")
    assert page.locator("[name=lat]").input_value() == ""


def test_a_point_is_set_by_keyboard_and_taken_back(page: Page, form: Running) -> None:
    page.goto(f"{form.address}/cek")
    page.get_by_role("button", name="Pilih di peta").press("Enter")
    page.wait_for_selector("path.area >> nth=150")
    page.locator("[data-picker-map]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-picker-found]")).to_contain_text("Kel. ")
    page.get_by_role("button", name="Hapus titik").click()
    assert page.locator("[name=lon]").input_value() == ""


def test_without_scripts_the_place_is_a_plain_field(browser: Browser, form: Running) -> None:
    with window(browser, PHONE, scripts=False) as context:
        page = context.new_page()
        page.goto(f"{form.address}/cek")
        expect(page.get_by_label("Di mana?")).to_be_visible()
        expect(page.get_by_role("button", name="Pilih di peta")).to_be_hidden()
