"""The routing rules in the browser: read in words, tried out, brought into use, taken back."""

import html
import re
from collections.abc import Callable, Iterator
from time import monotonic

import httpx2
import pytest
from browsing import DESKTOP, find_barriers, window
from deskwork import hear, locator, make_staff, sure, units
from made import make_labels
from playwright.sync_api import Browser, expect
from web_site import NOW, Running, open_session, serve

from dengar.amending import Amending
from dengar.models import Role, hash_key
from dengar.routing.rules import BUILT_IN
from dengar.ruling import Ruling
from dengar.store import Store
from dengar.store.rules import AddedMeanwhile
from dengar.web.access import SESSION_COOKIE
from dengar.web.aturan.door import RulesDoor
from dengar.web.aturan.wording import line_of
from dengar.wiring import category_codes

BUILT_IN_TEXT = BUILT_IN.read_text(encoding="utf-8")
OLD, NEW = 'units = ["sudin:bina_marga"]', 'units = ["kelurahan"]'


GREEDY = '[[rule]]\nname = "serakah"\nunits = ["kelurahan"]\nreason = "Semua."\n\n'


def make_door(store: Store) -> Amending:
    ruling = Ruling(store, lambda: NOW, None, categories=set(category_codes().values()), units=units())
    ruling.adopt()
    return Amending(store, lambda: ruling, category_codes(), lambda: NOW)


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    assert locator()
    store.units.save(list(units().values()))
    with serve(store, rules=make_door(store)) as running:
        yield running


def hire(store: Store, name: str, role: Role) -> dict[str, str]:
    store.staff.add(make_staff(name, role).replace(key_hash=hash_key(f"kunci {name}")))
    return {"authorization": f"Bearer kunci {name}"}


@pytest.fixture
def admin(store: Store, site: Running) -> Iterator[httpx2.Client]:
    with site.client(**hire(store, "ani", "admin")) as client:
        yield client


def wait_for(found: Callable[[], str | None]) -> str:
    end = monotonic() + 30
    while monotonic() < end:
        if (told := found()) is not None:
            return told
    raise AssertionError("nothing came of it")


def try_out(client: httpx2.Client, text: str) -> tuple[str, str]:
    """Begin a trial and wait for its end; gives its address and the page."""
    begun = client.post("/aturan/uji", data={"aturan": text})
    assert begun.status_code == 303, html.unescape(begun.text)
    address = begun.headers["location"]

    def over() -> str | None:
        page = client.get(address).text
        return None if "hx-get" in page else page

    return address, wait_for(over)


def changed_text(before: str = OLD, after: str = NEW) -> str:
    assert before in BUILT_IN_TEXT
    return BUILT_IN_TEXT.replace(before, after)


def base_of(store: Store) -> str:
    return str(store.rules.last_number())


def test_the_rules_are_read_in_words_and_in_order(store: Store, site: Running) -> None:
    with site.client(**hire(store, "sari", "operator")) as client:
        page = html.unescape(client.get("/aturan").text)
        assert "suku dinas setempat: Bina Marga" in page
        assert "kelurahan setempat" in page
        assert "menyebut salah satu dari “lampu merah”, “lampu lalu lintas”" in page
        assert "3 hari kerja" in page
        assert "LAPOR! (pemerintah pusat)" in page
        assert re.search(r"Tanpa tindakan pertama, 0 jam sesudah tenggat: unit di atasnya", page)
        assert page.count("<tr><td>") >= 36
        assert "Ubah aturan" not in page
        assert "Kembali ke versi" not in page
        assert client.get("/aturan/ubah").status_code == 403
        assert client.post("/aturan", data={"versi": "1"}).status_code == 403
    with site.client(**hire(store, "analis", "analis")) as client:
        assert client.get("/aturan").status_code == 403


def test_every_condition_has_words(store: Store, admin: httpx2.Client) -> None:
    every = """
[[rule]]
name = "semua syarat"
categories = ["banjir", "sampah"]
words = ["got"]
all_words = ["bau"]
no_words = ["pasar"]
places = ["31.74", "31.74.02.1001"]
near_border = true
hours = "22:00-05:00"
days = ["sat", "free"]
dates = ["2026-12-24..2027-01-02"]
channels = ["sms", "x"]
flags = ["spam"]
urgencies = ["danger"]
confidence_below = 0.9
confidence_above = 0.5
units = ["dinas:bpbd"]
priority = 3
reason = "Uji."

[[rule]]
name = "lain"
place = "unknown"
outcome = "review"
reason = "Tempatnya tidak diketahui."
"""
    address, _ = try_out(admin, every)
    form = {"aturan": every, "dasar": base_of(store), "catatan": "uji"}
    assert admin.post("/aturan", data=form).headers["location"] == "/aturan?dipakai=2", address
    page = html.unescape(admin.get("/aturan").text)
    for told in (
        "jenisnya", "menyebut salah satu dari “got”", "menyebut semua dari “bau”", "tidak menyebut “pasar”",
        "di Kota Administrasi Jakarta Selatan atau Kelurahan", "dekat batas kelurahan", "pukul 22:00-05:00",
        "pada Sabtu atau hari libur", "2026-12-24 - 2027-01-02", "lewat SMS atau X", "ditandai spam", "Darurat",
        "di bawah 90%", "paling sedikit 50%", "Badan Penanggulangan Bencana Daerah", "paling dulu",
        "tempatnya tidak diketahui", "petugas memutuskan",
    ):  # fmt: skip
        assert told in page, told
    english = html.unescape(admin.get("/aturan?bahasa=en").text)
    for told in ("received on Saturday or a free day", "mentions none of “pasar”", "confidence below 90%"):
        assert told in english, told


