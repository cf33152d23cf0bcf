import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from emulated_graph import (
    NOT_THERE,
    PAGE,
    PROOF,
    SCOPES,
    TOKEN,
    EmulatedGraph,
    Reply,
    Thing,
    refuse,
    section,
    serve_graph,
    sign,
    write,
)
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.collecting import Collecting
from dengar.errors import (
    AuthExpired,
    BadRequest,
    Blocked,
    BudgetSpent,
    Forbidden,
    NotSent,
    Poison,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.facebook import Cursor, Settings, accept, check, find_expiry, parse, pull, recheck, reply
from dengar.ingest.graph.reading import Place
from dengar.ingest.graph.usage import find_rest
from dengar.ingest.protocol import Batch, Budget, Window
from dengar.intake import Intake
from dengar.models import Item, Point, Request
from dengar.store import Store
from dengar.wiring import make_source

QUIET = {"lists": ("feed",)}


@pytest.fixture
def graph() -> EmulatedGraph:
    return EmulatedGraph()


@pytest.fixture
def address(graph: EmulatedGraph) -> Iterator[str]:
    with serve_graph(graph) as served:
        yield served


def make_settings(address: str = "http://127.0.0.1:1", **changes: object) -> Settings:
    settings = make_source("fb", section(address, **changes)).settings
    assert isinstance(settings, Settings)
    return settings


def when(hours: float) -> str:
    """Write the time so many hours before now."""
    return (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def post(number: int, hours: float, *, news: float | None = None, owner: str = PAGE, **changes: object) -> Thing:
    thing = {
        "id": f"{owner}_{number}", "message": f"Keluhan {number}", "created_time": when(hours),
        "updated_time": when(hours if news is None else news), "from": {"id": f"77{number}", "name": "Warga"},
    }  # fmt: skip
    return thing | changes


def comment(under: int, number: int, hours: float, **changes: object) -> Thing:
    thing = {
        "id": f"{under}_{number}", "message": f"Komentar {number}", "created_time": when(hours),
        "from": {"id": f"78{number}", "name": "Warga"},
    }  # fmt: skip
    return thing | changes


class Reader:
    """A source with its cursor, as the store keeps it from run to run."""

    def __init__(self, address: str, **changes: object) -> None:
        self.settings = make_settings(address, **(QUIET | changes))
        self.cursor = Cursor()
        self.batches: list[Batch] = []

    def run(self, *, budget: Budget | None = None, window: Window | None = None, batches: int = 1000) -> list[str]:
        """Read on, at most so many batches; gives the ids."""
        ids: list[str] = []
        for batch in pull(self.settings, self.cursor, window, budget or Budget(), lambda: NOW):
            self.batches.append(batch)
            self.cursor = cast("Cursor", batch.cursor)
            ids += [item.native_id for item in batch.items]
            batches -= 1
            if not batches:
                break
        return ids


def fail(path: str, reply: Reply) -> Callable[[str, Mapping[str, str]], Reply | None]:
    return lambda asked, _query: reply if asked.endswith(path) else None


def test_pages_are_read_on_our_own_host_until_none_is_left(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(1, 6)]
    graph.page_size = 2
    reader = Reader(address)
    assert reader.run() == [f"{PAGE}_{number}" for number in range(1, 6)]
    assert [query.get("after") for path, query in graph.asked if path.endswith("feed")] == [
        None, f"{PAGE}_2", f"{PAGE}_4",
    ]  # fmt: skip
    assert [batch.more for batch in reader.batches][-2:] == [True, False]
    assert reader.cursor.places["feed"] == Place(high=NOW - timedelta(hours=1))


def test_a_page_that_is_empty_is_not_the_last_one(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 1)]
    first = write({"data": [], "paging": {"cursors": {}, "next": "https://graph.facebook.com/x?until=17&limit=5&a=b"}})
    graph.answer = lambda path, query: (
        (200, {}, first) if path.endswith("feed") and query.get("until") != "17" else None
    )
    assert Reader(address).run() == [f"{PAGE}_1"]
    assert "a" not in graph.asked[1][1]


def test_a_next_page_that_cannot_be_asked_for_is_a_changed_source(graph: EmulatedGraph, address: str) -> None:
    page = write({"data": [], "paging": {"next": "https://graph.facebook.com/x?halaman=2"}})
    graph.answer = fail("feed", (200, {}, page))
    with pytest.raises(SourceChanged, match="next page"):
        Reader(address).run()


def test_a_later_run_reads_what_is_new_and_new_comments_below_what_is_old(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 10), post(2, 20)]
    graph.comments = {f"{PAGE}_2": [comment(2, 21, 19)]}
    reader = Reader(address)
    assert reader.run() == [f"{PAGE}_1", f"{PAGE}_2", "2_21"]
    graph.lists["feed"] = [post(3, 1), post(1, 10), post(2, 20, news=2)]
    graph.comments[f"{PAGE}_2"].append(comment(2, 22, 2))
    assert reader.run() == [f"{PAGE}_3", f"{PAGE}_1", f"{PAGE}_2", "2_22"]  # post 1 lies in the overlap
    assert reader.run() == [f"{PAGE}_3"]


