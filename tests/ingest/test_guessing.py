"""Sites of many makes, guessed by what repeats on them, and read by what was guessed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.ingest.crawling.entries import cut, is_entry, read_fields
from dengar.ingest.crawling.guessing import guess_article, guess_list
from dengar.ingest.crawling.options import FIELDS
from dengar.ingest.crawling.selecting import check_selector, open_html, select

URL = "https://warga.example/keluhan/"
TITLES = (
    "Lampu jalan mati di Jl. Kebon Kacang",
    "Got mampet depan SDN 03 Pagi",
    "Trotoar dipakai parkir motor",
    "Air PAM keruh sejak Senin",
    "Sampah menumpuk di TPS Palmerah",
    "Bau menyengat dari Kali Krukut",
    "Pohon miring dekat Halte Slipi",
)
PLACES = ("Kebon Kacang", "Johar Baru", "Grogol", "Tebet", "Palmerah", "Kemang", "Slipi")
NAMES = ("Siti", "Budi H.", "Ratna", "Agus", "Ibu Dewi", "Joko", "Mega")
MENU = ("Berita warga hari ini", "Agenda kegiatan kota", "Kontak dan alamat kantor", "Tentang kami dan situs")

AROUND = """<!doctype html><html><head><title>x</title></head><body>
<header class=top><a href=/ class=logo>Warga</a><nav class=menu><ul>{menu}</ul></nav></header>
{body}
<aside class=sidebar><h4>Terpopuler</h4><ol>{popular}</ol></aside>
<footer><p>Hak cipta Warga 2026, Jakarta</p><p>Seluruh isi tanggung jawab penulis</p><p>Dibuat di Indonesia</p></footer>
</body></html>"""


@dataclass(frozen=True)
class Row:
    """What one entry says."""

    n: int
    title: str
    place: str
    name: str

    @property
    def text(self) -> str:
        return f"{self.title}. Sudah kami laporkan ke pak RT tetapi belum ada yang datang. (no. {self.n})"

    @property
    def date(self) -> str:
        return f"{61 - self.n} November 2026"


ROWS = [Row(n, *said) for n, said in enumerate(zip(TITLES, PLACES, NAMES, strict=True), start=41)]


def make_page(body: str) -> str:
    menu = "".join(f"<li class=menu-item><a href=/m/{n}>{words}</a></li>" for n, words in enumerate(MENU))
    popular = "".join(f"<li><a href=/pop/{n}>Berita yang banyak dibaca orang nomor {n}</a></li>" for n in range(6))
    return AROUND.format(menu=menu, body=body, popular=popular)


def card(row: Row) -> str:
    kind = "unggulan" if row.n == 41 else ""
    return f"""<div class='card h-100 {kind}'><div class=card-body>
    <h5 class=card-title><a href=/k/{row.n}>{row.title}</a></h5><p class=card-text>{row.text}</p>
    <p class=meta><span class=penulis>{row.name}</span> &middot; <span class=tanggal>{row.date}</span>
    <span class=lokasi>{row.place}</span></p></div></div>"""


def blog(row: Row) -> str:
    return f"""<article id=post-{row.n} class='post-{row.n} post type-post hentry'><header class=entry-header>
    <h2 class=entry-title><a href=https://warga.example/k/{row.n}/ rel=bookmark>{row.title}</a></h2></header>
    <div class=entry-meta><time class=entry-date datetime=2026-11-{61 - row.n}T08:00:00+07:00>{row.date}</time>
    <span class=byline><span class='author vcard'><a href=/author/x>{row.name}</a></span></span></div>
    <div class=entry-summary><p>{row.text}</p></div></article>"""


def table_row(row: Row) -> str:
    link = f"<a href='detil.php?id={row.n}'>{row.title}</a>"
    return f"<tr><td>{row.n}</td><td>{link}</td><td>{row.text}</td><td>{row.date}</td></tr>"


def bare(row: Row) -> str:
    return f"<li><a href=/k/{row.n}>{row.title}</a> - {row.date}<p>{row.text}</p></li>"


def tile(row: Row) -> str:
    return f"""<a href=/k/{row.n} class='block p-4 md:p-6 bg-white rounded-lg shadow'>
    <h3 class='font-bold text-xl'>{row.title}</h3><span class='text-sm text-gray-500'>{row.date}</span>
    <div class='mt-2 leading-6'>{row.text}</div></a>"""


def post(row: Row) -> str:
    return f"""<div class=post id=p{row.n}>
    <div class=kepala><b class=username>{row.name}</b> <small>{row.date}</small></div>
    <div class=isi>{row.text}</div></div>"""


HEADS = "<tr><th>No</th><th>Judul</th><th>Isi</th><th>Tanggal</th></tr>"
LAYOUTS: dict[str, tuple[Callable[[Row], str], str, dict[str, str]]] = {
    "cards": (
        card,
        "<main><div class=row>{}</div><ul><li><a href=?page=1>1</a></li><li><a href=?page=2>2</a></li></ul></main>",
        {"page_url": "?page={page}"},
    ),
    "blog": (
        blog,
        "<main id=main>{}<nav><a class='next page-numbers' href=/keluhan/page/2/>Older posts</a></nav></main>",
        {"next": "a.next"},
    ),
    "table": (
        table_row,
        f"<table border=1>{HEADS}{{}}</table><a href=?hal=2>Selanjutnya &raquo;</a>",
        {"next": "//a[normalize-space()='Selanjutnya \u00bb']"},
    ),
    "bare": (bare, "<h1>Daftar</h1><ul>{}</ul><p><a href=/keluhan/2/>2</a></p>", {"page_url": "/keluhan/{page}/"}),
    "tiles": (
        tile,
        "<section class='grid gap-4'>{}</section><a rel=next href=/keluhan/?p=2>&gt;</a>",
        {"next": "a[rel=next]"},
    ),
    "posts": (post, "<div class=thread>{}</div>", {"id": "::attr(id)"}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_entries_of_many_makes_are_guessed(name: str) -> None:
    make, frame, more = LAYOUTS[name]
    root = open_html(make_page(frame.format("".join(map(make, ROWS)))))
    guess = guess_list(root, URL, NOW)
    assert guess is not None
    assert more.items() <= guess.selectors.items()
    shape = {field: guess.selectors.get(field, "") for field in FIELDS}
    entries = [one for one in cut(root, guess.selectors["entry"], shape, URL) if is_entry(one, ["text"])]
    assert [row.text in entry.fields["text"] for row, entry in zip(ROWS, entries, strict=True)] == [True] * len(ROWS)
    if name != "posts":
        assert [entry.fields["title"] for entry in entries] == list(TITLES)
        assert [str(row.n) in entry.url for row, entry in zip(ROWS, entries, strict=True)] == [True] * len(ROWS)
    if name != "bare":  # its dates stand in no element of their own
        assert all("2026" in entry.fields["date"] for entry in entries)
    if name in {"cards", "blog", "posts"}:
        assert [entry.fields["author"] for entry in entries] == list(NAMES)


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_an_empty_list_shows_is_not_what_a_full_one_does(name: str) -> None:
    make, frame, _ = LAYOUTS[name]
    full = open_html(make_page(frame.format("".join(map(make, ROWS)))))
    guess = guess_list(full, URL, NOW)
    assert guess is not None
    assert select(full, guess.selectors["empty"]) == []


@pytest.mark.parametrize("body", [
    "<h1>Selamat datang</h1><p>Situs ini milik warga.</p>",
    "<ul>" + "<li>Isi yang sama di setiap baris daftar ini</li>" * 9 + "</ul>",
    "<ul><li>a<li>b<li>c<li>d</ul>",
    "<form><input type=password></form>",
])  # fmt: skip
def test_where_nothing_repeats_nothing_is_guessed(body: str) -> None:
    assert guess_list(open_html(f"<html><body>{body}</body></html>"), URL, NOW) is None


ARTICLES: dict[str, str] = {
    "marked": """<main><article><h1>{title}</h1><p class=info>Oleh <b class=penulis>{name}</b>, <time>{date}</time></p>
        <div itemprop=articleBody><p>{text}</p><p>Mohon segera ditindaklanjuti.</p></div></article></main>""",
    "blog": """<div id=content><div class='post-{n} post'><h1 class=entry-title>{title}</h1>
        <div class=entry-content><p>{text}</p><p>Mohon segera ditindaklanjuti.</p></div></div></div>""",
    "plain": "<div class=detil><h2>{title}</h2><div class=isi>{text}<br>Mohon segera ditindaklanjuti.</div></div>",
}  # fmt: skip


@pytest.mark.parametrize("name", ARTICLES)
def test_the_text_behind_a_link_is_guessed(name: str) -> None:
    said = [{"n": row.n, "title": row.title, "text": row.text, "name": row.name, "date": row.date} for row in ROWS[:3]]
    pages = [open_html(make_page(ARTICLES[name].format(**one))) for one in said]
    guess = guess_article(pages, NOW)
    shape = {field: guess.get(field, "") for field in FIELDS}
    for page, one in zip(pages, said, strict=True):
        fields = read_fields(select(page, guess["article"])[:1], shape, URL)
        assert fields["title"] == one["title"]
        assert str(one["text"]) in fields["text"]
        assert "Mohon segera ditindaklanjuti" in fields["text"]
        assert "Terpopuler" not in fields["text"]
        if name == "marked":
            assert (fields["author"], fields["date"]) == (one["name"], one["date"])


def test_pages_that_have_nothing_in_common_are_no_articles() -> None:
    pages = [open_html(make_page(page)) for page in ("<h1>a</h1>", "<video src=x></video>")]
    assert guess_article(pages, NOW) == {}
    assert guess_article([], NOW) == {}


PIECES = st.sampled_from([
    "<ul>", "</ul>", "<li>", "<a href=/1>", "<a href='http://['>", "</a>", "<h2>", "</h2>", "<p class='a b'>", "<svg>",
    "<div id=1>", "</div>", "<time datetime=x>", "2 jam lalu", "20 Nov 2026", "Lampu jalan mati sejak kemarin malam",
    "<tr><td>", "2", "<a href=?p=2>2</a>", "<a rel=next href=x>", "<!--", "-->", "<nav>", "<div class='x:y 1 \u00e9'>",
    "&#0;", "<p itemprop='a b'>", "<my-tag>", "<a:b>",
])  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_page_is_a_guess_of_selectors_that_can_be_read_or_none(body: str) -> None:
    page = open_html(f"<html><body>{body * 3}</body></html>")
    guess = guess_list(page, URL, NOW)
    for selector in [*(guess.selectors if guess else {}).values(), *guess_article([page, page], NOW).values()]:
        if "{page}" not in selector:
            check_selector(selector)
            select(page, selector)