@pytest.mark.parametrize(("before", "after", "says"), [
    (OLD, 'units = ["sudin:bos"]', "names the unknown unit 'sudin:bos'"),
    ("[[rule]]", f"{GREEDY}[[rule]]", "is never reached"),
    ("[clocks]", "[clocks", "cannot be read"),
])  # fmt: skip
def test_what_is_broken_is_refused_with_its_line_and_stays_in_the_editor(
    store: Store, admin: httpx2.Client, before: str, after: str, says: str
) -> None:
    text = BUILT_IN_TEXT.replace(before, after, 1)
    answer = admin.post("/aturan/uji", data={"aturan": text.replace("\n", "\r\n")})
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert says in page
    assert re.search(r"Ke baris \d+", page)
    assert after.splitlines()[-1] in page
    form = {"aturan": text, "dasar": base_of(store), "catatan": "paksa"}
    assert admin.post("/aturan", data=form).status_code == 422
    assert store.rules.last_number() == 1


def test_a_trial_shows_what_would_change(store: Store, admin: httpx2.Client) -> None:
    moved, kept = hear(store, sure("1"), sure("2", "Sampah menumpuk", labels=make_labels("sampah")))
    address, page = try_out(admin, changed_text())
    page = html.unescape(page)
    assert "Suku Dinas Bina Marga Jakarta Selatan" in page
    assert "Kelurahan Setia Budi" in page
    assert f'href="/laporan/{moved.number}"' in page
    assert kept.number not in page
    assert re.search(r"laporan dilihat</dt><dd>2</dd>", page)
    assert re.search(r"berubah</dt><dd>1</dd>", page)
    assert f"-{OLD}" in page
    assert f"+{NEW}" in page
    assert store.rules.last_number() == 1
    assert NEW in html.unescape(admin.get(f"/aturan/ubah?dari={address.split('/')[-1]}").text)


def test_rules_are_used_after_a_trial_and_taken_back_in_one_click(store: Store, admin: httpx2.Client) -> None:
    text = changed_text()
    form = {"aturan": text, "dasar": base_of(store), "catatan": "Jalan milik kelurahan"}
    untried = admin.post("/aturan", data=form)
    assert untried.headers["location"].startswith("/aturan/uji/")
    assert store.rules.last_number() == 1
    try_out(admin, text)
    assert admin.post("/aturan", data=form | {"catatan": " "}).status_code == 422
    assert admin.post("/aturan", data=form).headers["location"] == "/aturan?dipakai=2"
    version = store.rules.last()
    assert version is not None
    assert (version.text, version.by, version.note) == (text, "ani", "Jalan milik kelurahan")
    page = html.unescape(admin.get("/aturan?dipakai=2").text)
    assert "Versi 2 sekarang memutuskan." in page
    assert "Jalan milik kelurahan" in page
    older = html.unescape(admin.get("/aturan/versi/1").text)
    assert f"+{OLD}" in older
    assert admin.post("/aturan", data={"versi": "1"}).headers["location"] == "/aturan?dipakai=3"
    version = store.rules.last()
    assert version is not None
    assert (version.text, version.note) == (BUILT_IN_TEXT, "Kembali ke versi 1")


def test_what_was_tried_against_older_rules_is_tried_again(store: Store, admin: httpx2.Client) -> None:
    text = changed_text()
    base = base_of(store)
    try_out(admin, text)
    make_door(store).use(changed_text(after='units = ["dinas:bpbd"]'), "lain", "budi", "mendahului")
    answer = admin.post("/aturan", data={"aturan": text, "dasar": base, "catatan": "terlambat"})
    assert answer.headers["location"].startswith("/aturan/uji/")
    assert store.rules.last_number() == 2


def test_unknown_versions_and_trials_are_not_found(admin: httpx2.Client) -> None:
    assert admin.get("/aturan/versi/99").status_code == 404
    assert admin.get("/aturan/versi/x").status_code == 404
    assert admin.post("/aturan", data={"versi": "99"}).status_code == 404
    gone = admin.get("/aturan/uji/abc")
    assert (gone.status_code, "Simulasi ini sudah tidak ada" in gone.text) == (404, True)