def test_replies_to_comments_come_with_the_comments(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 3)]
    graph.comments = {f"{PAGE}_1": [comment(1, 11, 2), comment(1, 12, 1, parent={"id": "1_11"})]}
    reader = Reader(address)
    reader.run()
    drafts = {item.native_id: parse(item) for batch in reader.batches for item in batch.items}
    assert drafts["1_11"].reply_to == f"{PAGE}_1"
    assert drafts["1_12"].reply_to == "1_11"
    assert next(query for path, query in graph.asked if path.endswith("comments"))["filter"] == "stream"


def test_what_happens_to_a_post_during_a_long_pass_is_read_by_the_next_one(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, 50 + number) for number in range(1, 5)]
    graph.page_size = 2
    reader = Reader(address)
    assert reader.run(batches=1) == [f"{PAGE}_1", f"{PAGE}_2"]
    # A comment on a post that was read already, and then one on a post that was not: lists are sorted by creation.
    graph.lists["feed"] = [post(1, 51, news=10), post(2, 52), post(3, 53, news=1), post(4, 54)]
    graph.comments = {f"{PAGE}_1": [comment(1, 11, 10)], f"{PAGE}_3": [comment(3, 31, 1)]}
    assert {"1_11", "3_31", f"{PAGE}_3", f"{PAGE}_4"} <= set(reader.run())


@pytest.mark.parametrize("gone", [None, (200, {}, write({"data": []}))], ids=["refused", "empty"])
def test_a_stored_position_whose_post_was_deleted_begins_the_pass_anew(
    gone: Reply | None, graph: EmulatedGraph, address: str
) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(1, 6)]
    graph.page_size = 2
    reader = Reader(address)
    reader.run(batches=1)
    reader.cursor.places["feed"] = Place(page=reader.cursor.places["feed"].page)
    del graph.lists["feed"][1]
    if gone:
        graph.answer = lambda _path, query: gone if query.get("after") == f"{PAGE}_2" else None
    assert set(reader.run()) == {f"{PAGE}_{number}" for number in (1, 3, 4, 5)}


def test_a_refusal_that_stays_ends_the_run(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(1, 6)]
    graph.page_size = 2
    graph.answer = lambda _path, query: refuse(100, "Invalid cursors values") if "after" in query else None
    reader = Reader(address)
    for _ in range(2):
        with pytest.raises(SourceChanged, match="Invalid cursors"):
            reader.run()


def test_a_small_budget_gets_to_the_end_in_several_runs(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(1, 6)]
    graph.comments = {f"{PAGE}_{number}": [comment(number, number * 10 + 1, 1)] * 1 for number in (1, 4)}
    reader = Reader(address)
    ids: list[str] = []
    for _ in range(4):
        try:
            ids += reader.run(budget=Budget(posts=3))
        except BudgetSpent:
            ids = [item.native_id for batch in reader.batches for item in batch.items]
    assert {f"{PAGE}_{number}" for number in range(1, 6)} | {"1_11", "4_41"} <= set(ids)


