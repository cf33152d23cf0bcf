"""A lurah's telephone: a real Chromium with and without a signal, and with a line that breaks."""

import io
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from browsing import PHONE, find_barriers, window
from deskwork import Time, find, hear, make_desk, make_staff, units
from drawn import draw_scene, encode
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect
from test_petugas import UNIT, task
from web_site import NOW, Running, open_session, serve

from dengar.models import Report
from dengar.routing import commands as do
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
    """Give a telephone on which the lurah is signed in; here a line that breaks, an error on its console, is meant."""
    store.staff.add(make_staff("lurah", "petugas", UNIT))
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]  # a plain dict, as `window` has it
        is_mobile=True,
        has_touch=True,
        locale="id-ID",
        timezone_id="Asia/Jakarta",
    )
    sign_in(store, site, context, "lurah")
    yield context
    context.close()


def sign_in(store: Store, site: Running, context: BrowserContext, name: str) -> None:
    token = open_session(store, name)
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site.address}])


def open_list(phone: BrowserContext, site: Running) -> Page:
    """Open the list and wait until the telephone keeps it."""
    page = phone.new_page()
    page.goto(f"{site.address}/petugas")
    expect(page.locator("html[data-kept]")).to_have_count(1)
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
    store: Store, site: Running, browser: Browser, reports: list[Report], tmp_path: Path
) -> None:
    store.staff.add(make_staff("lurah", "petugas", UNIT))
    with window(browser, PHONE) as phone:
        sign_in(store, site, phone, "lurah")
        walk(store, open_list(phone, site), reports[0], take_photo(tmp_path))


def walk(store: Store, page: Page, report: Report, photo: Path) -> None:
    assert not find_barriers(page)
    page.locator(f"[data-number={report.number}]").get_by_role("button", name="Terima").tap()
    page.wait_for_url(f"**/petugas/{report.number}")
    assert states(store, report) == ["proses"]
    page.get_by_role("button", name="Mulai kerjakan").tap()
    expect(page.get_by_text("Petugas menambah catatan")).to_be_visible()
    expect(page.get_by_role("button", name="Mulai kerjakan")).to_have_count(0)
    page.locator("#selesai summary").tap()
    assert not find_barriers(page)
    page.locator("#bukti").set_input_files(photo)
    expect(page.locator("[data-shots] li")).to_have_count(1)
    page.locator("#hasil").fill("Sudah dibereskan.")
    told: list[tuple[int, list[str]]] = []

    def note(route: Route) -> None:
        answer = route.fetch()
        told.append((len(route.request.post_data_buffer or b""), answer.json()["remarks"]))
        route.fulfill(response=answer)

    page.route("**/api/petugas/**", note)
    page.get_by_role("button", name="Kirim: sudah selesai").tap()
    page.wait_for_url("**/petugas?sudah=selesai**")
    expect(page.get_by_role("status").first).to_have_text(f"{report.number} selesai. Terima kasih.")
    closed = find(store, report.number)
    assert (closed.state, len(closed.proof), closed.needs_review) == ("selesai", 1, ())
    ((size, remarks),) = told
    assert remarks == []  # time and place of the photo came along
    assert 10_000 < size < photo.stat().st_size / 4
    kept = store.media.find(closed.proof[0])
    assert kept is not None
    assert Image.open(io.BytesIO(kept[0])).size == (1200, 1600)  # upright


def test_what_is_done_without_a_signal_is_sent_once_when_it_is_back(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report], tmp_path: Path
) -> None:
    first, second, _ = reports
    page = open_list(phone, site)
    phone.set_offline(True)
    page.goto(f"{site.address}/petugas/{first.number}")
    expect(page.locator("#luring")).to_be_visible()
    page.get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("1 tindakan menunggu sinyal")
    page.locator("#selesai summary").tap()
    page.locator("#bukti").set_input_files(take_photo(tmp_path))
    page.locator("#hasil").fill("Sudah dibereskan.")
    page.get_by_role("button", name="Kirim: sudah selesai").tap()
    expect(page.locator("[data-count]")).to_have_text("2 tindakan menunggu sinyal")
    page.goto(f"{site.address}/petugas")
    page.locator(f"[data-number={second.number}]").get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("3 tindakan menunggu sinyal")
    expect(page.locator(f"[data-number={first.number}] [data-waits]")).to_have_text("Menunggu: Terima, Selesai")
    assert not find_barriers(page)
    assert states(store, first) == states(store, second) == []

    phone.set_offline(False)
    expect(page.locator("#antre")).to_be_hidden(timeout=20_000)
    assert (states(store, first), states(store, second)) == (["proses", "selesai"], ["proses"])
    closed = find(store, first.number)
    assert (len(closed.proof), closed.needs_review) == (1, ())


def test_a_task_that_was_never_seen_leads_to_the_list(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report]
) -> None:
    page = open_list(phone, site)
    (late,) = hear(store, task("9", "Pengurusan surat sangat lama"))
    phone.set_offline(True)
    page.goto(f"{site.address}/petugas/{late.number}")
    expect(page.locator("#luring")).to_be_visible()
    expect(page.locator(".tasks .card")).to_have_count(len(reports))


