"""A lurah's telephone: a real Chromium with and without a signal, and with a line that breaks."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browsing import PHONE, find_barriers, window
from deskwork import Time, find, hear, make_desk, make_staff, units
from drawn import draw_scene, encode
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from test_petugas import UNIT, task
from web_site import NOW, Running, serve

from dengar.models import Report
from dengar.store import Store
from dengar.web.access import SESSION_COOKIE

TITLES = ("Layanan RT lambat sekali", "Kantor lurah tutup terus", "Loket kelurahan antre panjang")


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    store.units.save(list(units().values()))
    with serve(store, desk=make_desk(store, Time(NOW))) as running:
        yield running


@pytest.fixture
def reports(store: Store, site: Running) -> list[Report]:
    return hear(store, *(task(str(n), title) for n, title in enumerate(TITLES)))


@pytest.fixture
def phone(store: Store, site: Running, reports: list[Report], browser: Browser) -> Iterator[BrowserContext]:
    """Give a window in which the lurah is signed in; a line that breaks is an error on its console, and meant."""
    store.staff.add(make_staff("lurah", "petugas", UNIT))
    with window(browser, PHONE) as context:
        sign_in(store, site, context, "lurah")
        yield context


def sign_in(store: Store, site: Running, context: BrowserContext, name: str) -> None:
    token = store.sessions.begin(name, NOW)
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site.address}])


def open_list(phone: BrowserContext, site: Running) -> Page:
    """Open the list and wait until the telephone keeps it."""
    page = phone.new_page()
    page.goto(f"{site.address}/petugas")
    page.wait_for_function("document.documentElement.dataset.kept")
    return page


def take_photo(folder: Path, seed: int = 3, side: int = 3000) -> Path:
    """Draw what a telephone that is held upright takes at the place of the reports: large, turned, with EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8769] = {0x9003: f"{NOW.astimezone(UTC) + timedelta(hours=7):%Y:%m:%d %H:%M:%S}", 0x9011: "+07:00"}
    exif[0x8825] = {1: "S", 2: (6.2, 0.0, 0.0), 3: "E", 4: (106.8, 0.0, 0.0)}
    path = folder / "bukti.jpg"
    path.write_bytes(encode(draw_scene(seed).resize((side * 4 // 3, side)), 95, exif))
    return path


def states(store: Store, report: Report) -> list[str | None]:
    return [event.state for event in store.events.of_report(report.number) if event.kind == "state"]


def test_a_lurah_accepts_works_and_closes_with_a_photo(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report], tmp_path: Path
) -> None:
    report = reports[0]
    page = open_list(phone, site)
    assert not find_barriers(page)
    page.locator(f"[data-number={report.number}]").get_by_role("button", name="Terima").tap()
    page.wait_for_url(f"**/petugas/{report.number}")
    assert states(store, report) == ["proses"]
    page.get_by_role("button", name="Mulai kerjakan").tap()
    expect(page.get_by_role("button", name="Mulai kerjakan")).to_have_count(0)
    page.locator("#selesai summary").tap()
    assert not find_barriers(page)
    photo = take_photo(tmp_path)
    page.locator("#bukti").set_input_files(photo)
    expect(page.locator("[data-shots] li")).to_have_count(1)
    page.locator("#hasil").fill("Sudah dibereskan.")
    with page.expect_request("**/api/petugas/**") as asked:
        page.get_by_role("button", name="Kirim: sudah selesai").tap()
    page.wait_for_url("**/petugas?sudah=selesai**")
    expect(page.get_by_role("status").first).to_have_text(f"{report.number} selesai. Terima kasih.")
    closed = find(store, report.number)
    assert (closed.state, len(closed.proof), closed.needs_review) == ("selesai", 1, ())
    sent = int(asked.value.headers["content-length"]) if "content-length" in asked.value.headers else 0
    assert sent < photo.stat().st_size / 4
    kept = store.media.find(closed.proof[0])
    assert kept is not None
    assert Image.open(io.BytesIO(kept[0])).size == (1200, 1600)  # upright