def test_a_thread_that_two_lists_show_is_read_once(graph: EmulatedGraph, address: str) -> None:
    graph.lists = {"feed": [post(1, 1)], "visitor_posts": [post(1, 1)], "tagged": [post(1, 1)]}
    Reader(address, lists=("feed", "visitor_posts", "tagged")).run()
    assert [path for path, _ in graph.asked].count(f"{PAGE}_1/comments") == 1


@pytest.mark.parametrize(("order", "asked"), [("reverse_chronological", 2), ("ranked", 3)])
def test_old_comments_are_passed_over_where_the_order_allows_it(
    order: str, asked: int, graph: EmulatedGraph, address: str
) -> None:
    def list_all(path: str, query: Mapping[str, str]) -> Reply | None:
        ignoring = dict(query) | {"since": "0"}
        return graph._read(path, ignoring) if path.endswith("comments") else None  # noqa: SLF001  our own emulator

    graph.lists["feed"] = [post(1, 2000, news=1)]
    graph.comments = {f"{PAGE}_1": [comment(1, number, number * 300) for number in range(1, 6)]}
    graph.page_size, graph.order, graph.answer = 2, order, list_all
    Reader(address).run()
    assert [path for path, _ in graph.asked].count(f"{PAGE}_1/comments") == asked


def test_a_list_that_goes_round_in_a_circle_ends(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 1)]

    def circle(path: str, query: Mapping[str, str]) -> Reply | None:
        if not path.endswith("comments"):
            return None
        after = f"{query.get('after', '')}x"  # another position each time
        page = {"data": [comment(1, 11, 1)], "paging": {"cursors": {"after": after}, "next": "https://x.invalid/"}}
        return 200, {}, write(page)

    graph.answer = circle
    assert Reader(address).run() == [f"{PAGE}_1", "1_11"]


def test_a_message_without_id_is_put_aside_and_the_others_are_read(graph: EmulatedGraph, address: str) -> None:
    nameless = post(2, 2)
    del nameless["id"]
    graph.lists["feed"] = [post(1, 1), nameless, post(3, 3)]
    reader = Reader(address)
    assert reader.run() == [f"{PAGE}_1", f"{PAGE}_3"]
    (poison,) = reader.batches[0].poison
    assert json.loads(poison.item.payload) == nameless
    assert "id" in poison.reason


def test_a_payload_is_what_facebook_sent_byte_for_byte(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 1, message="Banjir di Jl. Sabang \u2014 tolong \U0001f64f", link="https://x.id/a")]
    reader = Reader(address)
    reader.run()
    assert reader.batches[0].items[0].payload == write(graph.lists["feed"][0])


def test_a_time_in_the_future_does_not_carry_the_cursor_there(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, -20), post(2, -2000)]
    reader = Reader(address)
    reader.run()
    assert reader.cursor.places["feed"].high == NOW


def test_a_window_gives_what_was_written_in_it(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 1), post(2, 10), post(3, 30, news=9), post(4, 30)]
    graph.comments = {
        f"{PAGE}_1": [comment(1, 11, 0.5)],
        f"{PAGE}_2": [comment(2, 21, 5), comment(2, 22, 9.5)],
        f"{PAGE}_3": [comment(3, 31, 9)],
    }
    reader = Reader(address)
    window = Window(since=NOW - timedelta(hours=12), until=NOW - timedelta(hours=6))
    assert reader.run(window=window) == [f"{PAGE}_2", "2_22", "3_31"]
    assert f"{PAGE}_1/comments" not in [path for path, _ in graph.asked]
    assert reader.run(window=window) == []


def test_too_much_data_is_asked_for_in_smaller_pages(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(1, 9)]
    graph.answer = lambda _path, query: (
        refuse(1, "Please reduce the amount of data you're asking for, then retry your request")
        if int(query.get("limit", 1)) > 3
        else None
    )
    assert len(set(Reader(address).run())) == 8
    limits = [query["limit"] for path, query in graph.asked if path.endswith("feed")]
    assert limits == ["100", "50", "25", "12", "6", "3", "3", "3"]


