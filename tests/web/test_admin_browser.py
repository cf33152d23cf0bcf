"""A real Chromium: an admin adds a person on the page, and that person signs in on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, find_barriers, window
from made import make_item
from playwright.sync_api import Browser, Page, expect
from test_access import PASSWORD
from web_office import run_office
from web_site import NOW, Running

from dengar.models import Job, Quarantined
from dengar.store import Store


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Iterator[Running]:
    with run_office(store, tmp_path) as running:
        store.staff.set_password("admin", PASSWORD)
        yield running


def sign_in(page: Page, site: Running, name: str, password: str, target: str) -> None:
    page.goto(f"{site.address}/masuk?ke={target}")
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


def test_an_admin_adds_an_officer_who_then_signs_in(browser: Browser, office: Running) -> None:
    with window(browser, DESKTOP) as desk:
        page = desk.new_page()
        sign_in(page, office, "admin", PASSWORD, "/admin")
        page.get_by_label("Nama", exact=True).fill("Lurah Setiabudi")
        page.get_by_label("Peran").select_option("petugas")
        page.get_by_label("Unit").fill("kel:31.74.02.1001")
        page.get_by_role("button", name="Tambah").click()
        expect(page.get_by_role("link", name="Lurah Setiabudi")).to_be_visible()
        password = page.locator(".number").inner_text()
        assert not find_barriers(page)
    with window(browser, PHONE) as phone:
        page = phone.new_page()
        sign_in(page, office, "Lurah Setiabudi", password, "/akun")
        expect(page.get_by_text("dibuatkan orang lain")).to_be_visible()
        page.get_by_label("Kata sandi lama").fill(password)
        page.get_by_label("Kata sandi baru", exact=False).first.fill("kuda laut menari")
        page.get_by_label("Kata sandi baru sekali lagi").fill("kuda laut menari")
        page.get_by_role("button", name="Ganti").click()
        expect(page.get_by_text("Kata sandi Anda diganti")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert not find_barriers(page)


def test_progress_goes_on_without_loading_the_page_again(browser: Browser, store: Store, office: Running) -> None:
    store.quarantine.keep([Quarantined(item=make_item("1", source="warta"), reason="?", at=NOW)])
    job = Job(id="1", kind="replay", source="warta", asked_by="admin", asked_at=NOW, total=900, state="running")
    store.jobs.ask(job)
    with window(browser, DESKTOP) as desk:
        page = desk.new_page()
        sign_in(page, office, "admin", PASSWORD, "/sumber/warta/karantina")
        bar = page.get_by_role("progressbar", name="Kemajuan")
        expect(bar).to_have_attribute("value", "0")
        store.jobs.save(job.replace(done=450))
        expect(bar).to_have_attribute("value", "450", timeout=20_000)
        store.jobs.save(job.replace(done=900, state="done", ended_at=NOW))
        expect(page.locator("#pekerjaan .pill")).to_have_text("rampung", timeout=20_000)
