"""What the spiders of a forum, of letters and of LAPOR! do besides their standard cases."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import ValidationError
from served import Site, serve

from dengar.errors import Blocked, BudgetSpent, Poison, SourceChanged
from dengar.ingest import find
from dengar.ingest.crawling.times import read_site_time
from dengar.ingest.protocol import Budget
from dengar.models import Item

CASES = Path(__file__).parents[1] / "cases"
HTML = {"content-type": "text/html; charset=utf-8"}
SPIDERS = ("site", "forum", "letters", "lapor_list")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def show(site: Site, path: str, page: str) -> None:
    site.pages[path] = (200, HTML, f"<html><head><title>x</title></head><body>{page}</body></html>".encode())


class Source:
    """A source on the site; reading it keeps what it gives, and the cursor."""

    def __init__(self, collector: str, **settings: object) -> None:
        self.module = cast("Any", find(collector))
        section: dict[str, object] = {"name": "kotak", "collector": collector, "delay": 0} | settings
        self.settings = self.module.Settings.model_validate(section)
        self.cursor = self.module.Cursor()

    def read(self, budget: Budget | None = None, most_batches: int = 1000) -> list[Item]:
        items: list[Item] = []
        reading = self.module.pull(self.settings, self.cursor, None, budget or Budget(), lambda: NOW)
        for _, batch in zip(range(most_batches), reading, strict=False):
            items += batch.items
            self.cursor = batch.cursor
        reading.close()
        return items

    def read_ids(self) -> list[str]:
        return [item.native_id for item in self.read()]


def post(number: int, text: str = "", edited: str = "") -> str:
    text = text or f"pesan {number}"
    mark = f"<p class=post-edited>Diedit {edited}</p>" if edited else ""
    return f"<article class=post id=p{number}><div class=post-body>{text}</div>{mark}</article>"


def thread(number: int, replies: int, last: str = "") -> str:
    return (
        f"<li class=thread data-thread={number}><b class=thread-title><a href=/t/{number}>Topik {number}</a></b>"
        f"<i class=thread-replies>{replies}</i><i class=thread-last><a href=/t/{number}#{last}>x</a></i></li>"
    )


def show_board(site: Site, *threads: str) -> None:
    show(site, "/papan", f"<ul class=thread-list>{''.join(threads)}</ul>")


@pytest.fixture
def forum(site: Site) -> Source:
    show_board(site, thread(1, 1))
    show(site, "/t/1", "<h1>Got mampet</h1>" + post(1) + post(2) + "<a rel=next href=/t/1?p=2>2</a>")
    show(site, "/t/1?p=2", "<h1>Got mampet</h1>" + post(3))
    return Source("forum", urls=[site.address + "/papan"], board="")


def test_a_thread_is_read_on_from_its_last_known_post(site: Site, forum: Source) -> None:
    assert forum.read_ids() == ["p1", "p2", "p3"]
    site.asked.clear()
    assert forum.read_ids() == []
    assert [path for path, _ in site.asked] == ["/robots.txt", "/papan"]
    show_board(site, thread(1, 3))
    show(site, "/t/1?p=2", post(3) + post(4) + "<a rel=next href=/t/1?p=3>3</a>")
    show(site, "/t/1?p=3", post(5))
    site.asked.clear()
    assert forum.read_ids() == ["p4", "p5"]
    assert [path for path, _ in site.asked] == ["/robots.txt", "/papan", "/t/1?p=2", "/t/1?p=3"]


def test_posts_answer_the_first_one_of_their_thread_which_has_its_title(forum: Source) -> None:
    first, second, third = [forum.module.parse(item) for item in forum.read()]
    assert (first.text, first.reply_to) == ("Got mampet\npesan 1", None)
    assert (second.text, second.reply_to) == ("pesan 2", "p1")
    assert third.reply_to == "p1"


def test_an_edited_post_is_a_revision(site: Site, forum: Source) -> None:
    before = {item.native_id: item for item in forum.read()}
    show_board(site, thread(1, 1, last="p3-diedit"))
    show(site, "/t/1?p=2", post(3, "pesan 3, airnya sudah surut", edited="20 Nov"))
    (edited,) = forum.read()
    assert (edited.native_id, edited.kind) == ("p3", "edit")
    assert edited.content_hash != before["p3"].content_hash
    assert forum.module.parse(edited).text == "pesan 3, airnya sudah surut"


def test_a_run_that_ends_in_a_long_thread_goes_on_in_it(site: Site, forum: Source) -> None:
    assert [item.native_id for item in forum.read(most_batches=1)] == ["p1", "p2"]
    assert forum.read_ids() == ["p3"]
    forum.cursor = forum.module.Cursor()
    with suppress(BudgetSpent):
        forum.read(Budget(posts=2))
    assert forum.read_ids() == ["p3"]
    forum.cursor = forum.module.Cursor()
    forum.settings = forum.settings.model_copy(update={"pages": 2})  # the board and a page of the thread
    assert forum.read_ids() == ["p1", "p2"]
    forum.settings = forum.settings.model_copy(update={"pages": 3})  # the board, once more the first page, the second
    assert forum.read_ids() == ["p3"]


def test_a_thread_that_is_gone_stops_nothing(site: Site, forum: Source) -> None:
    show_board(site, thread(2, 1), thread(1, 1))
    assert forum.read_ids() == ["p1", "p2", "p3"]
    del site.pages["/t/1?p=2"]
    show_board(site, thread(1, 4))
    assert forum.read_ids() == []
    show_board(site, thread(1, 5))
    show(site, "/t/1", post(1) + post(9))
    assert forum.read_ids() == ["p1", "p9"]


def test_one_closed_thread_stops_nothing_and_three_in_a_row_do(site: Site, forum: Source) -> None:
    show(site, "/t/8", "<h1>Silakan masuk</h1><input type=password>")
    show_board(site, thread(1, 1), thread(8, 1))
    assert forum.read_ids() == ["p1", "p2", "p3"]
    for number in (5, 6, 7):
        site.pages[f"/t/{number}"] = site.pages["/t/8"]
    show_board(site, thread(5, 1), thread(6, 1), thread(7, 1), thread(1, 1))
    with pytest.raises(Blocked):
        forum.read()


def test_boards_are_found_on_the_index(site: Site, forum: Source) -> None:
    show(
        site, "/", "<p class=board-title><a href=/papan>Jalan</a></p><p class=board-title><a href=/papan>Jalan</a></p>"
    )
    whole = Source("forum", urls=[site.address + "/"])
    assert whole.read_ids() == ["p1", "p2", "p3"]
    assert whole.module.check(whole.settings) == []
    show(site, "/", "<h1>Forum baru</h1>")
    with pytest.raises(SourceChanged, match=r"`board` \(\.board-title a\) finds nothing"):
        whole.read()


def letter(number: int) -> str:
    return f"<article><h2><a href=/surat/{number}>Surat {number}</a></h2></article>"


def show_letters(site: Site, *numbers: int) -> None:
    show(site, "/surat", f"<main>{''.join(map(letter, numbers))}</main>")


def show_letter(site: Site, number: int, text: str = "") -> None:
    body = f"<div class=isi-surat><p>{text or f'isi surat {number}'}</p></div>"
    show(site, f"/surat/{number}", f"<main><article><h1>Surat {number}</h1>{body}</article></main>")


@pytest.fixture
def letters(site: Site) -> Source:
    show_letters(site, 3, 2, 1)
    for number in (1, 2, 3):
        show_letter(site, number)
    return Source("letters", urls=[site.address + "/surat"])


def test_a_letter_is_fetched_once(site: Site, letters: Source) -> None:
    assert letters.read_ids() == ["/surat/1", "/surat/2", "/surat/3"]
    show_letters(site, 4, 3, 2, 1)
    show_letter(site, 4)
    site.asked.clear()
    assert letters.read_ids() == ["/surat/4"]
    assert [path for path, _ in site.asked] == ["/robots.txt", "/surat", "/surat/4"]


def test_a_letter_without_its_text_keeps_what_the_list_says_and_three_in_a_row_stop(
    site: Site, letters: Source
) -> None:
    show(site, "/surat/2", "<h1>Video</h1>")
    assert [letters.module.parse(item).text for item in letters.read()] == [
        "Surat 1\nisi surat 1", "Surat 2", "Surat 3\nisi surat 3",
    ]  # fmt: skip
    show_letters(site, 7, 6, 5, 4, 3, 2, 1)
    for number in (5, 6, 7):
        show(site, f"/surat/{number}", "<div id=app><h1>Tampilan baru</h1></div>")
    show_letter(site, 4)
    with pytest.raises(SourceChanged, match=r"`article` \(.*\) finds nothing on .*/surat/7"):
        letters.read()


def test_a_link_that_leads_out_of_the_site_is_not_followed(site: Site, letters: Source) -> None:
    away = "<article><h2><a href=http://localhost/iklan>Iklan</a></h2></article>"
    show(site, "/surat", f"<main>{letter(1)}{away}{letter(2)}</main>")
    assert letters.read_ids() == ["/surat/2", "/surat/1"]


def test_a_list_that_is_gone_is_told_and_a_gone_letter_is_passed_over(site: Site, letters: Source) -> None:
    del site.pages["/surat/2"]
    assert letters.read_ids() == ["/surat/1", "/surat/3"]
    del site.pages["/surat"]
    with pytest.raises(SourceChanged, match="no longer exists"):
        letters.read()
    with pytest.raises(SourceChanged, match="no longer exists"):
        letters.module.check(letters.settings)


def test_the_list_that_was_not_read_for_longest_comes_first(site: Site, letters: Source) -> None:
    site.pages["/lama"] = site.pages["/surat"]
    both = Source("letters", urls=[site.address + "/surat", site.address + "/lama"], pages=4)
    both.read()
    site.asked.clear()
    both.read()
    assert [path for path, _ in site.asked][:2] == ["/robots.txt", "/lama"]


def card(status: str = "Proses", comments: int = 0, counts: str = "1 dukungan") -> str:
    said = "".join(
        f"<li class=complaint-comment id=k{n}><p class=comment-text>komentar {n}</p>"
        f"<i class=comment-date>20 Nov 2026, 09:3{n} WIB</i></li>"
        for n in range(comments)
    )
    return (
        "<div class=complaint data-complaint-id=7><b class=complaint-user>Anonim</b><i class=complaint-date>20 Nov 2026"
        f"</i><p class=complaint-text>Lampu mati</p><i class=complaint-status>{status}</i><ul>{said}</ul>"
        f"<p class=complaint-counts>{counts}</p></div>"
    )


def test_a_card_is_read_again_when_its_status_changes_or_somebody_comments(site: Site) -> None:
    lapor = Source("lapor_list", urls=[site.address + "/laporan"])
    show(site, "/laporan", card())
    (first,) = lapor.read()
    show(site, "/laporan", card(counts="900 dukungan"))
    assert lapor.read() == []
    show(site, "/laporan", card(comments=1))
    same, comment = lapor.read()
    assert same.content_hash == first.content_hash
    assert (comment.native_id, lapor.module.parse(comment).reply_to) == ("k0", "7")
    show(site, "/laporan", card("Diverifikasi", comments=1))
    edited, _ = lapor.read()
    assert (edited.kind, lapor.module.parse(edited).flags) == ("edit", ("status_diverifikasi",))
    show(site, "/laporan", card("Selesai", comments=1))
    ended, _ = lapor.read()
    assert (ended.native_id, ended.kind) == ("7", "ended")


def test_whoever_hides_the_name_is_not_one_and_the_same_person(site: Site) -> None:
    lapor = Source("lapor_list", urls=[site.address + "/laporan"])
    show(site, "/laporan", card())
    assert [lapor.module.parse(item).author for item in lapor.read()] == [""]


@pytest.mark.parametrize("spider", SPIDERS)
def test_bytes_that_no_spider_kept_are_poison(spider: str) -> None:
    parse = find(spider).parse
    for payload in (b"", b"{}", b"<html><p>halo", b"\x00\xff", b"<!doctype html><html><head></head><body><p>x</body>"):
        with pytest.raises(Poison):
            parse(make_item(payload=payload, collector=spider, media_type="text/html"))


PIECES = st.sampled_from([
    "<p>", "</p>", "isi", "<i class=date>", "1 Mei 2026", "2 jam lalu", "<time datetime=", "99999999999999999999", ">",
    "NaN", "\0", "&#0;", "&#55296;", "<meta name=dengar:text content='", "//p", "p", ":", "[", "'>", "</head>", "é",
    "<meta name=dengar:date content=i>", "<meta name=dengar:lat content=i>", "<h1>", "</body>", "<script>", "<!--",
    "-->", "<li>",
])  # fmt: skip


@given(st.sampled_from(SPIDERS), st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=40))
def test_any_bytes_are_a_draft_or_poison(spider: str, text: str) -> None:
    page = f'<!doctype html><html><head><meta name="dengar:url" content="">{text}</head><body>{text}</body></html>'
    for payload in (page.encode("utf-8", "replace"), page.encode("utf-16", "replace"), text.encode("utf-8", "replace")):
        with suppress(Poison):
            draft = find(spider).parse(make_item(payload=payload, collector=spider, media_type="text/html"))
            assert draft.text
            assert draft.created_at.tzinfo


def test_selectors_that_cannot_be_read_are_refused() -> None:
    for wrong in ("div[", "//li[", "p::", "p:wahaha", "//a:b"):
        with pytest.raises(ValidationError, match="neither a CSS selector nor an XPath"):
            Source("site", urls=["https://x.example/"], entry=wrong)
    for right in ("div.x > a::attr(href)", "//li/@id", "./p[1]", "(//li)[2]", ""):
        Source("site", urls=["https://x.example/"], entry="li", text="p", id=right)
    with pytest.raises(ValidationError, match="one of id, link and text is needed"):
        Source("site", urls=["https://x.example/"], entry="li", title="h3")
    with pytest.raises(ValidationError, match="article needs link"):
        Source("site", urls=["https://x.example/"], entry="li", text="p", article="main")
    with pytest.raises(ValidationError, match=r"page_url needs \{page\}"):
        Source("site", urls=["https://x.example/"], entry="li", text="p", page_url="?p=1")


def test_selectors_may_be_xpath_and_a_text_of_several_parts(site: Site) -> None:
    source = Source(
        "site", urls=[site.address + "/"], entry="//table//tr[td]", id="./@id", text="./td[2]//text()",
        author="td:first-child", lat="td::attr(data-lat)", lon="td::attr(data-lon)",
    )  # fmt: skip
    row = "<tr id=a><td data-lat=-6,2 data-lon=106,8>Siti<td>Air <b>keruh</b> sekali</tr>"
    show(site, "/", f"<table><tr><th>Nama<th>Isi</tr>{row}<tr id=b><td>Adi<td>Macet</tr></table>")
    second, first = map(source.module.parse, source.read())
    assert (first.author, first.text.split()) == ("Siti", ["Air", "keruh", "sekali"])
    assert (first.geotag.lat, first.geotag.lon) == (-6.2, 106.8)
    assert second.text == "Macet"


@pytest.mark.parametrize(("text", "expected"), [
    ("2 jam lalu", "2026-11-20T08:00"),
    ("Kemarin, pukul 14.30", "2026-11-19T14:30"),
    ("Hari ini jam 08.12 WIB", "2026-11-20T08:12"),
    ("baru saja", "2026-11-20T10:00"),
    ("Diposting Jum'at, 13 Nopember 2026 | 20:15 WIB", "2026-11-13T20:15"),
    ("oleh Siti - 11 Nov 2026 07.05", "2026-11-11T07:05"),
    ("31 Desember", "2025-12-31T00:00"),
    ("3 komentar", None),
    ("", None),
])  # fmt: skip
def test_times_are_read_as_they_were_when_they_were_shown(text: str, expected: str | None) -> None:
    time = read_site_time(text, NOW)
    assert (time.strftime("%Y-%m-%dT%H:%M") if time else None) == expected


def test_a_site_may_write_times_in_its_own_way() -> None:
    time = read_site_time("11-20-26 @ 7", NOW, written="%m-%d-%y @ %H")
    assert time == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    assert read_site_time("20 de novembro de 2026", NOW, languages=["pt"]) == datetime(2026, 11, 19, 17, tzinfo=UTC)


@pytest.mark.parametrize("spider", SPIDERS)
def test_every_spider_tells_what_it_is(spider: str) -> None:
    assert find(spider).describe().sees_edits
