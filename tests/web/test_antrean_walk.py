"""Ten reports are decided in Chromium by keyboard alone, and what happens around somebody who works."""

from collections.abc import Iterator

import pytest
from deskwork import elsewhere, find, hear, sure, unsure
from made import make_place, make_post
from playwright.sync_api import Page, expect, sync_playwright
from web_desk import doubtful, hire, open_desk, unsure_category, unsure_place
from web_site import Running

from dengar.models import Report
from dengar.store import Store

SETIABUDI = "31.74.02.1001"


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    with open_desk(store) as running:
        yield running


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1366, "height": 900}, locale="id-ID")
        browser.close()


@pytest.fixture
def page(store: Store, site: Running, browser_page: Page) -> Page:
    browser_page.context.clear_cookies()
    cookie = {"name": "dengar_sesi", "value": hire(store, "sari"), "url": site.address}
    browser_page.context.add_cookies([cookie])  # type: ignore[list-item]
    browser_page.goto(f"{site.address}/antrean")
    return browser_page


def ten(store: Store) -> list[Report]:
    twin = elsewhere("20")
    (winner,) = hear(store, twin)
    return [
        doubtful(store, sure("1", "Jalan berlubang satu", place=make_place("31.74.02.1002")), "safety"),
        doubtful(store, sure("2", "Jalan berlubang dua", place=make_place("31.74.02.1003")), "personal_data"),
        doubtful(store, sure("3", "Beli obat murah klik sini", place=make_place("31.74.02.1004")), "spam"),
        hear(store, unsure_category("4", "Tolong diurus yang di depan pasar"))[0],
        hear(store, unsure_place("5", "Lubang besar dekat terminal"))[0],
        hear(store, make_post("6", "Trotoar rusak parah sekali", place=None))[0],
        hear(store, unsure("7", "Kami mohon bantuan"))[0],
        doubtful(store, sure("8", "Aspal mengelupas", place=make_place("31.74.02.1005")), "outside"),
        doubtful(store, sure("9", "Selokan bau", place=make_place("31.74.02.1006")), "no_complaint"),
        doubtful(store, elsewhere("21", place=make_place("31.71.01.1002")), "duplicate", related=winner.number),
    ]


def decide(page: Page, number: str) -> None:
    """Decide about the open report by keys; the ones that lack something are told by the page."""
    went_on, told = f'#meja:not([data-open="{number}"])', f'#hasil:has(a[href="/kasus/{number}"])'
    page.keyboard.press("a")
    expect(page.locator(f"{went_on}, #masalah, {told}").first).to_be_visible()
    if page.locator("#meja").get_attribute("data-open") == number:
        page.keyboard.press("e")
        assert page.evaluate("document.activeElement.name") == "tempat"
        page.keyboard.type("Setiabudi")
        page.keyboard.press("Enter")
        expect(page.locator(went_on)).to_be_visible()


def test_ten_reports_are_decided_by_keys_alone(store: Store, page: Page) -> None:
    reports = ten(store)
    page.reload()
    expect(page.locator(".rows li")).to_have_count(10)
    page.keyboard.press("n")
    expect(page.locator("#judul")).to_be_focused()
    for _ in range(20):
        number = page.locator("#meja").get_attribute("data-open")
        if not number:
            break
        decide(page, number)
        expect(page.locator("#judul:focus, #tenang:focus")).to_be_visible()
    expect(page.locator("#tenang")).to_be_focused()
    for report in reports:
        decided = find(store, report.number)
        assert decided.needs_review == (), decided.title
        assert "sari" in {event.actor for event in store.events.of_report(report.number)}
    assert store.queue.count(None, None, None) == 0
    states = [find(store, report.number).state for report in reports]
    assert states.count("ditolak") == 3
    assert states.count("duplikat") == 1


def test_keys_move_open_undo_and_explain(store: Store, page: Page) -> None:
    first = hear(store, unsure_category("1"))[0]
    second = hear(store, unsure_place("2"))[0]
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#meja")).to_have_attribute("data-open", first.number)
    assert f"laporan={first.number}" in page.url
    page.keyboard.press("?")
    expect(page.locator("#bantuan")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#bantuan")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.locator("#meja")).to_have_attribute("data-open", second.number)
    assert find(store, first.number).category == "kebersihan"
    page.keyboard.press("u")
    expect(page.locator("#meja")).to_have_attribute("data-open", first.number)
    assert find(store, first.number).needs_review == first.needs_review
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.name") == "unit"
    page.keyboard.type("pln")
    page.keyboard.press("Enter")
    expect(page.locator("#meja")).to_have_attribute("data-open", second.number)
    assert find(store, first.number).unit == "utility:pln"


def test_news_is_told_and_moves_nothing(store: Store, page: Page) -> None:
    first = hear(store, unsure_category("1"))[0]
    page.reload()
    page.keyboard.press("n")
    expect(page.locator("#meja")).to_have_attribute("data-open", first.number)
    with page.expect_response("**/api/meja/aliran?*"):
        page.reload()
    news = hear(store, unsure_place("2"))[0]
    pill = page.locator("#baru")
    expect(pill).to_have_text("1 laporan baru", timeout=15_000)
    assert page.locator(".rows li").count() == 1
    pill.click()
    expect(page.locator(f'.rows li[data-number="{news.number}"]')).to_be_visible()
    expect(pill).to_be_hidden()


def test_the_hold_is_counted_down_and_what_is_typed_survives_a_refusal(store: Store, page: Page) -> None:
    report = hear(store, make_post("1", "Jalan berlubang", place=None))[0]
    page.reload()
    page.keyboard.press("n")
    expect(page.locator("[data-hold] span")).to_contain_text("4:5", timeout=15_000)
    page.keyboard.press("e")
    page.keyboard.type("Negeri Antah")
    page.keyboard.press("Enter")
    expect(page.locator("#masalah")).to_be_focused()
    expect(page.locator('input[name="tempat"]').last).to_have_value("Negeri Antah")
    assert page.locator("#meja").get_attribute("data-open") == report.number


def test_nothing_breaks_the_policy_of_the_page(store: Store, page: Page) -> None:
    hear(store, unsure_category("1"))
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.reload()
    page.keyboard.press("n")
    expect(page.locator("#judul")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#tenang")).to_be_focused()
    assert problems == []
