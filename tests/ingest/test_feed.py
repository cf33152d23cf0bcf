from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import HttpUrl
from served import Reply, Site, serve

from dengar.errors import Blocked, Poison, RateLimited, SourceChanged, StopSource
from dengar.ingest.feed import Cursor, Settings, check, describe, parse, pull, read_feed
from dengar.ingest.protocol import Batch, Budget
from dengar.models import Point

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss"><title>Surat pembaca</title>
<entry><id>tag:x,2</id><title>Banjir &amp; macet</title><link href="https://x.id/2"/>
<updated>2026-11-20T08:00:00+07:00</updated><author><name>Siti</name></author>
<content type="html">&lt;p&gt;Air &lt;b&gt;selutut&lt;/b&gt;&lt;/p&gt;</content>
<georss:point>-6.2 106.8</georss:point></entry>
<entry><id>tag:x,1</id><title>Lampu mati</title><published>2026-11-19T08:00:00+07:00</published></entry>
</feed>"""

RSS = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Surat</title>
<item><guid>b</guid><title>Banjir</title><link>https://x.id/b</link>
<pubDate>Jum'at, 20 Nopember 2026 08:00 WIB</pubDate><description>Air selutut</description></item>
<item><link>https://x.id/a</link><title>Lampu</title><pubDate>kapan-kapan</pubDate></item>
</channel></rss>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def make_settings(address: str = "https://x.id") -> Settings:
    return Settings(name="surat", collector="feed", url=HttpUrl(address + "/feed"), channel="surat_pembaca")


def read(site: Site, cursor: Cursor | None = None, budget: Budget | None = None, now: datetime = NOW) -> list[Batch]:
    return list(pull(make_settings(site.address), cursor or Cursor(), None, budget or Budget(), lambda: now))


def test_atom_is_read_oldest_first(site: Site) -> None:
    site.pages["/feed"] = (200, {}, ATOM)
    (batch,) = read(site)
    assert [item.id for item in batch.items] == ["surat_pembaca:surat:tag:x,1", "surat_pembaca:surat:tag:x,2"]
    draft = parse(batch.items[1])
    assert draft.text == "Banjir & macet\nAir selutut"
    assert (draft.author, draft.url, draft.geotag) == ("Siti", "https://x.id/2", Point(lat=-6.2, lon=106.8))
    assert draft.created_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_rss_is_read_with_indonesian_dates_and_without_guid(site: Site) -> None:
    site.pages["/feed"] = (200, {}, RSS)
    (batch,) = read(site)
    assert [item.native_id for item in batch.items] == ["https://x.id/a", "b"]
    first, second = map(parse, batch.items)
    assert second.created_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert (first.created_at, first.flags) == (NOW, ("bad_time",))


def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    def answer(headers: Mapping[str, str]) -> Reply:
        same = headers.get("if-none-match") == '"1"' and headers.get("if-modified-since") == "Fri"
        return (304, {}, b"") if same else (200, {"ETag": '"1"', "Last-Modified": "Fri"}, ATOM)

    site.pages["/feed"] = answer
    cursor = read(site)[0].cursor
    assert isinstance(cursor, Cursor)
    assert read(site, cursor) == []


def test_a_page_that_shares_nothing_with_the_last_one_leaves_a_gap(site: Site) -> None:
    site.pages["/feed"] = (200, {}, ATOM)
    cursor = read(site)[0].cursor
    assert isinstance(cursor, Cursor)
    assert read(site, cursor)[0].gaps == ()
    site.pages["/feed"] = (200, {}, RSS)
    (gap,) = read(site, cursor, now=NOW + timedelta(hours=1))[0].gaps
    assert (gap.source, gap.since, gap.until) == ("surat", NOW, NOW + timedelta(hours=1))


def test_a_budget_takes_the_oldest_entries_first(site: Site) -> None:
    site.pages["/feed"] = (200, {}, ATOM)
    assert [item.native_id for item in read(site, budget=Budget(posts=1))[0].items] == ["tag:x,1"]


def test_an_empty_feed_is_no_error(site: Site) -> None:
    site.pages["/feed"] = (200, {}, b'<feed xmlns="http://www.w3.org/2005/Atom"><title>kosong</title></feed>')
    assert read(site)[0].items == ()


def test_a_cut_off_feed_gives_what_can_be_read(site: Site) -> None:
    site.pages["/feed"] = (200, {}, ATOM[:-60])
    assert len(read(site)[0].items) == 2


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Masuk</title>", b"\n <HTML><form>", b"<html lang=id>"])
def test_a_web_page_instead_of_a_feed_is_a_block(site: Site, page: bytes) -> None:
    site.pages["/feed"] = (200, {}, page)
    with pytest.raises(Blocked, match="web page"):
        read(site)


def test_a_feed_may_speak_of_web_pages() -> None:
    words = b"<?xml version='1.0'?><!-- <html> --><rss><channel><item><title>Satu</title>"
    page = words + b"<description><![CDATA[<html><p>isi</p></html>]]></description></item></channel></rss>"
    (item,) = read_feed(page, make_settings(), NOW)
    assert parse(item).text == "Satu\nisi"
    with pytest.raises(Blocked):
        read_feed(
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>Masuk</p></html>", make_settings(), NOW
        )


@pytest.mark.parametrize("same", [b"<link>https://x.id/forum</link>", b"<guid>0</guid>"])
def test_entries_that_share_an_id_stay_apart(same: bytes) -> None:
    entries = b"".join(b"<item>%b<title>Keluhan %d</title></item>" % (same, n) for n in range(5))
    page = b"<rss><channel>" + entries + b"</channel></rss>"
    items = read_feed(page, make_settings(), NOW)
    assert len({item.id for item in items}) == 5
    assert [item.id for item in read_feed(page, make_settings(), NOW)] == [item.id for item in items]


def test_the_older_way_of_writing_a_point_is_read() -> None:
    page = b"""<rss xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"><channel>
    <item><title>a</title><geo:lat>-6.2</geo:lat><geo:long>106.8</geo:long></item></channel></rss>"""
    (item,) = read_feed(page, make_settings(), NOW)
    assert parse(item).geotag == Point(lat=-6.2, lon=106.8)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>'
)


@pytest.mark.parametrize("page", [
    BOMB, BOMB.decode().encode("utf-16"), b"", b"  ", b"\0\0", b"garbage", b'{"a": 1}', b"<sitemap/>", b"<!-- x -->",
])  # fmt: skip
def test_anything_else_is_a_changed_source(page: bytes) -> None:
    with pytest.raises(SourceChanged):
        read_feed(page, make_settings(), NOW)


def test_an_entity_never_reads_a_file() -> None:
    page = b'<!DOCTYPE x [<!entity a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></rss>'
    with suppress(SourceChanged):
        assert not any(b"root" in item.payload for item in read_feed(page, make_settings(), NOW))


def test_a_limit_is_passed_on(site: Site) -> None:
    site.pages["/feed"] = (429, {"Retry-After": "60"}, b"")
    with pytest.raises(RateLimited):
        read(site)


def test_an_entry_without_words_is_poison() -> None:
    for payload in (b"<rss><channel><item><guid>1</guid></item></channel></rss>", b"", b"garbage"):
        with pytest.raises(Poison):
            parse(make_item(payload=payload, media_type="application/xml"))


def test_an_address_that_gives_no_feed_is_found_by_the_check() -> None:
    with pytest.raises(StopSource):
        check(make_settings("http://127.0.0.1:9"))
    assert describe().sees_edits


PIECES = st.sampled_from([
    "<rss>", "<channel>", "<item>", "</item>", "<title>", "a", "</title>", "<guid>", "<pubDate>", "1 Mei 2026", "<!--",
    "-->", "<feed>", "<entry>", "<link href='x'/>", "<georss:point>", "1 2", "&amp;", "&x;", "<![CDATA[", "]]>", "é",
])  # fmt: skip


@example(b"<item><georss:point>1 2<item>")  # feedparser itself breaks
@given(st.lists(PIECES, max_size=25).map("".join).map(str.encode) | st.binary(max_size=80))
@examples(deadline=None)
def test_any_answer_is_items_or_a_stop_and_any_entry_a_draft_or_poison(body: bytes) -> None:
    with suppress(StopSource):
        for item in read_feed(b"<rss>" + body, make_settings(), NOW):
            with suppress(Poison):
                assert parse(item).text
    with suppress(Poison):
        assert parse(make_item(payload=body, media_type="application/xml")).text