def test_a_service_that_is_down_even_for_one_message_is_a_passing_failure(graph: EmulatedGraph, address: str) -> None:
    graph.answer = lambda _path, _query: refuse(2, "Service temporarily unavailable")
    with pytest.raises(Transient, match="temporarily unavailable"):
        Reader(address).run()
    assert graph.asked[-1][1]["limit"] == "1"


BUSINESS = {"104": [{"type": "pages", "call_count": 95, "total_time": 3, "estimated_time_to_regain_access": 19}]}


@pytest.mark.parametrize(("name", "value", "minutes"), [
    ("x-business-use-case-usage", json.dumps(BUSINESS), 19),
    ("x-app-usage", '{"call_count": 28, "total_time": 91, "total_cputime": 25, "a_new_key": {"x": [1]}}', 15),
    ("x-page-usage", '{"call_count": 100.5, "estimated_time_to_regain_access": 1e300}', 24 * 60),
])  # fmt: skip
def test_a_quota_that_is_nearly_used_up_ends_the_run_after_the_page_is_stored(
    name: str, value: str, minutes: int, graph: EmulatedGraph, address: str
) -> None:
    graph.lists["feed"] = [post(1, 1)]
    graph.headers = {name: value}
    reader = Reader(address)
    with pytest.raises(RateLimited) as stopped:
        reader.run()
    assert [item.native_id for batch in reader.batches for item in batch.items] == [f"{PAGE}_1"]
    assert stopped.value.until == NOW + timedelta(minutes=minutes)
    graph.headers = {}
    graph.comments = {f"{PAGE}_1": [comment(1, 11, 1)]}
    assert "1_11" in reader.run()


@pytest.mark.parametrize("value", [
    "", "{}", "[]", "null", "NaN", '{"call_count": "99"}', '{"call_count": null}', '{"call_count": 90}', "{",
    '{"call_count": NaN}', "[" * 100_000, '{"1": [{"type": "pages", "call_count": 1, "new": {"x": true}}]}',
])  # fmt: skip
def test_a_usage_header_that_says_nothing_clear_stops_nothing(value: str) -> None:
    assert find_rest({"x-business-use-case-usage": value}, NOW) is None


@pytest.mark.parametrize(("refusal", "kind"), [
    ((190, "Session has expired", 463), AuthExpired),
    ((190, "The password was changed", 460), AuthExpired),
    ((102, "Session key invalid", 0), AuthExpired),
    ((4, "Application request limit reached", 0), RateLimited),
    ((17, "User request limit reached", 0), RateLimited),
    ((32, "Page request limit reached", 0), RateLimited),
    ((613, "Calls to this api have exceeded the rate limit", 0), RateLimited),
    ((80001, "Too many calls to this Page account", 0), RateLimited),
    ((10, "This endpoint requires the 'pages_read_engagement' permission", 0), Forbidden),
    ((200, "Permissions error", 0), Forbidden),
    ((299, "Requires pages_read_user_content", 0), Forbidden),
    ((3, "Capability or permissions issue", 0), Forbidden),
    ((100, "Tried accessing nonexisting field (story)", 0), SourceChanged),
    ((100, "Object does not exist", 33), SourceChanged),
    ((368, "Temporarily blocked for policies violations", 0), Blocked),
    ((12345, "Something else", 0), Transient),
])  # fmt: skip
def test_each_error_code_is_typed_and_quoted(
    refusal: tuple[int, str, int], kind: type[StopSource], graph: EmulatedGraph, address: str
) -> None:
    graph.answer = lambda _path, _query: refuse(*refusal)
    with pytest.raises(kind, match=re.escape(refusal[1])) as stopped:
        Reader(address).run()
    if "pages_" in refusal[1]:
        assert "(pages_read_" in str(stopped.value)
    if isinstance(stopped.value, RateLimited):
        assert stopped.value.until == NOW + timedelta(minutes=15)