def test_an_older_version_that_cannot_be_used_any_more_says_why(store: Store, admin: httpx2.Client) -> None:
    (version,) = store.rules.history()
    store.rules.add(version.replace(number=2, text=changed_text(after='units = ["dinas:tutup"]'), origin="chosen"))
    store.rules.add(version.replace(number=3, origin="chosen"))
    page = html.unescape(admin.get("/aturan/versi/2").text)
    assert "names the unknown unit 'dinas:tutup'" in page
    assert "Kembali ke versi 2" not in page
    assert admin.post("/aturan", data={"versi": "2"}).status_code == 422
    assert store.rules.last_number() == 3


class Faster(Amending):
    """Somebody else is always faster."""

    def use(self, *_: str) -> None:  # type: ignore[override]  # it never returns
        raise AddedMeanwhile("Other rules came into use just now.")


class Failing(Amending):
    """The store is gone while a trial runs."""

    def try_out(self, *_: object) -> None:  # type: ignore[override]  # it never returns
        raise TimeoutError("no store")


def over_door(store: Store, kind: type[Amending]) -> RulesDoor:
    made = make_door(store)
    return kind(store, made._ruling, category_codes(), lambda: NOW)  # noqa: SLF001  one part of it is replaced


def test_two_who_change_at_once_do_not_overwrite_each_other(store: Store) -> None:
    store.units.save(list(units().values()))
    with serve(store, rules=over_door(store, Faster)) as site, site.client(**hire(store, "ani", "admin")) as admin:
        assert admin.post("/aturan", data={"versi": "1"}).status_code == 409


def test_a_trial_that_fails_says_so_and_can_be_tried_again(store: Store) -> None:
    with serve(store, rules=over_door(store, Failing)) as site, site.client(**hire(store, "ani", "admin")) as admin:
        _, page = try_out(admin, changed_text())
        assert "Simulasi terhenti: no store" in page
        assert "Pakai versi ini" not in page


def test_without_rules_there_is_no_page(store: Store) -> None:
    with serve(store) as site, site.client(**hire(store, "ani", "admin")) as admin:
        assert admin.get("/aturan").status_code == 404


@pytest.mark.parametrize(("problem", "line"), [
    ("Rule 'semua' (line 8) names", 8), ("Expected ']' (at line 12, column 9).", 12), ("calendar.hours: x", None),
])  # fmt: skip
def test_the_line_of_a_mistake(problem: str, line: int | None) -> None:
    assert line_of(problem) == line


def test_an_admin_changes_the_rules_in_a_browser(store: Store, site: Running, browser: Browser) -> None:
    hear(store, *(sure(str(n)) for n in range(3)))
    hire(store, "ani", "admin")
    with window(browser, DESKTOP) as context:
        token = open_session(store, "ani")
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site.address}])
        page = context.new_page()
        page.goto(f"{site.address}/aturan")
        assert not find_barriers(page)
        page.get_by_role("link", name="Ubah aturan").click()
        page.wait_for_url("**/aturan/ubah")
        assert not find_barriers(page)
        area = page.get_by_label("Teks aturan (TOML)")
        area.fill(changed_text())
        page.get_by_role("button", name="Periksa dan lihat akibatnya").click()
        expect(page.get_by_role("button", name="Pakai versi ini")).to_be_visible(timeout=20_000)
        assert not find_barriers(page)
        page.get_by_label("Mengapa aturan ini berubah?").fill("Jalan milik kelurahan")
        page.get_by_role("button", name="Pakai versi ini").click()
        expect(page.get_by_role("status")).to_contain_text("Versi 2 sekarang memutuskan.")
        page.get_by_role("button", name="Kembali ke versi 1").click()
        expect(page.get_by_role("status")).to_contain_text("Versi 3 sekarang memutuskan.")
    assert [one.by for one in store.rules.history()] == ["ani", "ani", "dengar"]


def test_a_mistake_leads_to_its_line_in_the_editor(store: Store, site: Running, browser: Browser) -> None:
    hire(store, "ani", "admin")
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # a plain dict, as `window` has it
    token = open_session(store, "ani")
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site.address}])
    page = context.new_page()  # a refusal (422) is an error on its console
    page.goto(f"{site.address}/aturan/ubah?bahasa=id")
    page.get_by_label("Teks aturan (TOML)").fill(changed_text(after='units = ["sudin:bos"]'))
    page.get_by_role("button", name="Periksa dan lihat akibatnya").click()
    expect(page.get_by_role("alert")).to_contain_text("unknown unit 'sudin:bos'")
    assert not find_barriers(page)
    page.get_by_role("link", name="Ke baris").first.click()
    chosen = page.evaluate("(() => { const a = document.activeElement; "
                           "return a.value.slice(a.selectionStart, a.selectionEnd); })()")  # fmt: skip
    assert chosen == "[[rule]]"
    context.close()