def test_a_line_that_breaks_behind_the_answer_does_nothing_twice(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report], tmp_path: Path
) -> None:
    report, answers = reports[0], []

    def swallow(route: Route) -> None:
        """Let the server carry it out, and lose its answer the first time."""
        answer = route.fetch()
        answers.append(answer.json()["state"])
        if answers.count("done") == len(answers):
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    page = open_list(phone, site)
    phone.route("**/api/petugas/**", swallow)
    page.goto(f"{site.address}/petugas/{report.number}")
    page.get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("1 tindakan menunggu sinyal")
    page.goto(f"{site.address}/petugas")  # opening a page tries again
    expect(page.locator("#antre")).to_be_hidden()
    assert answers == ["done", "again"]
    assert states(store, report) == ["proses"]


def test_a_conflict_stays_until_the_officer_decides(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report]
) -> None:
    first, second, third = reports
    page = open_list(phone, site)
    desk = make_desk(store, Time(NOW))
    colleague = make_staff("staf", "petugas", UNIT)
    phone.set_offline(True)
    for report in (first, second):
        page.goto(f"{site.address}/petugas/{report.number}")
        page.locator("#tanya summary").tap()
        page.locator("#pertanyaan").fill("Di RT berapa?")
        page.get_by_role("button", name="Tanyakan").tap()
        expect(page.locator("[data-count]")).to_contain_text("menunggu sinyal")
    page.goto(f"{site.address}/petugas/{third.number}")
    page.get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("3 tindakan menunggu sinyal")
    for report in (first, second):
        desk.act(colleague, report.number, do.Start(note="Kami ke sana."))
    phone.set_offline(False)
    expect(page.locator("[data-count]")).to_have_text("2 tindakan perlu keputusan Anda", timeout=20_000)
    assert states(store, third) == ["proses"]  # what has no conflict does not wait
    page.goto(f"{site.address}/petugas")
    asking = page.locator("#antre li.banner")
    expect(asking.first).to_contain_text("staf: Status menjadi: Dalam proses (Kami ke sana.)")
    expect(asking.first).to_contain_text("Di RT berapa?")
    assert not find_barriers(page)
    asking.first.get_by_role("button", name="Tetap kirim").tap()
    expect(asking).to_have_count(1)
    asking.first.get_by_role("button", name="Buang tindakan ini").tap()
    expect(page.locator("#antre")).to_be_hidden()
    paused = [find(store, report.number).pause for report in (first, second)]
    assert [pause.question if pause else None for pause in paused] == ["Di RT berapa?", None]


def test_signing_out_leaves_nothing_on_the_telephone(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report]
) -> None:
    page = open_list(phone, site)
    phone.set_offline(True)
    page.locator(f"[data-number={reports[0].number}]").get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("1 tindakan menunggu sinyal")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    page.get_by_role("button", name="Keluar").tap()
    phone.route("**/api/petugas/**", lambda route: route.abort())
    phone.set_offline(False)
    page.get_by_role("button", name="Keluar").tap()
    page.wait_for_url(f"{site.address}/")
    assert asked[0].startswith("Tanpa sinyal Anda tidak bisa keluar.")
    assert asked[1].startswith("1 tindakan belum terkirim dan akan hilang")
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_another_officer_on_the_same_telephone_sees_and_sends_nothing_of_the_first(
    store: Store, site: Running, phone: BrowserContext, reports: list[Report]
) -> None:
    page = open_list(phone, site)
    phone.set_offline(True)
    page.locator(f"[data-number={reports[0].number}]").get_by_role("button", name="Terima").tap()
    expect(page.locator("[data-count]")).to_have_text("1 tindakan menunggu sinyal")
    phone.route("**/api/petugas/**", lambda route: route.abort())
    phone.set_offline(False)
    store.staff.add(make_staff("tetangga", "petugas", "kel:31.74.02.1002").replace(key_hash="another"))
    sign_in(store, site, phone, "tetangga")
    page.goto(f"{site.address}/petugas")
    phone.unroute("**/api/petugas/**")
    expect(page.locator("html[data-kept]")).to_have_count(1)
    expect(page.locator("#antre")).to_be_hidden()
    kept = "caches.open('dengar-halaman').then((pages) => pages.keys()).then((keys) => keys.map((one) => one.url))"
    assert page.evaluate(kept) == [f"{site.address}/petugas"]
    assert states(store, reports[0]) == []


def test_without_scripts_everything_works_by_forms(
    store: Store, site: Running, browser: Browser, reports: list[Report], tmp_path: Path
) -> None:
    store.staff.add(make_staff("lurah", "petugas", UNIT))
    with window(browser, PHONE, scripts=False) as context:
        sign_in(store, site, context, "lurah")
        page = context.new_page()
        page.goto(f"{site.address}/petugas")
        page.locator(f"[data-number={reports[0].number}]").get_by_role("button", name="Terima").tap()
        page.locator("#selesai summary").tap()
        page.locator("#bukti").set_input_files(take_photo(tmp_path, side=600))
        page.get_by_role("button", name="Kirim: sudah selesai").tap()
        page.wait_for_url("**/petugas?sudah=selesai**")
    assert states(store, reports[0]) == ["proses", "selesai"]
