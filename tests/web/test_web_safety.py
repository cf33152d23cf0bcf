# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
from web_city import save_report
from web_site import Running, site

from dengar.feeds.taming import tame
from dengar.store import Store

PATHS = (
    "/",
    "/?bahasa=en",
    "/lapor",
    "/cek",
    "/status",
    "/sehat",
    "/metrics",
    "/robots.txt",
    "/favicon.ico",
    "/static/site.css",
    "/foto/a1b2c3d4e5",
    "/laporan/DKI-2611-000100",
    "/laporan/nope",
    "/nope",
    "/api/laporan",
    "/api/laporan?limit=x",
    "/api/status",
    "/api/openapi.json",
    "/kait/balai",
)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u202egnp.exe\x00" + "e\u0301\u0302\u0303\u0304" * 30
)


def test_every_answer_forbids_what_is_not_ours(store: Store, site: Running) -> None:
    save_report(store)
    for path in PATHS:
        headers = site.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "referrer-policy" in headers, path
        assert "server" not in headers, path


def test_hostile_text_is_only_text(store: Store, site: Running) -> None:
    save_report(store, title=HOSTILE, texts=(HOSTILE + "A" * 10_000,), review=(HOSTILE,), category="<i>")
    for path in ("/", "/laporan/DKI-2611-000100"):
        page = site.get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "{{7*7}}" in page
        for bad in ("<script>alert", "<img src=x", "<i>", "\u202e", "\x00", "\u0302\u0303\u0304", "A" * 2000):
            assert bad not in page, (path, bad)


def test_pages_carry_no_inline_script_or_style_and_name_no_other_host(store: Store, site: Running) -> None:
    save_report(store)
    for path in ("/", "/lapor", "/status", "/laporan/DKI-2611-000100", "/nope"):
        page = site.get(path).text.replace(site.address, "")  # who shares a page must be told its whole address
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert "http://" not in page
        assert "https://" not in page


def test_text_is_tamed_without_losing_its_words() -> None:
    assert tame("Banjir\u202e \x07di \u2066Tebet") == "Banjir di Tebet"
    assert tame("Cafe\u0301 d\u0300\u0301\u0302\u0303") == "Cafe\u0301 d\u0300\u0301"
    assert tame("a" * 200) == "a" * 159 + "…"
    assert tame("satu\ndua") == "satu\ndua"


def test_hostile_numbers_find_nothing(site: Running) -> None:
    for number in ("%3Cscript%3E", "..%2F..%2Fetc", "a" * 500, "%00", "%F0%9F%92%A9", "$ne"):
        assert site.get(f"/laporan/{number}").status_code == 404


def test_no_address_that_somebody_invents_leads_to_another_host(site: Running) -> None:
    with site.client() as client:
        for path in ("//evil.example/x", "/%5Cevil.example", "/%2F%2Fevil.example", "/x%22%3E%3Cb%3E"):
            page = client.get(site.address + path)
            assert page.status_code == 404
            assert 'href="//' not in page.text
            assert 'href="/\\' not in page.text
            assert "<b>" not in page.text


def test_a_strange_host_header_breaks_nothing(site: Running) -> None:
    with site.client(host="[") as client:
        assert client.get("/").status_code == 200
        assert client.get("/nope").status_code == 404
        assert client.get("/api/nope").status_code == 404
