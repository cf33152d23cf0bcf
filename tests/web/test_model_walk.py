"""An analyst's afternoon in a browser: ten labels by keyboard, a training, a comparison, a promotion, a rollback."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest
from model_city import hire, judge_by_exam, make_answers, make_door, make_settings, make_version, queue_posts
from playwright.sync_api import Page, expect, sync_playwright
from web_site import Running, serve

from dengar.classify.corpus import Example
from dengar.model_work import start
from dengar.store import Store
from dengar.wiring import Parts, category_names, utc_now

PASSWORD = "empat kata yang panjang"
OLD, BETTER = "a" * 12, "b" * 12
QUICK_MS, TRAINED_MS = 1000, 300_000  # on a machine that does much else
TEXTS = [f"banjir di gang nomor {number}" for number in range(12)]

# Gives the milliseconds from a key to the next message, as the page itself sees it.
PRESS = """(key) => new Promise((done) => {
  const before = document.querySelector("#tugas").dataset.post, began = performance.now();
  const seen = new MutationObserver(() => {
    if (document.querySelector("#tugas").dataset.post === before) return;
    seen.disconnect();
    done(performance.now() - began);
  });
  seen.observe(document.body, { childList: true, subtree: true });
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
})"""


@pytest.fixture
def corpus(few_examples: Sequence[Example], tmp_path: Path) -> Path:
    """Write a corpus of few texts, so that training takes seconds."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for category, some in groupby(few_examples, key=lambda one: one.category):
        rows = [
            {"text": one.text, "register": one.register, "scope": "neutral", "urgency": one.urgency, "sentiment": 0}
            for one in some
        ]
        (folder / f"{category}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture
def parts(store: Store, mongo_uri: str, small_model: Path, tmp_path: Path) -> Parts:
    old = make_version(small_model, tmp_path / OLD, OLD, make_answers({"sampah": 100}, 84))
    better = make_version(small_model, tmp_path / BETTER, BETTER, make_answers({"sampah": 95}, 94))
    made = Parts(make_settings(mongo_uri, store, old, tmp_path), store)
    made.registry.adopt()
    made.registry.enter(better, "budi")
    judge_by_exam(store, better, old, utc_now())
    return made


@pytest.fixture
def site(store: Store, parts: Parts, corpus: Path) -> Iterator[Running]:
    hire(store, "ani", "analis", utc_now())
    store.staff.set_password("ani", PASSWORD)
    queue_posts(store, TEXTS, utc_now())
    door = make_door(parts, partial(start, parts.settings, corpus=corpus))
    with serve(store, model=door, categories=category_names(), clock=utc_now) as running:
        yield running


@pytest.fixture
def page(site: Running) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = browser.new_page(base_url=site.address, locale="id-ID")
        opened.goto("/masuk?ke=/model/label")
        opened.fill("#nama", "ani")
        opened.fill("#sandi", PASSWORD)
        opened.press("#sandi", "Enter")
        yield opened
        browser.close()


def test_an_analyst_labels_trains_compares_promotes_and_goes_back(page: Page, store: Store, parts: Parts) -> None:
    expect(page.locator("#tugas blockquote")).to_have_text(TEXTS[0])
    page.wait_for_load_state("networkidle")
    waited = []
    for number in range(10):
        waited.append(page.evaluate(PRESS, "hb1x"[number % 4]))
        expect(page.locator("#kemajuan b").first).to_have_text(str(number + 1))
        page.wait_for_load_state("networkidle")
    assert sorted(waited)[5] < QUICK_MS
    said = [label.category for label in store.human_labels.find_all()]
    assert said == (["sampah", "banjir", "banjir", "bukan_keluhan"] * 3)[:10]
    page.keyboard.press("u")
    expect(page.locator("#tugas blockquote")).to_have_text(TEXTS[9])
    page.keyboard.press("Shift+H")
    page.keyboard.press("b")
    expect(page.locator("#tugas blockquote")).to_have_text(TEXTS[10])
    expect(page.locator("#kemajuan")).to_contain_text("Banjir")
    assert store.human_labels.find_all()[-1].also == ("sampah",)

    page.goto("/model")
    page.click("button:has-text('Latih versi baru') >> nth=0")
    expect(page.locator("#kerja")).to_contain_text("Gerbang: belum lolos.", timeout=TRAINED_MS)
    page.click("#kerja a")
    expect(page.locator(".checks .bad")).to_contain_text("Cukup teks ujian")
    expect(page.locator("button:has-text('Layankan')")).to_have_count(0)

    page.goto(f"/model/{BETTER}")
    page.click("text=Di mana ia lebih buruk?")
    expect(page.locator("tbody tr").first).to_contain_text("Sampah")
    expect(page.locator("tbody tr").first).to_contain_text("Pasti lebih buruk")
    page.go_back()
    page.fill("#alasan", "sampah hanya turun sedikit")
    page.click("button:has-text('Layankan versi ini')")
    expect(page.locator("[role=status]")).to_contain_text("Versi ini melayani")
    assert parts.registry.adopt().version == BETTER

    page.click("summary:has-text('Kembali ke versi')")
    page.click("button:has-text('Ya, kembalikan sekarang')")
    expect(page.locator("[role=status]")).to_contain_text("Versi sebelumnya melayani lagi")
    assert parts.registry.adopt().version == OLD
