"""Whatever people write stays text in every format."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser
import pytest
import shapely
from lxml import etree
from made import NOW, make_labels, make_open_report, make_place, make_post
from pyarrow import parquet

from dengar.feeds.about import ABOUT
from dengar.feeds.geojson import write_geojson
from dengar.feeds.lines import write_lines
from dengar.feeds.news import write_atom, write_rss
from dengar.feeds.parquet import write_parquet
from dengar.feeds.rows import PostRow, ReportRow, make_post_row, make_row
from dengar.feeds.table import write_csv
from dengar.models import Report, Sighting

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "entities": "Jl. A & B &lt;b&gt; &#x3c;",
    "cdata": "]]><!-- --><![CDATA[x]]><?php ?>",
    "bidi": "gambar\u202egnp.exe \u2066x\u2069 \u200f\u061c\u2028\u2029\ufeff",
    "zalgo": "e" + "\u0301\u0302\u0303\u0304" * 40,
    "controls": "a\x00b\x01c\x08d\x0be\x0cf\x1bg\x7fh\x85i\ufffe\uffff",
    "surrogate": "a\ud800b",
    "formula": '=HYPERLINK("http://evil.example","klik")',
    "plus": "+62;cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "hidden formula": "\t=1+1",
    "wide formula": "\uff1d1+1",
    "long": "panjang " * 1250,
    "lines": "satu\r\ndua\n\nid: 1\ndata: x\n=1+1\r=2",
    "separators": "a;b,c\t\"d\";'e'",
    "handle": "tolong @akun_rahasia dan cc:@lain.nya",
    "emoji": "banjir 🌊👨‍👩‍👧 di \U0001f3f4",
    "empty": "",
    "json": '{"a": "\\u0000", \\"}',
}
FORBIDDEN = ("\u202e", "\u2066", "\u2028", "\x00", "\x1b", "\x85", "\u0302\u0303", "\ufeff", "akun_rahasia", "\ud800")


class Echo:
    """Names that are as hostile as the rest."""

    def __init__(self, text: str) -> None:
        self._text = text

    def category(self, code: str | None) -> str:
        del code
        return self._text

    def unit(self, code: str | None) -> str:
        del code
        return self._text


def hostile_report(text: str) -> Report:
    place = make_place(lat=-6.22812345, lon=106.85512345, kelurahan=text)
    points = (Sighting(lat=-6.2, lon=106.8, label=text, last_at=NOW), Sighting(lat=-6.3, lon=106.9, last_at=NOW))
    return make_open_report(title=text, place=place, points=points, category=text, channels=(text, "x"))


def rows_of(text: str) -> list[ReportRow]:
    hidden = make_open_report("DKI-2611-000002", title="biasa", place=None)
    return [make_row(one, Echo(text), "http://127.0.0.1") for one in (hostile_report(text), hidden)]


def read_csv(rows: list[ReportRow], separator: str = ",") -> list[dict[str, str]]:
    data = b"".join(write_csv([rows[:1], rows[1:]], ReportRow, separator=separator, bom=True))
    assert data.startswith(b"\xef\xbb\xbf# Dengar") or separator in ABOUT
    text = data.decode("utf-8-sig")
    about, _, rest = text.partition("\r\n")
    assert ABOUT in about
    found = list(csv.DictReader(io.StringIO(rest, newline=""), delimiter=separator))
    for row in found:
        assert None not in row
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "@", "|", "\uff1d"))
            assert not cell.startswith("-") or cell[1:2].isdigit()
    return found


def read_titles_csv(rows: list[ReportRow]) -> list[str]:
    for separator in ",;\t":
        titles = [row["title"].removeprefix("'") for row in read_csv(rows, separator)]
    return titles


def read_titles_jsonl(rows: list[ReportRow]) -> list[str]:
    about, *lines = b"".join(write_lines([rows])).splitlines()
    assert json.loads(about) == {"about": ABOUT}
    return [json.loads(line)["title"] for line in lines]


def read_titles_geojson(rows: list[ReportRow]) -> list[str]:
    data = b"".join(write_geojson([rows[:1], rows[1:]]))
    told = json.loads(data)
    assert told["about"] == ABOUT
    assert [list(one.coords[0]) for one in shapely.from_geojson(data).geoms] == [
        [106.8551, -6.2281],
        [106.8, -6.2],
        [106.9, -6.3],
    ]
    return [told["features"][0]["properties"]["title"], "biasa"]


def read_titles_parquet(rows: list[ReportRow]) -> list[str]:
    table = parquet.read_table(io.BytesIO(b"".join(write_parquet([rows[:1], [], rows[1:]], ReportRow))))
    assert table.schema.metadata[b"about"].decode() == ABOUT
    assert json.loads(table.schema.metadata[b"geo"])["primary_column"] == "geometry"
    shapes = shapely.from_wkb(table["geometry"].to_pylist())
    assert (shapes[0].x, shapes[0].y, shapes[1]) == (106.8551, -6.2281, None)
    assert table["created_at"][0].as_py() == NOW
    assert table["channels"][0].as_py() == list(rows[0].channels)
    return [str(title) for title in table["title"].to_pylist()]


def read_titles_atom(rows: list[ReportRow]) -> list[str]:
    data = write_atom(rows, "http://127.0.0.1/umpan/laporan.atom?x=<&", "http://127.0.0.1")
    entries = etree.fromstring(data).findall("{*}entry")
    told = feedparser.parse(data)
    assert (told.bozo, told.version, told.feed.rights) == (False, "atom10", ABOUT)
    assert told.entries[0].link == "http://127.0.0.1/laporan/DKI-2611-000001"
    assert told.entries[0].updated_parsed[:6] == NOW.timetuple()[:6]
    return ["" if (title := str(entry.findtext("{*}title"))) == row.number else title
            for entry, row in zip(entries, rows, strict=True)]  # fmt: skip


def read_titles_rss(rows: list[ReportRow]) -> list[str]:
    data = write_rss(rows, "http://127.0.0.1/umpan/laporan.rss", "http://127.0.0.1")
    told = feedparser.parse(data, sanitize_html=False)
    assert (told.bozo, told.version, told.feed.rights) == (False, "rss20", ABOUT)
    items = etree.fromstring(data).findall("channel/item")
    for item in items:
        assert "<" not in str(item.findtext("title")) + str(item.findtext("description"))
    titles = [str(item.findtext("title")).replace("‹", "<").replace("›", ">") for item in items]  # noqa: RUF001
    return ["" if title == row.number else title for title, row in zip(titles, rows, strict=True)]


READERS = (
    read_titles_csv,
    read_titles_jsonl,
    read_titles_geojson,
    read_titles_parquet,
    read_titles_atom,
    read_titles_rss,
)


@pytest.mark.parametrize("read", READERS, ids=lambda read: str(read.__name__))
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_read_back_as_harmless_text(kind: str, read: Callable[[list[ReportRow]], list[str]]) -> None:
    rows = rows_of(HOSTILE[kind])
    titles = read(rows)
    assert titles == [rows[0].title, "biasa"]
    for one in FORBIDDEN:
        assert one not in titles[0]
    assert len(titles[0]) <= 160
    assert "\n" not in titles[0]


def test_no_row_tells_who_wrote_or_where_exactly() -> None:
    data = b"".join(write_lines([rows_of("Banjir @akun_rahasia")]))
    for secret in (b"author of 1", b"akun_rahasia", b"6.22812345"):
        assert secret not in data
    assert b'"lat":-6.2281,"lon":106.8551' in data


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_post_keeps_its_words_in_every_format(text: str) -> None:
    row = make_post_row(make_post(text=text, labels=make_labels(), place=make_place(lat=-6.2, lon=106.8)))
    (cells,) = list(
        csv.DictReader(io.StringIO(b"".join(write_csv([[row]], PostRow)).decode().partition("\r\n")[2], newline=""))
    )
    assert cells["text"].removeprefix("'") == row.text
    assert (cells["author"], cells["is_complaint"], cells["confidence"]) == ("", "true", "0.9")
    table = parquet.read_table(io.BytesIO(b"".join(write_parquet([[row]], PostRow))))
    assert table["text"].to_pylist() == [row.text]
    assert table["is_complaint"].to_pylist() == [True]
    assert json.loads(b"".join(write_geojson([[row]])))["features"][0]["properties"]["text"] == row.text
    assert json.loads(b"".join(write_lines([[row]])).splitlines()[1])["text"] == row.text


def test_the_author_of_a_post_is_told_only_when_asked_for() -> None:
    assert make_post_row(make_post()).author is None
    assert make_post_row(make_post(), with_author=True).author == "author of 1"


def test_nothing_is_still_a_whole_file() -> None:
    assert b"".join(write_csv([], ReportRow)).count(b"\r\n") == 2
    assert json.loads(b"".join(write_geojson([])))["features"] == []
    assert parquet.read_table(io.BytesIO(b"".join(write_parquet([], ReportRow)))).num_rows == 0
    for write in (write_atom, write_rss):
        assert feedparser.parse(write([], "http://127.0.0.1/a", "http://127.0.0.1")).bozo is False


def test_times_are_in_utc_and_say_so() -> None:
    (row, _) = read_csv(rows_of("x"))
    assert row["created_at"] == "2026-11-20T03:00:00Z"
    assert datetime.fromisoformat(row["created_at"]) == NOW.astimezone(UTC)
