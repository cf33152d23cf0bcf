"""The public pages in a real browser: without scripts, on a phone, and the flood page that renews itself."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from web_city import save_report
from web_site import Running, site
from web_whole_city import BRANCH, KEC, KEL, close, forget_flood, found_city, save_some

from dengar.store import Store

PATHS = ("/", f"/wilayah/{KEC}", f"/dinas/{BRANCH}", "/peringkat", "/banjir", "/data", "/metode", "/privasi")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser, site: Running) -> Iterator[Page]:
    """Give a phone without scripts."""
    context = browser.new_context(
        base_url=site.address, java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="id-ID"
    )
    yield context.new_page()
    context.close()


def fill(store: Store) -> None:
    found_city(store)
    save_some(store, 4)
    close(store, save_some(store, 3, start=10, unit=BRANCH, hours=30))


def test_a_phone_without_scripts_walks_from_the_overview_to_a_kelurahan_its_office_and_the_ranking(
    store: Store, phone: Page
) -> None:
    fill(store)
    phone.goto("/")
    phone.get_by_role("link", name="Jakarta Selatan").click()
    phone.get_by_role("link", name="Tebet", exact=True).click()
    phone.get_by_role("link", name="Tebet Barat", exact=True).click()
    assert phone.get_by_role("heading", level=1).inner_text() == "Kelurahan Tebet Barat"
    phone.get_by_role("link", name="Profil kantornya").click()
    phone.get_by_role("link", name="Bandingkan").click()
    phone.get_by_label("Kota").select_option("31.74")
    phone.get_by_role("button", name="Tampilkan").click()
    assert "kota=31.74" in phone.url
    assert phone.get_by_role("link", name="Tebet Barat").is_visible()


def test_the_form_is_one_tap_and_a_number_one_field_away(store: Store, phone: Page) -> None:
    fill(store)
    phone.goto("/")
    phone.get_by_label("Sudah melapor? Cek nomornya").fill("dki-2611-000010")
    phone.get_by_role("button", name="Cek", exact=True).click()
    assert phone.url.endswith("/laporan/DKI-2611-000010")
    phone.go_back()
    phone.get_by_role("link", name="Laporkan masalah").click()
    assert phone.get_by_label("Apa masalahnya?").is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1366])
def test_no_page_scrolls_sideways(store: Store, site: Running, browser: Browser, width: int) -> None:
    fill(store)
    context = browser.new_context(base_url=site.address, viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    assert not complaints
    context.close()


def test_the_flood_page_takes_over_what_changed_and_says_when_the_line_is_cut(
    store: Store, site: Running, browser: Browser
) -> None:
    found_city(store)
    page = browser.new_page(base_url=site.address, locale="id-ID")
    page.add_init_script("window.setInterval = (run) => { window.renewNow = run; return 0; };")
    page.goto("/banjir")
    assert "Tidak ada laporan banjir" in page.inner_text("main")
    for number in range(4):
        save_report(store, f"DKI-2611-{number:06d}")
    forget_flood(store, site)
    page.evaluate("void (ask = fetch, window.fetch = (at) => ask(at, { cache: 'reload' }))")
    page.evaluate("renewNow()")
    assert "4 laporan banjir terbuka di 1 kelurahan." in page.inner_text("#keadaan")
    assert "Diperbarui pukul" in page.inner_text("[data-live]")
    page.evaluate("void (window.fetch = () => Promise.reject(new TypeError('offline')))")
    page.evaluate("renewNow()")
    assert "Sambungan terputus" in page.inner_text("[data-live]")
    assert "4 laporan banjir" in page.inner_text("#keadaan")
    page.close()
