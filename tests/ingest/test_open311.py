import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import HttpUrl
from serving_replies import Page
from standard_cases import serve_pages

from dengar.collecting import Collecting
from dengar.errors import AuthExpired, Blocked, BudgetSpent, Poison, SourceChanged
from dengar.ingest import open311
from dengar.ingest.fetch import Answer
from dengar.ingest.georeport.answers import read_entries
from dengar.ingest.georeport.spans import cut, halve, plan, plan_window
from dengar.ingest.open311 import Cursor, Settings, check, describe, parse, pull
from dengar.ingest.protocol import Batch, Budget, Source, Window
from dengar.models import Draft, Item, Point
from dengar.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<service_requests>
  <request><service_request_id>31</service_request_id><status>open</status><status_notes/>
    <service_name>Jalan rusak</service_name><service_code>jalan_rusak</service_code>
    <description>Aspal ambles &amp; berlubang</description>
    <requested_datetime>2026-11-20T07:00:00+07:00</requested_datetime>
    <agency_responsible><recipient>Sudin Bina Marga</recipient></agency_responsible>
    <address>Jl. Ciledug Raya</address><lat>-6.2372</lat><long>106.7485</long><media_url/></request>
  <request><service_request_id>32</service_request_id><status>closed</status><description>sudah</description></request>
  <request><service_request_id/><token>9f1</token><description>Menunggu nomor</description></request>
  <request><description>tanpa nomor</description></request>