def test_comments_that_were_deleted_meanwhile_or_belong_to_others_stop_nothing(
    graph: EmulatedGraph, address: str
) -> None:
    graph.lists["tagged"] = [post(1, 1), post(2, 2, owner="555"), post(3, 3)]
    forbidden = refuse(10, "requires 'pages_read_engagement'")
    graph.answer = lambda path, _query: {f"{PAGE}_1/comments": NOT_THERE, "555_2/comments": forbidden}.get(path)
    assert Reader(address, lists=("tagged",)).run() == [f"{PAGE}_1", "555_2", f"{PAGE}_3"]
    graph.answer = fail(f"{PAGE}_3/comments", forbidden)
    with pytest.raises(Forbidden, match="pages_read_engagement"):
        Reader(address, lists=("tagged",)).run()


def test_no_error_tells_a_secret(graph: EmulatedGraph, address: str) -> None:
    reader = Reader(address, token="EAAother/token")
    with pytest.raises(AuthExpired, match=r"Malformed access token \[secret\]"):
        reader.run()
    reader = Reader("http://127.0.0.1:1")
    with pytest.raises(Transient, match=f"v26.0/{PAGE}/feed cannot be reached") as stopped:
        reader.run()
    assert PROOF not in str(stopped.value)


def test_the_end_of_a_token_is_seen_two_weeks_ahead(graph: EmulatedGraph, address: str) -> None:
    settings = make_settings(address)
    assert find_expiry(settings, lambda: NOW) is None
    ends = NOW + timedelta(days=14)
    graph.facts["data_access_expires_at"] = int((NOW + timedelta(days=60)).timestamp())
    assert find_expiry(settings, lambda: NOW) == NOW + timedelta(days=60)
    graph.facts["expires_at"] = int(ends.timestamp())
    assert find_expiry(settings, lambda: NOW) == ends
    graph.facts["is_valid"] = False
    assert find_expiry(settings, lambda: NOW) == NOW
    assert TOKEN.encode() not in b"".join(path.encode() for path, _ in graph.asked)


def test_a_check_names_each_missing_permission(graph: EmulatedGraph, address: str) -> None:
    assert check(make_settings(address)) == []
    graph.facts |= {"scopes": ["pages_show_list"], "type": "USER"}
    problems = check(make_settings(address, replies=True, verify_token="kata"))
    assert [problem.rpartition(" ")[2] for problem in problems[:-1]] == [
        "pages_read_engagement.", "pages_read_user_content.", "pages_manage_engagement.", "pages_manage_metadata.",
    ]  # fmt: skip
    assert "person" in problems[-1]
    graph.facts["is_valid"] = False
    with pytest.raises(AuthExpired, match="make a new one"):
        check(make_settings(address))
    with pytest.raises(AuthExpired, match="Invalid OAuth"):
        check(make_settings(address, app_secret="another"))


def test_deleted_messages_are_found_fifty_at_a_time(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(number, number) for number in range(120)]
    ids = [f"{PAGE}_{number}" for number in range(120)]
    del graph.lists["feed"][100], graph.lists["feed"][7]
    budget = Budget(posts=200)
    found = recheck(make_settings(address), ids, budget, lambda: NOW)
    assert found.missing == (f"{PAGE}_7", f"{PAGE}_100")
    assert found.items == ()
    assert budget.posts == 80
    assert [path for path, _ in graph.asked] == [""] * 4  # the token's permissions, and three batches


def test_what_facebook_had_no_time_for_is_not_missing(graph: EmulatedGraph, address: str) -> None:
    def answer(path: str, _query: Mapping[str, str]) -> Reply | None:
        if path or len(graph.asked) == 1:
            return None
        return 200, {}, write([None, {"code": 400, "body": NOT_THERE[2].decode()}, {"code": 200, "body": "{}"}])

    graph.answer = answer
    found = recheck(make_settings(address), ["1_1", "1_2", "1_3"], Budget(), lambda: NOW)
    assert found.missing == ("1_2",)


