"""A resident with a phone: Chromium walks through the form and the report, with scripts and without."""

# ruff: noqa: F401, F811  pytest hands the imported fixtures in by their names
import re
from pathlib import Path

import pytest
from deskwork import make_staff
from playwright.sync_api import Browser, BrowserContext, Page, expect
from reporting_site import HOLE, Town, browser, open_phone, take_photo, town

from dengar.routing import commands as do

AGAIN = "Lubang besar di Jalan Kemang Raya belum ditambal, motor jatuh lagi"
NUMBER = re.compile(r"DKI-\d{4}-\d{6}")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_0042.jpg"
    path.write_bytes(take_photo(size=(4000, 3000)))
    return path


def watch(context: BrowserContext) -> Page:
    """Open a page on which every error of a script fails the test."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    return page


def number_on(page: Page) -> str:
    page.wait_for_url(re.compile(r"/laporan/"))
    found = NUMBER.search(page.url)
    assert found is not None
    return found[0]


def test_a_report_with_a_photo_that_knows_its_place_is_sent_and_followed(
    town: Town, browser: Browser, photo: Path
) -> None:
    with open_phone(browser) as context:
        page = watch(context)
        page.goto(f"{town.address}/lapor")
        page.set_input_files("#foto", [photo, photo])
        expect(page.locator("[data-previews] li")).to_have_count(2)
        page.get_by_role("button", name="Hapus foto 2").click()
        expect(page.get_by_text("Foto ini diambil di Kel. Bangka")).to_be_visible()
        page.get_by_role("button", name="Ya, pakai").click()
        expect(page.locator("[data-picker-found]")).to_contain_text("Kel. Bangka")
        page.get_by_label("Apa masalahnya?").fill("Lubang besar di tengah jalan, motor jatuh")
        page.get_by_role("button", name="Kirim laporan").click()
        number = number_on(page)
        item = town.store.items.find(town.store.items.find_number(number) or "")
        assert item is not None
        assert len(item.payload) < photo.stat().st_size / 3  # the browser made it smaller
        expect(page.locator(".sent .number")).to_contain_text(number)
        town.work()
        expect(page.get_by_text("mulai bertindak paling lambat")).to_be_visible()  # it looks by itself
        expect(page.get_by_role("heading", name="Terima kasih")).to_be_visible()
        page.get_by_role("link", name=f"/laporan/{number}?kunci=").click()
        expect(page.get_by_role("heading", name="Tanggapan Anda")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    report = town.find(number)
    assert report.place is not None
    assert (report.place.kelurahan, report.place.precision, len(report.photos)) == ("Bangka", "point", 1)


def test_the_same_walk_without_scripts(town: Town, browser: Browser, photo: Path) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    with open_phone(browser, scripts=False) as context:
        page = watch(context)
        page.goto(f"{town.address}/lapor")
        page.get_by_label("Apa masalahnya?").fill(AGAIN)
        page.get_by_label("Di mana?").fill("Kelurahan Bangka")
        page.set_input_files("#foto", photo)
        page.get_by_role("button", name="Kirim laporan").click()
        expect(page.get_by_text("Belum terkirim. Jawab dulu")).to_be_visible()
        page.get_by_label("Bukan di sana").check()
        page.get_by_role("button", name=re.compile("Bukan, ini masalah lain|Kirim laporan")).click()
        number = number_on(page)
        expect(page.locator(".sent .number")).to_contain_text(number)
        town.work()
        page.reload()
        expect(page.get_by_text("mulai bertindak paling lambat")).to_be_visible()
        expect(page.locator(".photos img")).to_have_count(1)
    assert town.find(number).number == number != first


def test_a_voice_joins_what_was_reported_before_with_scripts(town: Town, browser: Browser) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    with open_phone(browser) as context:
        page = watch(context)
        page.goto(f"{town.address}/lapor")
        page.get_by_label("Apa masalahnya?").fill(AGAIN)
        page.get_by_label("Di mana?").fill("Kelurahan Bangka")
        page.get_by_role("button", name="Kirim laporan").click()
        heading = page.get_by_role("heading", name="Mungkin sudah dilaporkan")
        expect(heading).to_be_focused()  # one question before it goes out
        page.get_by_role("button", name="Ini masalah yang sama").click()
        number = number_on(page)
        town.work()
        expect(page.get_by_text(f"Nomor Anda {number} bergabung dengan laporan {first}")).to_be_visible()
    assert town.find(first).voices == 2


def test_a_voice_joins_what_was_reported_before_without_scripts(town: Town, browser: Browser) -> None:
    first = town.send(HOLE, lokasi="Kelurahan Bangka")
    with open_phone(browser, scripts=False) as context:
        page = watch(context)
        page.goto(f"{town.address}/laporan/{first}")
        page.get_by_role("link", name="Saya juga mengalami").click()
        expect(page.get_by_text("Anda menambah suara untuk laporan ini:")).to_be_visible()
        page.get_by_label("Apa masalahnya?").fill("Saya juga jatuh di lubang ini")
        page.get_by_role("button", name="Kirim laporan").click()
        number = number_on(page)
        town.work()
        page.reload()
        expect(page.get_by_text(f"bergabung dengan laporan {first}")).to_be_visible()
    assert number in town.find(first).numbers


def test_what_was_written_outlives_the_page_but_never_who_wrote_it(town: Town, browser: Browser) -> None:
    with open_phone(browser) as context:
        page = watch(context)
        page.goto(f"{town.address}/lapor")
        page.get_by_label("Apa masalahnya?").fill("Got mampet di depan rumah")
        page.get_by_text("Tambah jenis masalah").click()
        page.get_by_label("Nama").fill("Wahyu")
        page.reload()
        expect(page.get_by_label("Apa masalahnya?")).to_have_value("Got mampet di depan rumah")
        assert "Wahyu" not in page.evaluate("JSON.stringify(localStorage)")
        expect(page.get_by_text("Draf Anda dipulihkan.")).to_be_visible()
        context.set_offline(True)
        page.get_by_role("button", name="Kirim laporan").click()
        expect(page.get_by_role("alert").filter(has_text="Tidak ada sambungan")).to_be_visible()
        context.set_offline(False)
        page.get_by_role("button", name="Kirim laporan").click()
        number_on(page)
        assert page.evaluate("localStorage.length") == 0
    assert town.store.items.count_pending() == 1


def test_an_empty_text_and_a_bad_photo_are_told_at_their_fields(town: Town, browser: Browser, tmp_path: Path) -> None:
    heic = tmp_path / "IMG_1.HEIC"
    heic.write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 99)
    with open_phone(browser) as context:
        page = watch(context)
        page.goto(f"{town.address}/lapor")
        page.set_input_files("#foto", heic)
        expect(page.locator("#masalah-foto")).to_contain_text("Foto HEIC belum bisa dibaca")
        page.get_by_role("button", name="Kirim laporan").click()
        expect(page.get_by_label("Apa masalahnya?")).to_be_focused()
        expect(page.locator("#masalah-text")).to_contain_text("Tulis dulu apa masalahnya")
    assert town.store.items.count_pending() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_not_done_is_opened_again(town: Town, browser: Browser, photo: Path, *, scripts: bool) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    town.close(number)
    with open_phone(browser, scripts=scripts) as context:
        page = watch(context)
        page.goto(f"{town.address}/laporan/{number}?kunci={town.desk.key_of(number)}")
        page.get_by_label("Apa yang belum beres?").fill("Lubangnya masih ada")
        page.set_input_files("#foto-lagi", photo)
        page.get_by_role("button", name="Buka lagi laporan ini").click()
        expect(page.get_by_text("Laporan dibuka lagi.")).to_be_visible()
        expect(page.locator(".photos img")).to_have_count(1)
    assert town.find(number).state == "dibuka_lagi"


def test_a_page_that_is_open_shows_what_changes_and_says_it(town: Town, browser: Browser) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    with open_phone(browser) as context:
        page = watch(context)
        page.clock.install()
        page.goto(f"{town.address}/laporan/{number}")
        town.desk.act(make_staff(), number, do.Start())
        page.clock.fast_forward("00:31")
        expect(page.locator("[data-live]")).to_have_text("Status sekarang: Dalam proses")
        expect(page.locator(".report .pill")).to_have_text("Dalam proses")
        expect(page.locator(".stages .now")).to_contain_text("Selesai")


def test_what_somebody_writes_is_not_replaced_by_what_changes(town: Town, browser: Browser) -> None:
    number = town.send(HOLE, lokasi="Kelurahan Bangka")
    town.close(number)
    with open_phone(browser) as context:
        page = watch(context)
        page.clock.install()
        page.goto(f"{town.address}/laporan/{number}?kunci={town.desk.key_of(number)}")
        page.get_by_label("Apa yang belum beres?").fill("Lubangnya masih ada")
        town.desk.act(make_staff(), number, do.Remark(text="catatan"))
        page.clock.fast_forward("00:31")
        expect(page.get_by_text("Laporan ini baru saja berubah.")).to_be_visible()
        expect(page.get_by_label("Apa yang belum beres?")).to_have_value("Lubangnya masih ada")
