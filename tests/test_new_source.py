"""A new source is guessed from a site, written down, and passes what every collector passes."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from made import NOW
from serving_replies import Page
from standard_cases import LOGIN_PAGE, serve_pages

from dengar.cli import main
from dengar.errors import AuthExpired, BadSettings, Blocked, Forbidden, RateLimited, SourceChanged, StopSource
from dengar.ingest.protocol import Budget, Source
from dengar.models import Draft
from dengar.new_source import NewSource, find_source, tell, write_source
from dengar.settings import CONFIG_VARIABLE
from dengar.wiring import make_source

ROOT = Path(__file__).parents[1]
HTML = {"content-type": "text/html; charset=utf-8"}
TITLES = ("Lampu jalan mati", "Got mampet di depan SD", "Trotoar dipakai parkir", "Air PAM keruh", "Sampah menumpuk")


def make_page(body: str) -> Page:
    menu = "<nav><ul><li><a href=/>Beranda warga</a></li><li><a href=/tentang>Tentang kami</a></li></ul></nav>"
    script = "<script>var kunjungan = 8123;</script>"
    page = f"<!doctype html><html><head><title>Suara</title>{script}</head><body>{menu}{body}</body></html>"
    return 200, HTML, page.encode()


def make_site(*, with_articles: bool) -> dict[str, Page]:
    rows, pages = "", {}
    for n, title in enumerate(TITLES, start=31):
        time = f"<time datetime=2026-11-{50 - n}T09:00:00+07:00>{n}</time>"
        facts = f"<p class=info><b class=penulis>Warga {n}</b>, {time}</p>"
        short = f"<p class=isi>{title} sejak beberapa hari, warga RT {n} sudah melapor ...</p>"
        rows += f"<div class=laporan><h3><a href=/lapor/{n}>{title}</a></h3>{short}{facts}</div>"
        long = f"<p>{title} sejak beberapa hari, warga RT {n} sudah melapor.</p><p>Petugas datang sekali, memotret, "
        long += "lalu tidak ada kabar lagi sampai hari ini. Mohon ditindaklanjuti.</p>"
        pages[f"/lapor/{n}"] = make_page(
            f"<main><article><h1>{title}</h1>{facts}<div class=uraian>{long}</div></article></main>"
        )
    more = "<a class=lanjut rel=next href='/lapor?hal=2'>&raquo;</a>"
    listed = make_page(f"<main><section class=daftar>{rows}</section>{more}</main>")
    return {"/lapor": listed} | (pages if with_articles else {})


def find(
    base: str, folder: Path, *, name: str = "suara_warga", path: str = "/lapor", clone: Path | None = None
) -> NewSource:
    config = folder / "dengar.toml"
    return find_source(
        name, base + path, clone=clone, config=config, clock=lambda: NOW, on_page=lambda _: None, delay=0
    )


def read(source: Source) -> list[Draft]:
    batches = source.collector.pull(source.settings, source.collector.Cursor(), None, Budget(), lambda: NOW)
    return [source.collector.parse(item) for batch in batches for item in batch.items]


@pytest.mark.parametrize("with_articles", [True, False])
def test_a_guessed_source_reads_the_site(tmp_path: Path, *, with_articles: bool) -> None:
    with serve_pages(make_site(with_articles=with_articles).get) as base:
        new = find(base, tmp_path)
        write_source(new, tmp_path / "dengar.toml")
        section = tomllib.loads((tmp_path / "dengar.toml").read_text())["sources"]["suara_warga"]
        drafts = read(make_source("suara_warga", section | {"delay": 0}))
    assert section["collector"] == "site"
    assert ("article" in section) == with_articles
    assert sorted(draft.text.splitlines()[0] for draft in drafts) == sorted(
        f"{title} sejak beberapa hari, warga RT {n} sudah melapor{'.' if with_articles else ' ...'}"
        for n, title in enumerate(TITLES, start=31)
    )
    assert all(("memotret" in draft.text) == with_articles for draft in drafts)
    assert sorted(draft.author for draft in drafts) == [f"Warga {n}" for n in range(31, 36)]
    assert not any(draft.flags for draft in drafts)


def test_the_first_entries_are_shown_and_what_was_written(tmp_path: Path) -> None:
    with serve_pages(make_site(with_articles=True).get) as base:
        new = find(base, tmp_path)
    said = tell(new, tmp_path / "dengar.toml")
    assert said.count("Petugas datang sekali") == 3
    assert f"1. Warga 31 | 19 Nov 2026 02:00 UTC | no place | {base}/lapor/31" in said
    assert new.section in said
    assert str(tmp_path / "cases" / "suara_warga" / "expected.json") in said


def test_the_configuration_keeps_what_it_had(tmp_path: Path) -> None:
    config = tmp_path / "dengar.toml"
    config.write_text("# ours\n[web]\nport = 9000  # not 8000")
    with serve_pages(make_site(with_articles=False).get) as base:
        write_source(find(base, tmp_path), config)
        assert config.read_text().startswith("# ours\n[web]\nport = 9000  # not 8000\n\n[sources.suara_warga]\n")
        with pytest.raises(BadSettings, match=r"has a section \[sources\.suara_warga\] already"):
            find(base, tmp_path)
        config.write_text("sources = {}\n")
        with pytest.raises(BadSettings, match="No section can be added to"):
            find(base, tmp_path)
        config.unlink()
        with pytest.raises(BadSettings, match="cases/suara_warga exists already"):
            find(base, tmp_path)


@pytest.mark.parametrize(
    "name", ["Suara", "1a", "", "a-b", "a b", "../x", "class", "a" * 41, "site", "feed", "formats", "fetch"]
)
def test_a_name_that_cannot_be_used_is_refused_before_anything_is_asked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings):
        find("http://127.0.0.1:9", tmp_path, name=name)


@pytest.mark.parametrize("url", ["ftp://x.example/", "x.example/lapor", "/lapor", "file:///etc/passwd", "", "http://"])
def test_what_is_no_address_of_the_web_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSettings, match="is no address of a web page"):
        find(url, tmp_path, path="")


def answer(status: int, body: str = "<html>", **headers: str) -> Page:
    return status, HTML | {name.replace("_", "-"): text for name, text in headers.items()}, body.encode()


@pytest.mark.parametrize(("page", "error", "says"), [
    ((200, HTML, LOGIN_PAGE), Blocked, "shows a login page"),
    (answer(404), SourceChanged, r"There is no page at .*/lapor \(404\): correct the address"),
    (answer(200, "%PDF", content_type="application/pdf"), SourceChanged, "is no web page, but application/pdf"),
    (answer(302, location="https://elsewhere.example/"), Blocked, r"sends us away to elsewhere\.example"),
    (answer(401), AuthExpired, "refuses"),
    (answer(403), Forbidden, "forbids the access"),
    (answer(429, retry_after="60"), RateLimited, "asks to wait"),
    (make_page("<h1>Selamat datang</h1>"), SourceChanged, "Nothing repeats on .*/lapor: give the address of a list"),
    (make_page("<ul>" + "<li>Isi yang sama di setiap baris</li>" * 9 + "</ul>"), SourceChanged, "Nothing repeats"),
    (answer(200, ""), SourceChanged, "Nothing repeats"),
])  # fmt: skip
def test_a_page_that_gives_no_list_is_explained(tmp_path: Path, page: Page, error: type[StopSource], says: str) -> None:
    with serve_pages({"/lapor": page}.get) as base, pytest.raises(error, match=says):
        find(base, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_forbids_programs_is_left_alone(tmp_path: Path) -> None:
    pages = make_site(with_articles=True) | {"/robots.txt": (200, {}, b"User-agent: *\nDisallow: /lapor\n")}
    with serve_pages(pages.get) as base, pytest.raises(Forbidden, match=r"robots\.txt forbids programs"):
        find(base, tmp_path)


def test_where_only_the_list_may_be_read_the_list_is_read(tmp_path: Path) -> None:
    pages = make_site(with_articles=True) | {"/robots.txt": (200, {}, b"User-agent: *\nDisallow: /lapor/\n")}
    with serve_pages(pages.get) as base:
        new = find(base, tmp_path)
    assert "article" not in new.section
    assert len(new.entries) == 3


def test_the_command_explains_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "dengar.toml"))
    done = CliRunner().invoke(main, ["new-source", "feed", "https://x.example/"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "There is a collector named 'feed' already" in done.stderr


def copy_clone(folder: Path, *, tests: bool) -> None:
    def leave(_: str, names: list[str]) -> set[str]:
        return {"__pycache__", "model", "corpus", "sample_day"} & set(names)

    shutil.copytree(ROOT / "dengar", folder / "dengar", ignore=leave)
    if tests:
        shutil.copytree(ROOT / "tests" / "cases" / "site", folder / "tests" / "cases" / "site")
        for path in (ROOT / "tests").glob("*.py"):
            shutil.copy(path, folder / "tests")
        shutil.copy(ROOT / "pyproject.toml", folder)


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this Python in the folder, whose own copy of dengar it finds first."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def test_in_a_clone_it_becomes_a_collector_that_passes_the_tests_of_all_collectors(tmp_path: Path) -> None:
    copy_clone(tmp_path, tests=True)
    with serve_pages(make_site(with_articles=True).get) as base:
        done = call(tmp_path, "dengar", "new-source", "suara_warga", f"{base}/lapor")
    assert done.returncode == 0, done.stderr
    assert "4 pages" in done.stderr
    assert done.stdout.count("Petugas datang sekali") == 3
    module = tmp_path / "dengar" / "ingest" / "spiders" / "suara_warga.py"
    page = tmp_path / "docs" / "sources" / "suara_warga.md"
    assert "`suara_warga`" in page.read_text()
    assert tomllib.loads((tmp_path / "dengar.toml").read_text())["sources"]["suara_warga"]["collector"] == "suara_warga"
    expected = json.loads((tmp_path / "tests" / "cases" / "suara_warga" / "expected.json").read_text())
    assert [one["author"] for one in expected] == ["Warga 31", "Warga 32", "Warga 33"]
    for words in (["ruff", "check", str(module)], ["ruff", "format", "--check", str(module)]):
        assert call(tmp_path, *words).returncode == 0, call(tmp_path, *words).stdout
    tested = call(tmp_path, "pytest", "tests/test_collectors.py", "-q", "-k", "suara_warga", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
    again = call(tmp_path, "dengar", "new-source", "suara_warga", f"{base}/lapor")
    assert (again.returncode, again.stdout) == (2, "")
    assert "already: choose another name" in again.stderr


def test_in_an_installed_package_only_the_configuration_is_written(tmp_path: Path) -> None:
    copy_clone(tmp_path, tests=False)
    before = set((tmp_path / "dengar").rglob("*.py"))
    with serve_pages(make_site(with_articles=False).get) as base:
        done = call(tmp_path, "dengar", "new-source", "suara_warga", f"{base}/lapor")
    assert done.returncode == 0, done.stderr
    assert set((tmp_path / "dengar").rglob("*.py")) == before
    assert tomllib.loads((tmp_path / "dengar.toml").read_text())["sources"]["suara_warga"]["collector"] == "site"
    assert sorted(path.name for path in (tmp_path / "cases" / "suara_warga").iterdir()) == [
        "case.toml", "changed.html", "daftar.html", "empty.html", "expected.json",
    ]  # fmt: skip