def test_a_token_without_permission_finds_nothing_deleted(graph: EmulatedGraph, address: str) -> None:
    graph.facts["scopes"] = list(SCOPES[:2])
    with pytest.raises(Forbidden, match="pages_read_user_content"):
        recheck(make_settings(address), ["1_1"], Budget(), lambda: NOW)
    graph.facts["scopes"] = list(SCOPES)
    graph.answer = lambda path, _query: refuse(10, "needs pages_read_engagement") if path == "1_1" else None
    with pytest.raises(Forbidden, match="pages_read_engagement"):
        recheck(make_settings(address), ["1_1"], Budget(), lambda: NOW)


def test_a_reply_is_a_comment_below_the_item(graph: EmulatedGraph, address: str) -> None:
    graph.lists["feed"] = [post(1, 1)]
    reader = Reader(address)
    reader.run()
    own = reply(reader.settings, reader.batches[0].items[0], "Laporan kami catat: JKT-26-000001.", "received:1")
    assert own == "1_77"
    assert graph.comments[f"{PAGE}_1"] == [{"id": "1_77", "message": "Laporan kami catat: JKT-26-000001."}]
    graph.answer = fail("comments", refuse(200, "requires pages_manage_engagement"))
    with pytest.raises(Forbidden, match="pages_manage_engagement"):
        reply(reader.settings, reader.batches[0].items[0], "Terima kasih.", "received:1")
    assert len(graph.posted) == 1
    graph.answer = fail("comments", refuse(32, "Page request limit reached"))
    with pytest.raises(NotSent, match="quota"):
        reply(reader.settings, reader.batches[0].items[0], "Terima kasih.", "received:1")


def take(*changes: Thing, settings: Settings | None = None) -> tuple[Item, ...]:
    entry = {"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": change} for change in changes]}
    body = write({"object": "page", "entry": [entry]})
    return accept(settings or make_settings(), Request(headers=sign(body), body=body), NOW).items


def tell(item: str = "comment", verb: str = "add", **changes: object) -> Thing:
    value = {
        "item": item, "verb": verb, "post_id": f"{PAGE}_1", "from": {"id": "7811", "name": "Warga"},
        "created_time": int((NOW - timedelta(hours=1)).timestamp()), "message": "Komentar 11",
    }  # fmt: skip
    comments = {"comment_id": "1_11", "parent_id": f"{PAGE}_1"} if item == "comment" else {}
    return value | comments | changes


def test_hands_are_shaken_with_the_right_verify_token_alone() -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=kata+kita"
    asked = Request(headers={}, body=b"", method="GET", query=query)
    batch = accept(make_settings(verify_token="kata kita"), asked, NOW)
    assert (batch.items, batch.answer) == ((), "1158201444")
    wrong = [make_settings(), make_settings(verify_token="lain"), make_settings(verify_token="kät")]
    for settings in wrong:
        with pytest.raises(BadRequest, match="verify token") as refused:
            accept(settings, asked, NOW)
        assert refused.value.status == 403
    for bad in ("", "hub.mode=unsubscribe&hub.verify_token=kata+kita", "hub.verify_token=%ff&hub.mode=subscribe"):
        with pytest.raises(BadRequest):
            accept(make_settings(verify_token="kata kita"), asked.replace(query=bad), NOW)


def test_the_signature_covers_the_raw_bytes() -> None:
    body = (
        b'{"object":"page","entry":[{"id":"1","changes":[{"field":"feed","value":'
        + write(tell(message="Ai\u2014r"))
        + b"}]}]}"
    )
    assert b"\\u2014" in body
    batch = accept(make_settings(), Request(headers=sign(body), body=body), NOW)
    assert batch.answer == "EVENT_RECEIVED"
    assert parse(batch.items[0]).text == "Ai\u2014r"
    rewritten = json.dumps(json.loads(body), ensure_ascii=False).encode()
    for headers, sent in [
        (sign(body), rewritten), (sign(body, "other"), body), ({}, body), ({"x-hub-signature-256": "sha256=é"}, body),
    ]:  # fmt: skip
        with pytest.raises(BadRequest, match="signature") as refused:
            accept(make_settings(), Request(headers=headers, body=sent), NOW)
        assert refused.value.status == 401
    with pytest.raises(BadRequest) as refused:
        accept(make_settings(), Request(headers={}, body=b"x" * 2_000_001), NOW)
    assert refused.value.status == 413