</service_requests>"""


class Desk:
    """A server with many requests: it pages or not, caps or not, and remembers what it was asked."""

    def __init__(self, count: int = 0, every: timedelta = HOUR, **manners: object) -> None:
        self.rows = [make_row(n, NOW - n * every) for n in range(count)]
        self.manners = manners
        self.asked: list[dict[str, str]] = []
        self.base = ""

    def find(self, path: str) -> Page:
        asked = dict(parse_qsl(urlsplit(path).query))
        self.asked.append(asked)
        rows = [row for row in self.rows if asked["start_date"] <= str(row["requested_datetime"]) < asked["end_date"]]
        size, page = min(int(asked["page_size"]), int(str(self.manners.get("largest_page", 10**6)))), int(asked["page"])
        headers: dict[str, str] = {}
        if self.manners.get("pages"):
            if self.manners.get("repeats_last"):
                page = min(page, max(1, -(-len(rows) // size)))
            shown = rows[(page - 1) * size : page * size]
            if self.manners.get("links"):
                target = f"http://10.0.0.1/internal?{urlencode(asked | {'page': page + 1})}"
                headers["link"] = '<x>; rel="first"' + (f', <{target}>; rel="next"' if len(rows) > page * size else "")
        else:
            shown = rows[: int(str(self.manners.get("cap", 10**6)))]
        return 200, headers, json.dumps(shown).encode()


def make_row(number: object, at: datetime = NOW, **changes: object) -> dict[str, object]:
    said = {"service_request_id": number, "status": "open", "description": f"Keluhan {number}"}
    return said | {"requested_datetime": f"{at:%Y-%m-%dT%H:%M:%SZ}"} | changes


@contextmanager
def open_desk(desk: Desk, **changes: object) -> Iterator[Settings]:
    with serve_pages(desk.find) as base:
        yield make_settings(base).model_copy(update=changes)


def make_settings(base: str = "http://127.0.0.1:9") -> Settings:
    return Settings(name="crm", collector="open311", url=HttpUrl(base + "/v2/"))


def read(
    settings: Settings, cursor: Cursor | None = None, window: Window | None = None, budget: Budget | None = None
) -> list[Batch]:
    return list(pull(settings, cursor or Cursor(), window, budget or Budget(), lambda: NOW))


def ids(batches: Sequence[Batch]) -> list[str]:
    return [item.native_id for batch in batches for item in batch.items]


def test_a_server_with_pages_is_read_to_its_end_although_its_pages_are_short() -> None:
    desk = Desk(23, pages=True, largest_page=10)
    with open_desk(desk, jurisdiction_id="jakarta.go.id") as settings:
        batches = read(settings)
    assert sorted(ids(batches), key=int) == [str(n) for n in range(23)]
    assert [asked["page"] for asked in desk.asked] == ["1", "2", "3", "4"]
    assert desk.asked[0]["jurisdiction_id"] == "jakarta.go.id"
    assert batches[-1].cursor == Cursor(begun_at=NOW)
    assert not any(batch.gaps for batch in batches)


def test_a_server_that_repeats_its_last_page_for_ever_ends_too() -> None:
    desk = Desk(11, pages=True, largest_page=10, repeats_last=True)
    with open_desk(desk) as settings:
        assert len(ids(read(settings))) == 11
    assert len(desk.asked) == 3


def test_links_say_where_the_end_is_but_not_which_host_is_asked() -> None:
    desk = Desk(23, pages=True, largest_page=10, links=True)
    with open_desk(desk) as settings:
        assert len(ids(read(settings))) == 23
    assert [asked["page"] for asked in desk.asked] == ["1", "2", "3"]


def test_a_server_that_shows_only_its_first_rows_is_asked_for_halves() -> None:
    desk = Desk(100, cap=20)
    with open_desk(desk, most_rows=20) as settings:
        batches = read(settings)
    assert {*ids(batches)} == {str(n) for n in range(100)}
    assert not any(batch.gaps for batch in batches)


def test_an_hour_that_is_still_too_full_leaves_a_gap_that_keeps_its_name() -> None:
    desk = Desk(30, timedelta(minutes=1), cap=10)
    with open_desk(desk, most_rows=10) as settings:
        first, again = ([gap for batch in read(settings) for gap in batch.gaps] for _ in range(2))
    assert [(gap.source, gap.since, gap.until) for gap in first] == [("crm", NOW - HOUR, NOW)]
    assert "only 10 requests" in first[0].cause
    assert first == again


def test_the_last_weeks_are_asked_for_with_a_margin_and_never_more_than_is_allowed() -> None:
    desk = Desk()
    with open_desk(desk, reread_days=200) as settings:
        read(settings)
    spans = [(asked["start_date"], asked["end_date"]) for asked in desk.asked]
    assert spans[0] == ("2026-08-24T00:00:00Z", "2026-11-22T00:00:00Z")
    assert [since for since, _ in spans[:-1]] == [until for _, until in spans[1:]]
    assert spans[-1][0] == "2026-05-04T00:00:00Z"


def test_a_window_is_read_alone_and_goes_on_where_it_stopped() -> None:
    desk = Desk(200, pages=True)
    window = Window(since=NOW - 3 * HOUR, until=NOW - HOUR)
    with open_desk(desk) as settings:
        assert ids(read(settings, window=window)) == ["2", "3"]
        assert read(settings, Cursor(begun_at=NOW), window) == []


def test_what_a_budget_left_over_is_read_after_what_is_new() -> None:
    desk = Desk(12, DAY, pages=True)
    batches: list[Batch] = []
    with open_desk(desk, window_days=5) as settings:
        with pytest.raises(BudgetSpent):
            batches.extend(pull(settings, Cursor(), None, Budget(posts=5), lambda: NOW))
        cursor = batches[-1].cursor
        assert isinstance(cursor, Cursor)
        assert cursor.left[0].until <= NOW
        desk.asked.clear()
        rest = read(settings, cursor)
    assert desk.asked[0]["end_date"] == "2026-11-22T00:00:00Z"
    assert {*ids(batches), *ids(rest)} == {str(n) for n in range(12)}


def test_a_request_that_changes_closes_and_opens_again_is_told_each_time(store: Store) -> None:
    desk = Desk()
    states = []
    with open_desk(desk) as settings:
        source = Source(name="crm", collector=open311, settings=settings)
        for changes in ({}, {}, {"status_notes": "survei"}, {"status": "CLOSED"}, {"status": "closed"}, {}):
            desk.rows = [make_row(1, NOW - DAY, **changes)]
            ended = Collecting(store, lambda: NOW, "tests").run(source)
            assert ended is not None
            assert ended.error is None
            row = store.data["items"].find_one({"_id": "open311:crm:1"})
            assert row is not None
            states.append((row["revision"], row.get("kind", "upsert")))
    assert states == [(1, "upsert"), (1, "upsert"), (2, "upsert"), (3, "ended"), (3, "ended"), (4, "upsert")]


def answer(body: bytes) -> Answer:
    return Answer(status=200, headers={}, body=body)


def cut_items(body: bytes) -> tuple[list[Item], list[bytes]]:
    """Read an answer as `pull` does: the items, and the bytes of what is put aside."""
    with serve_pages(lambda path: (200, {}, body if "&page=1&" in path else b"[]")) as base:
        batches = read(make_settings(base))
    return [item for batch in batches for item in batch.items], [
        one.item.payload for batch in batches for one in batch.poison
    ]


def test_xml_is_cut_into_requests_with_their_own_bytes() -> None:
    items, poison = cut_items(XML)
    assert [(item.native_id, item.kind) for item in items] == [("31", "upsert"), ("32", "ended")]
    assert poison == [b"<request><description>tanpa nomor</description></request>"]
    assert items[0].payload.startswith(b"<request><service_request_id>31</service_request_id>")
    said = parse(items[0])
    assert said.text == "Jalan rusak\nAspal ambles & berlubang"
    assert (said.place_hint, said.geotag) == ("Jl. Ciledug Raya", Point(lat=-6.2372, lon=106.7485))
    assert said.created_at == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


ONE = b'{"service_request_id": 7, "status": "open", "description": "Lampu mati"}'


@pytest.mark.parametrize("body", [
    b"[" + ONE + b"]", ONE, b'{"service_requests": [' + ONE + b"]}", b'{"requests": ' + ONE + b"}",
    b'{"service_requests": {"request": [' + ONE + b"]}}",
    b"<service_requests><request><service_request_id>7</service_request_id></request></service_requests>",
    b"<requests type='array'><request><service_request_id> 7 </service_request_id></request></requests>",
])  # fmt: skip
def test_lists_come_in_many_shapes(body: bytes) -> None:
    (item,) = cut_items(body)[0]
    assert item.native_id == "7"
    assert item.payload in body


@pytest.mark.parametrize("body", [
    b"[]", b'{"service_requests": null}', b"null", b"<service_requests/>", b"<?xml version='1.0'?><requests/>",
])  # fmt: skip
def test_a_list_of_nothing_is_no_error(body: bytes) -> None:
    assert cut_items(body) == ([], [])


@pytest.mark.parametrize("body", [
    b"", b"ok", b'"x"', b'{"error": "x"}', b'[{"code": 400, "description": "jurisdiction_id was not provided"}]',
    b"<errors><error><code>400</code><description>no</description></error></errors>", b"<rss/>", b"<a", b"<!-- -->",
    b'<!DOCTYPE x [<!ENTITY a "b">]><requests><request><description>&a;</description></request></requests>',
])  # fmt: skip
def test_another_answer_than_a_list_is_a_change(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        read_entries(answer(body), "https://crm.example")


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Masuk</title>", b" <html><body>", b"\xef\xbb\xbf<HTML>"])
def test_a_web_page_is_a_block(body: bytes) -> None:
    with pytest.raises(Blocked):
        read_entries(answer(body), "https://crm.example")


@pytest.mark.parametrize(("status", "error", "words"), [
    (400, SourceChanged, "jurisdiction_id"), (404, SourceChanged, "correct the url"), (401, AuthExpired, "renew"),
])  # fmt: skip
def test_a_refusal_is_told_with_its_reason(status: int, error: type[Exception], words: str) -> None:
    body = b'[{"code": 400, "description": "jurisdiction_id was not provided"}]'
    with serve_pages(lambda _: (status, {}, body)) as base, pytest.raises(error, match=words):
        check(make_settings(base))


def test_the_check_asks_once() -> None:
    desk = Desk()
    with open_desk(desk) as settings:
        assert check(settings) == []
    assert len(desk.asked) == 1
    assert "reread_days" in describe().retention


def test_a_server_that_gives_only_tokens_has_no_requests_yet() -> None:
    assert cut_items(b'[{"token": "a1", "description": "x"}, {"token": "b2"}]') == ([], [])
    assert cut_items(b'{"token": "a1"}') == ([], [])


def test_what_the_other_system_claims_stays_in_the_item() -> None:
    ahead = f"{NOW + 5 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    (item,), _ = cut_items(json.dumps([make_row(1, NOW + 5 * HOUR, updated_datetime=ahead)]).encode())
    assert (item.observed_at, item.claimed_at) == (NOW, NOW + 5 * HOUR)
    said = parse(item)
    assert (said.created_at, said.flags) == (NOW, ("bad_time",))
    mad = [make_row(1, updated_datetime="9999-12-31T23:59:59-12:00"), make_row(2, updated_datetime="nanti")]
    assert [one.claimed_at for one in cut_items(json.dumps(mad).encode())[0]] == [None, None]


def draft(fields: Mapping[str, object]) -> Draft:
    return parse(make_item(payload=json.dumps(fields).encode(), media_type="application/json"))


def test_a_request_without_description_is_its_service() -> None:
    assert draft({"service_code": "012", "description": ""}).text == "012"
    said = draft(
        {"service_name": "Sampah", "description": "Sampah menumpuk", "lat": "NaN", "long": 0, "media_url": "x"}
    )
    assert (said.text, said.category_hint, said.url) == ("Sampah menumpuk", "Sampah", None)
    assert said.flags == ("bad_time", "bad_coordinates")
    with pytest.raises(Poison):
        draft({"service_request_id": 1})


def test_stretches_are_planned_in_whole_hours() -> None:
    (window,) = plan_window(Window(since=NOW + timedelta(minutes=7), until=NOW + timedelta(minutes=61)))
    assert (window.since, window.until) == (NOW, NOW + 2 * HOUR)
    assert halve(window) == (Window(since=NOW + HOUR, until=NOW + 2 * HOUR), Window(since=NOW, until=NOW + HOUR))
    assert halve(Window(since=NOW, until=NOW + HOUR)) == ()
    left = (Window(since=NOW - 9 * DAY, until=NOW - 3 * DAY),)
    assert plan(left, NOW - 2 * DAY, NOW, 60) == (
        Window(since=NOW - 3 * DAY, until=plan((), None, NOW, 60)[0].until),
        *left,
    )


@given(st.integers(1, 5000), st.integers(1, 90))
def test_pieces_cover_a_stretch_without_overlap(hours: int, days: int) -> None:
    left: tuple[Window, ...] = (Window(since=NOW - hours * HOUR, until=NOW),)
    end = NOW
    while left:
        piece, left = cut(left, timedelta(days=days))
        assert piece.until == end
        assert piece.since < end
        end = piece.since
    assert end == NOW - hours * HOUR


VALUES = st.none() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers(), max_size=2)
NAMES = ["service_request_id", "status", "description", "service_name", "lat", "long", "requested_datetime", "address"]


@given(st.dictionaries(st.sampled_from(NAMES), VALUES).map(json.dumps).map(str.encode) | st.binary(max_size=60),
       st.sampled_from(["application/json", "application/xml"]))  # fmt: skip
def test_any_bytes_are_a_draft_or_poison(payload: bytes, media_type: str) -> None:
    with suppress(Poison):
        assert parse(make_item(payload=payload, media_type=media_type)).text.encode()


PIECES = st.sampled_from([
    "<requests>", "</requests>", "<request>", "</request>", "<service_request_id>", "1", "</service_request_id>",
    "<token>", "<description>", "&amp;", "&x;", "<!--", "-->", "<![CDATA[", "]]>", "[", "]", "{", "}", '"token"', ":",
    "null", "é",
])  # fmt: skip


@given(st.lists(PIECES, max_size=20).map("".join).map(str.encode) | st.binary(max_size=60))
def test_any_answer_is_a_list_or_a_stop(body: bytes) -> None:
    with suppress(SourceChanged, Blocked):
        for entry in read_entries(answer(body), "https://crm.example"):
            assert entry.key