def test_a_delivery_tells_of_new_changed_and_removed_messages() -> None:
    new, changed, removed, lost = take(
        tell(), tell(verb="edited", message="Ralat"), tell(verb="remove"), tell("status", "remove")
    )
    assert [one.kind for one in (new, changed, removed, lost)] == ["upsert", "edit", "tombstone", "tombstone"]
    assert {new.id, changed.id, removed.id} == {f"facebook:{PAGE}:1_11"}
    assert lost.native_id == f"{PAGE}_1"
    assert removed.payload == b""
    assert parse(changed).text == "Ralat"
    assert parse(new).url == f"https://www.facebook.com/{PAGE}/posts/1?comment_id=11"


def test_reactions_visits_and_unpublished_posts_are_passed_over() -> None:
    assert take(tell("reaction", comment_id=None), tell("like"), tell(verb="hide"), tell("post", published=0)) == ()
    body = write({"object": "page", "entry": [{"id": PAGE, "messaging": [{}]}, {"id": PAGE, "changes": [
        {"field": "messages", "value": "x"}, {"field": "mention", "value": {"item": 3}},
    ]}]})  # fmt: skip
    assert accept(make_settings(), Request(headers=sign(body), body=body), NOW).items == ()


@pytest.mark.parametrize("body", [
    b"", b"\xff", b"[]", b'{"entry": 1}', b'{"entry": [{"id": "1", "changes": [7]}]}', b"[" * 100_000,
    b'{"entry": [{"id": "1", "changes": [{"field": "feed", "value": []}]}]}',
    b'{"entry": [{"id": "1", "changes": [{"field": "feed", "value": {"item": "post", "verb": "add"}}]}]}',
])  # fmt: skip
def test_a_signed_delivery_that_cannot_be_read_is_kept_for_a_person(body: bytes) -> None:
    (item,) = accept(make_settings(), Request(headers=sign(body), body=body), NOW).items
    assert item.payload in body
    with pytest.raises(Poison):
        parse(item)


def test_a_webhook_and_a_poll_that_bring_the_same_comment_give_one_item(
    graph: EmulatedGraph, address: str, store: Store
) -> None:
    graph.lists["feed"] = [post(1, 3)]
    graph.comments = {f"{PAGE}_1": [comment(1, 11, 1)]}
    source = make_source("fb", section(address, **QUIET))
    (told,) = take(tell(), settings=source.settings)
    body = write({"object": "page", "entry": [{"id": PAGE, "changes": [{"field": "feed", "value": tell()}]}]})
    request = Request(headers=sign(body), body=body)
    intake = Intake(store, source, lambda: NOW, lambda: None)
    collecting = Collecting(store, lambda: NOW, "tests")
    intake(request)
    run = collecting.run(source)
    assert run is not None
    assert run.outcome == "done", run.error
    intake(request)
    ids = [one.item.id for one in store.items.pending(100, 10**9)]
    assert sorted(ids) == [f"facebook:{PAGE}:{PAGE}_1", f"facebook:{PAGE}:1_11"]
    polled = store.items.find(f"facebook:{PAGE}:1_11")
    assert polled is not None
    said, heard = parse(polled), parse(told)
    assert (said.text, said.author, said.reply_to, said.created_at) == (
        heard.text, heard.author, heard.reply_to, heard.created_at,
    )  # fmt: skip


def make_item(thing: object, native_id: str = f"{PAGE}_1") -> Item:
    return Item(
        channel="facebook", account=PAGE, native_id=native_id, collector="facebook", source="fb",
        payload=thing if isinstance(thing, bytes) else json.dumps(thing).encode(), media_type="application/json",
        observed_at=NOW,
    )  # fmt: skip


def test_what_the_page_says_itself_is_marked_in_polls_and_webhooks() -> None:
    own = {"from": {"id": PAGE, "name": "Sudin"}}
    assert parse(make_item(post(1, 1) | own)).flags == ("broadcast", "bulk")
    assert parse(make_item(comment(1, 11, 1) | own, "1_11")).flags == ("broadcast", "auto_reply")
    told = [parse(one).flags for one in take(tell("status") | own, tell() | own)]
    assert told == [("broadcast", "bulk"), ("broadcast", "auto_reply")]
    assert parse(make_item(post(1, 1))).flags == ("broadcast",)


@pytest.mark.parametrize(("place", "geotag", "hint"), [
    ({"name": "Pasar Minggu", "location": {"latitude": -6.28, "longitude": 106.84}}, (-6.28, 106.84), "Pasar Minggu"),
    ({"name": "Halte Bukit Duri", "location": {"city": "Jakarta", "street": "Jl. KH Abdullah Syafei"}}, None,
     "Halte Bukit Duri, Jl. KH Abdullah Syafei, Jakarta"),
    ({"name": "Jakarta, Indonesia", "location": {"city": "Jakarta", "latitude": -6.17, "longitude": 106.82}}, None,
     "Jakarta, Indonesia"),
    ({"name": "Rusak", "location": {"latitude": 0, "longitude": 0}}, None, "Rusak"),
    ({"name": "Rusak", "location": {"latitude": "NaN", "longitude": 999}}, None, "Rusak"),
    ({"name": None, "location": "Jakarta"}, None, None),
    ("Jakarta", None, None),
])  # fmt: skip
def test_a_place_is_a_hint_and_a_point(place: object, geotag: tuple[float, float] | None, hint: str | None) -> None:
    draft = parse(make_item(post(1, 1, place=place)))
    assert draft.geotag == (Point(lat=geotag[0], lon=geotag[1]) if geotag else None)
    assert draft.place_hint == hint


def test_a_share_without_words_has_the_words_of_what_is_shared() -> None:
    shared = {"data": [{"type": "share", "title": "Banjir di Kemang", "description": "Air setinggi lutut"}, 7]}
    assert parse(make_item(post(1, 1, message="", attachments=shared))).text == "Banjir di Kemang\nAir setinggi lutut"
    sticker = comment(1, 11, 1, message="", attachment={"type": "sticker", "url": "https://x.id"})
    assert parse(make_item(sticker, "1_11")).text == ""


def test_a_bad_time_costs_only_the_time() -> None:
    draft = parse(make_item(post(1, 1, created_time="1970-01-01T00:00:00+0000")))
    assert (draft.created_at, draft.flags) == (NOW, ("broadcast", "bad_time"))


@pytest.mark.parametrize("payload", [b"", b"\0", b"null", b"[]", b"{}", b'{"value": {}}', b"[" * 100_000, b"\xff{}"])
def test_bytes_that_are_no_message_are_poison(payload: bytes) -> None:
    with pytest.raises(Poison):
        parse(make_item(payload))


NAMES = st.sampled_from([
    "id", "message", "story", "created_time", "updated_time", "from", "name", "place", "location", "latitude", "city",
    "longitude", "street", "permalink_url", "attachments", "attachment", "data", "title", "parent", "parent_id",
    "value", "item", "comment_id", "post_id", "photo",
])  # fmt: skip
THINGS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, THINGS, max_size=10), st.sampled_from([f"{PAGE}_1", "1_2", "\ud800", "x"]))
def test_any_shape_gives_a_draft_that_can_be_stored_or_poison(thing: Thing, native_id: str) -> None:
    try:
        draft = parse(make_item(thing, native_id))
    except Poison:
        return
    assert draft.created_at.tzinfo is UTC
    assert draft.created_at > datetime(2000, 1, 1, tzinfo=UTC)
    assert "\0" not in draft.text


@given(st.binary(max_size=200))
def test_any_bytes_give_a_draft_or_poison(payload: bytes) -> None:
    try:
        parse(make_item(payload))
    except Poison:
        return
