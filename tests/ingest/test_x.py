import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import NOW, make_item
from x_emulator import CITY, OAUTH, TOKEN, USER_TOKEN, Json, Refusal, XEmulator, problem, run_x
from x_reader import HASHTAG, Reader, both, make_settings

from dengar.collecting import Collecting
from dengar.errors import (
    BudgetSpent,
    Forbidden,
    NotSent,
    Poison,
    Retention,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.protocol import Window
from dengar.ingest.x import Settings, check, describe, parse, pull, recheck, reply, wait
from dengar.store import Store
from dengar.wiring import make_source


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with run_x() as emulator:
        yield emulator


@pytest.fixture
def reader(x: XEmulator) -> Reader:
    return Reader(x, both(x))


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def flood(x: XEmulator, count: int, first: datetime, step: timedelta) -> list[str]:
    """Publish so many posts, one each step; gives their ids."""
    return [x.add(f"air naik ke-{n} {HASHTAG}", at=first + n * step) for n in range(count)]


def ids(reader: Reader) -> set[str]:
    return {item.native_id for item in reader.disk.values()}


# the switch


def test_without_the_plan_nothing_is_asked(x: XEmulator) -> None:
    off = both(x, plan="")
    (problem_,) = check(off)
    assert "Enterprise plan" in problem_
    calls = (
        lambda: list(pull(off, Reader(x, off).cursor, None, Reader(x, off).budget(), lambda: NOW)),
        lambda: wait(off, 10),
        lambda: recheck(off, ["1"], Reader(x, off).budget(), lambda: NOW),
        lambda: reply(off, make_item(), "Terima kasih", "1"),
    )
    for call in calls:
        with pytest.raises(Forbidden, match="Enterprise plan"):
            call()
    assert x.exchanges == []


@pytest.mark.parametrize(("section", "says"), [
    ({}, "Nothing is read"),
    ({"query": HASHTAG}, "set bearer_token"),
    ({"query": HASHTAG, "bearer_token": "t", "consumer_key": "k"}, "set all four"),
    ({"mentions_of": CITY, "bearer_token": "t", "stream": True}, "stream needs query"),
])  # fmt: skip
def test_what_is_lacking_is_said_in_a_sentence(section: Json, says: str) -> None:
    lacking = Settings.model_validate({"name": "x", "collector": "x", "plan": "enterprise", **section})
    assert says in check(lacking)[0]
    with pytest.raises(Forbidden, match=says):
        wait(lacking, 10)


def test_the_check_tries_the_credentials_and_reads_no_post(x: XEmulator) -> None:
    assert check(both(x, **OAUTH)) == []
    assert check(make_settings(x, mentions_of="1", user_token=USER_TOKEN))[0].startswith("The account's credentials")
    x.usage |= {"project_usage": "1000"}
    assert "cap of 1000 posts" in check(both(x))[0]
    assert set(x.billed) == {"user"}
    assert describe().sees_deletions


# reading


def test_a_post_is_the_same_in_both_vocabularies(x: XEmulator) -> None:
    first = x.add("lampu mati @DKIJakarta", at=ago(hours=3))
    more: Json = {"author": "12", "refers": (("replied_to", first),), "point": (106.8, -6.2)}
    x.add("masih mati @DKIJakarta", at=ago(hours=2), note="masih mati @DKIJakarta sejak Senin", **more)
    x.edit(x.add("sampah @DKIJakarta", at=ago(hours=1)), "sampah numpuk @DKIJakarta")
    drafts = []
    for vocabulary in ("post", "tweet"):
        reader = Reader(x, both(x, vocabulary=vocabulary))
        reader.run()
        assert reader.error is None
        drafts.append([(item.id, item.kind, parse(item)) for item in reader.disk.values()])
    assert drafts[0] == drafts[1]
    assert [kind for _, kind, _ in drafts[0]] == ["edit", "upsert", "upsert"]
    assert drafts[0][1][2].reply_to == first
    assert drafts[0][1][2].author == "12"


def test_a_vocabulary_that_x_no_longer_knows_is_noticed(reader: Reader) -> None:
    reader.x.add(f"genangan {HASHTAG}")
    reader.x.deaf = True
    reader.run()
    assert isinstance(reader.error, SourceChanged)
    assert 'vocabulary = "tweet"' in str(reader.error)
    assert not reader.disk


def test_the_bytes_of_a_post_stay_as_they_came(reader: Reader) -> None:
    reader.x.add(f"genangan “dalam” {HASHTAG}", urls=({"start": 0, "end": 1, "url": "https://t.co/a"},))
    reader.run()
    (item,) = reader.disk.values()
    page = reader.x.exchanges[-1].answer
    data = item.payload.removeprefix(b'{"data":').rpartition(b',"includes":')[0]
    assert data in page
    assert json.loads(data)["entities"]
    assert b"public_metrics" not in page


def test_a_post_that_is_read_again_is_no_new_revision(reader: Reader) -> None:
    x = reader.x
    x.add(
        f"genangan @DKIJakarta {HASHTAG}", media=({"media_key": "3_1", "type": "photo", "url": "https://p.example/1"},)
    )
    reader.run()
    reader.saved = b"{}"
    reader.run()
    assert x.billed["search"] == x.billed["mentions"] == 2
    assert (len(reader.disk), reader.changed) == (1, 0)


def test_what_is_read_of_both_is_read_from_two_marks(reader: Reader) -> None:
    mention = reader.x.add("lampu mati @DKIJakarta")
    found = reader.x.add(f"genangan {HASHTAG}")
    reader.run()
    assert reader.cursor.mentions.high == mention
    assert reader.cursor.search.high == found


def test_one_refusal_does_not_cost_the_other_reading(reader: Reader) -> None:
    reader.x.add(f"genangan {HASHTAG}")
    reader.x.refusals = [("/mentions", Refusal(503, b"<html>upstream</html>"))]
    reader.run()
    assert isinstance(reader.error, Transient)
    assert len(reader.disk) == 1


def test_the_account_reads_its_own_mentions_and_the_app_searches(x: XEmulator) -> None:
    for credentials in (OAUTH, {"user_token": USER_TOKEN}):
        x.exchanges.clear()
        reader = Reader(x, both(x, **credentials))
        reader.run()
        assert reader.error is None
        mentions, search = (one.asked.headers["authorization"] for one in x.exchanges)
        assert mentions != search
        assert search == "Bearer app-token"
    reader = Reader(x, make_settings(x, bearer_token=None, **OAUTH))
    reader.run()
    assert reader.error is None


def test_a_post_without_id_is_put_aside_and_the_others_are_read(reader: Reader) -> None:
    reader.x.refusals = [("/search", Refusal(200, {
        "data": [{"text": "tanpa nomor"}, "tulisan", {"id": "12", "author_id": "3", "text": "banjir"}],
        "meta": {"result_count": 3},
    }))]  # fmt: skip
    reader.run()
    assert reader.error is None
    assert (ids(reader), reader.poison) == ({"12"}, 2)
    assert reader.posts == 3


def test_problems_with_single_posts_do_not_cost_the_others(reader: Reader) -> None:
    x = reader.x
    quoted = x.add("yang dikutip", at=ago(hours=1))
    x.add(f"ini parah {HASHTAG}", refers=(("quoted", quoted),))
    x.deleted.add(quoted)
    reader.run()
    assert json.loads(x.exchanges[-1].answer)["errors"]
    assert (len(reader.disk), reader.error) == (1, None)


def test_own_withheld_and_superseded_posts_are_left_out(reader: Reader) -> None:
    x = reader.x
    x.add(f"balasan kami {HASHTAG}", author=CITY)
    x.add(f"ditahan {HASHTAG}", withheld=("XX",))
    x.show_all_versions = True
    first = x.add(f"banjr {HASHTAG}", at=ago(minutes=9))
    x.edit(first, f"banjir {HASHTAG}", at=ago(minutes=5))
    reader.run()
    (item,) = reader.disk.values()
    assert (item.native_id, item.kind, parse(item).text) == (first, "edit", f"banjir {HASHTAG}")
    assert x.billed["search"] == reader.posts == 4


# money


def test_the_money_counted_is_what_x_bills(reader: Reader) -> None:
    flood(reader.x, 130, ago(hours=5), timedelta(minutes=2))
    reader.x.add("lampu mati @DKIJakarta")
    reader.run()
    assert reader.x.billed == {"search": 130, "mentions": 1}
    assert reader.money == pytest.approx(reader.x.money) == pytest.approx(130 * 0.005 + 0.001)
    assert reader.posts == 131


def test_a_run_costs_what_x_bills_and_stops_at_the_limit(x: XEmulator, store: Store) -> None:
    flood(x, 130, ago(hours=5), timedelta(minutes=2))
    limits = {"money_per_day": 0.6}
    section = {"collector": "x", "plan": "enterprise", "api": x.address, "bearer_token": TOKEN, "query": HASHTAG}
    run = Collecting(store, lambda: NOW, "tests").run(make_source("x", {**section, "budget": limits}))
    assert run is not None
    assert (run.outcome, run.items) == ("budget_spent", 120)
    assert run.cost == pytest.approx(x.money) == pytest.approx(0.6)
    assert store.spending.on_day("x", NOW).money == pytest.approx(0.6)
    assert store.cursors.paused_until("x") == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(("wreck", "error"), [("cut", Transient), ("garble", SourceChanged), ("shape", SourceChanged)])
def test_a_page_that_was_billed_and_cannot_be_read_is_counted(
    reader: Reader, wreck: str, error: type[StopSource]
) -> None:
    flood(reader.x, 150, ago(hours=5), timedelta(minutes=2))
    reader.settings = make_settings(reader.x)
    reader.x.wreck = wreck
    reader.run()
    assert type(reader.error).__mro__.index(error) >= 0
    assert reader.x.billed["search"] == reader.posts == 100
    assert reader.money == pytest.approx(reader.x.money)
    reader.run()
    assert len(reader.disk) == 150
    assert reader.money == pytest.approx(reader.x.money)


def test_data_of_another_kind_is_counted_by_its_number(reader: Reader) -> None:
    reader.x.refusals = [("/search", Refusal(200, {"data": ["a", "b", "c"], "meta": {"result_count": "three"}}))]
    reader.run()
    assert isinstance(reader.error, SourceChanged)
    assert reader.posts == 3


def test_an_answer_without_end_is_counted_as_all_that_was_asked_for(reader: Reader) -> None:
    reader.x.refusals = [("/search", Refusal(200, b"x" * 10_000_001))]
    reader.run()
    assert isinstance(reader.error, SourceChanged)
    assert reader.posts == 100


def test_a_refusal_or_a_web_page_is_not_counted(reader: Reader) -> None:
    reader.x.refusals = [("/search", Refusal(200, b"<html>")), ("/mentions", Refusal(403, b"<html>"))]
    reader.run()
    assert (reader.posts, reader.money) == (0, 0.0)


def test_no_more_is_asked_for_than_can_be_paid(reader: Reader) -> None:
    x = reader.x
    known = flood(x, 60, ago(hours=5), timedelta(minutes=2))
    reader.settings = make_settings(x)
    reader.run(money=0.15, money_until=NOW)
    assert [one.asked.query["max_results"] for one in x.exchanges] == ["30"]
    assert isinstance(reader.error, BudgetSpent)
    assert reader.error.until == NOW
    reader.run(posts=20)
    reader.run(posts=12)
    assert ids(reader) == set(known)
    assert (x.billed["search"], reader.changed) == (60, 0)


# the gap cursor


def test_high_stands_still_while_pages_remain(reader: Reader) -> None:
    x = reader.x
    first = x.add(f"genangan {HASHTAG}", at=ago(hours=9))
    reader.run()
    x.fullest = 10
    known = flood(x, 25, ago(hours=5), timedelta(minutes=2))
    reader.now += timedelta(minutes=1)
    reader.run(crash_at=3)  # the first batch is of mentions
    mark = reader.cursor.search
    assert mark.high == first
    assert mark.gap is not None
    assert (mark.gap.newest, mark.gap.until) == (known[-1], known[5])
    newer = x.add(f"tambah dalam {HASHTAG}", at=ago(minutes=1))
    reader.run()
    assert (reader.cursor.search.high, reader.cursor.search.gap) == (newer, None)
    assert ids(reader) == {first, *known, newer}
    assert x.billed["search"] == 27


def test_a_short_or_empty_page_is_not_the_end(reader: Reader) -> None:
    known = set(flood(reader.x, 7, ago(hours=5), timedelta(minutes=2)))
    reader.x.fullest = 3
    reader.x.empty_pages = 2
    reader.run()
    assert (ids(reader), reader.error) == (known, None)


def test_pages_that_go_round_in_circles_are_noticed(reader: Reader) -> None:
    page = Refusal(200, {"meta": {"result_count": 0, "next_token": "again"}})
    reader.x.refusals = [("/search", page)] * 3
    reader.run()
    assert isinstance(reader.error, SourceChanged)
    assert "circles" in str(reader.error)


def test_a_late_post_is_found_and_the_overlap_is_not_paid_with_every_look(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x))
    known = flood(x, 120, NOW, timedelta(minutes=1))
    late = [
        x.add(f"terlambat {n} {HASHTAG}", at=NOW + timedelta(minutes=n), found_at=NOW + timedelta(minutes=n + 14))
        for n in range(0, 100, 10)
    ]
    for _ in range(150):
        reader.run()
        assert reader.error is None
        reader.later(minutes=1)
    assert ids(reader) == {*known, *late}
    assert x.billed["search"] <= 3 * 130
    assert reader.money == pytest.approx(x.money)


def test_who_wants_it_looks_for_late_posts_each_time(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x, minutes_between_overlaps=0))
    x.add(f"genangan {HASHTAG}", at=NOW)
    reader.later(minutes=1)
    reader.run()
    late = x.add(f"terlambat {HASHTAG}", at=ago(minutes=3), found_at=NOW + timedelta(minutes=2))
    reader.later(minutes=1)
    reader.run()
    assert late in ids(reader)


def test_an_unread_week_leaves_a_gap_record_for_what_is_gone(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x))
    x.add(f"pertama {HASHTAG}", at=NOW)
    reader.later(minutes=1)
    reader.run()
    read_at = reader.now
    reader.later(days=9)
    x.add(f"hilang {HASHTAG}", at=NOW + timedelta(days=1))
    kept = x.add(f"masih ada {HASHTAG}", at=NOW + timedelta(days=5))
    reader.run()
    assert reader.error is None
    (gap,) = reader.gaps
    assert gap.since == read_at
    assert gap.until == reader.now - timedelta(days=7) + timedelta(minutes=1)
    assert "7 days" in gap.cause
    assert kept in ids(reader)
    reader.run()
    assert len(reader.gaps) == 1


def test_a_quiet_source_that_is_read_has_no_gap(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x))
    x.add(f"pertama {HASHTAG}", at=NOW)
    for _ in range(20):
        reader.run()
        assert reader.error is None
        reader.later(hours=11)
    assert reader.gaps == []
    assert x.billed["search"] == 2  # once more as overlap


def test_a_backlog_that_grows_too_old_is_noted(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x))
    x.fullest = 5
    flood(x, 30, ago(days=6), timedelta(hours=4))
    reader.run(crash_at=2)
    reader.later(days=4)
    reader.run()
    assert reader.error is None
    assert len(reader.disk) == 10 + 1
    assert [gap.until for gap in reader.gaps] == [reader.now - timedelta(days=7) + timedelta(minutes=1)]
    reader.later(days=20)
    x.add(f"baru {HASHTAG}", at=reader.now)
    reader.run()
    assert reader.cursor.search.gap is None
    assert len(reader.gaps) == 2


def test_a_backlog_of_which_nothing_is_left_is_noted_and_closed(x: XEmulator) -> None:
    reader = Reader(x, make_settings(x))
    x.fullest = 5
    flood(x, 30, ago(days=6), timedelta(hours=1))
    reader.run(crash_at=2)
    reader.later(days=10)
    reader.run()
    assert reader.error is None
    assert reader.gaps
    assert reader.cursor.search.gap is None


def test_mentions_that_end_at_the_limit_of_x_leave_a_gap_record(x: XEmulator) -> None:
    reader = Reader(x, both(x, query=""))
    x.add("pertama @DKIJakarta", at=ago(days=30))
    reader.run()
    read_at = reader.now
    for n in range(850):
        x.add(f"lampu mati {n} @DKIJakarta", at=NOW + timedelta(minutes=n))
    reader.later(days=30)
    reader.run(crash_at=3)
    reader.run()
    assert reader.error is None
    assert len(reader.disk) == 801
    (gap,) = reader.gaps
    assert (gap.since, gap.until) == (read_at, NOW + timedelta(minutes=50))


# windows


def test_a_window_is_read_by_time_and_only_once(x: XEmulator) -> None:
    known = flood(x, 40, ago(hours=10), timedelta(minutes=10))
    x.fullest = 10
    window = Window(since=ago(hours=9), until=ago(hours=7))
    reader = Reader(x, both(x))
    reader.run(window=window, crash_at=2, written=True)
    reader.run(window=window)
    assert reader.error is None
    assert ids(reader) == set(known[6:18])
    assert x.billed["search"] <= 13
    before = len(x.exchanges)
    reader.run(window=window)
    assert len(x.exchanges) == before


def test_a_window_up_to_now_has_no_end_that_x_would_refuse(x: XEmulator) -> None:
    known = flood(x, 3, ago(minutes=30), timedelta(minutes=10))
    for until in (NOW, NOW - timedelta(seconds=3), NOW + timedelta(days=1), NOW - timedelta(seconds=11.5)):
        reader = Reader(x, both(x))
        reader.run(window=Window(since=ago(hours=1), until=until))
        assert (reader.error, ids(reader)) == (None, set(known))
    reader = Reader(x, both(x))
    reader.run(window=Window(since=NOW, until=NOW + timedelta(hours=1)))
    assert (reader.error, ids(reader)) == (None, set())


def test_what_x_no_longer_keeps_of_a_window_is_a_gap_record(x: XEmulator) -> None:
    kept = x.add(f"masih ada {HASHTAG}", at=ago(days=6))
    reader = Reader(x, make_settings(x))
    reader.run(window=Window(since=ago(days=9), until=ago(days=5)))
    assert isinstance(reader.error, Retention)
    assert ids(reader) == {kept}
    (gap,) = reader.gaps
    assert (gap.since, gap.until) == (ago(days=9), ago(days=7) + timedelta(minutes=1))
    reader.run(window=Window(since=ago(days=9), until=ago(days=5)))
    assert isinstance(reader.error, Retention)  # once more: a window that ends well closes its gap records
    assert len(x.exchanges) == 1
    reader = Reader(x, make_settings(x))
    reader.run(window=Window(since=ago(days=19), until=ago(days=15)))
    assert isinstance(reader.error, Retention)
    assert [(gap.since, gap.until) for gap in reader.gaps] == [(ago(days=19), ago(days=15))]


# whatever happens

crashes = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(1, 40)), max_size=8)


@settings(max_examples=15)
@given(crashes, st.integers(3, 40), st.randoms(use_true_random=False))
def test_no_schedule_of_crashes_loses_or_doubles_a_post(
    schedule: list[tuple[int, bool, int]], fullest: int, random: Random
) -> None:
    with run_x() as x:
        x.fullest = fullest
        reader = Reader(x, both(x))
        minutes = sorted(random.uniform(0, 300) for _ in range(250))
        known = {
            x.add(
                f"air naik {n} {HASHTAG if n % 3 else '@DKIJakarta'}",
                at=ago(hours=5) + timedelta(minutes=at),
                found_at=ago(hours=5) + timedelta(minutes=at + random.choice([0, 0, 0, 5, 14])),
            )
            for n, at in enumerate(minutes)
        }
        reader.now = ago(hours=4)
        for batches, written, pause in schedule:
            reader.run(crash_at=batches, written=written)
            reader.later(minutes=pause)
        while reader.now < NOW + timedelta(minutes=40):
            assert reader.run() < 400
            assert reader.error is None
            reader.later(minutes=13)
        assert ids(reader) == known
        assert reader.changed == 0
        assert reader.money == pytest.approx(x.money)
        assert Counter(x.billed).total() == reader.posts


# replies


def test_a_reply_is_signed_for_the_account_and_sent_once(x: XEmulator) -> None:
    reader = Reader(x, both(x))
    first = x.add("pipa bocor @DKIJakarta", at=ago(minutes=9))
    newest = x.edit(first, "pipa PAM bocor @DKIJakarta", at=ago(minutes=5))
    reader.run()
    (item,) = reader.disk.values()
    for credentials in (OAUTH, {"user_token": USER_TOKEN}):
        sent = reply(both(x, **credentials), item, "Terima kasih, kami catat.", "received:1")
        assert x.posts[sent].refers == (("replied_to", newest),)
        assert x.posts[sent].text == "Terima kasih, kami catat."
    assert [one.asked.method for one in x.exchanges].count("POST") == 2


def test_a_reply_that_cannot_be_says_why(x: XEmulator) -> None:
    reader = Reader(x, both(x))
    native_id = x.add("pipa bocor @DKIJakarta")
    reader.run()
    (item,) = reader.disk.values()
    with pytest.raises(Forbidden, match="account's credentials"):
        reply(both(x), item, "Terima kasih", "1")
    with pytest.raises(Forbidden, match="no post"):
        reply(both(x, **OAUTH), make_item(), "Terima kasih", "1")
    capped = problem("usage-capped", "Usage cap exceeded: Monthly product cap", period="Monthly")
    for refusal in (Refusal(400, problem("invalid-request", "Too long")), Refusal(429, capped), Refusal(402, {})):
        x.refusals = [("/2/tweets", refusal)]
        with pytest.raises(Forbidden):
            reply(both(x, **OAUTH), item, "Terima kasih", "1")
    x.refusals = [("/2/tweets", Refusal(500, b""))]
    with pytest.raises(Transient) as perhaps_sent:
        reply(both(x, **OAUTH), item, "Terima kasih", "1")
    assert not isinstance(perhaps_sent.value, NotSent)
    x.limits = {"/2/tweets": 0}
    with pytest.raises(NotSent, match="wait"):
        reply(both(x, **OAUTH), item, "Terima kasih", "1")
    x.limits = {}
    x.deleted.add(native_id)
    with pytest.raises(Forbidden, match="deleted"):
        reply(both(x, **OAUTH), item, "Terima kasih", "1")
    with pytest.raises(NotSent):
        reply(both(x, **OAUTH, api="http://127.0.0.1:9"), item, "Terima kasih", "1")


# parsing

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from([
    "id", "text", "author_id", "created_at", "geo", "coordinates", "attachments", "media_keys", "entities", "urls",
    "url", "note_post", "note_tweet", "referenced_posts", "type", "edit_history_post_ids", "media", "places", "posts",
    "full_name", "media_key", "expanded_url",
])  # fmt: skip
rows = st.dictionaries(names, json_values | st.dictionaries(names, json_values, max_size=5), max_size=12)


def read(payload: bytes) -> None:
    try:
        draft = parse(make_item().replace(payload=payload))
    except Poison:
        return
    assert draft.text.encode()
    assert "\0" not in draft.text
    assert draft.created_at.tzinfo is UTC


@given(rows, rows)
def test_any_post_is_a_draft_or_poison(data: Json, includes: Json) -> None:
    read(json.dumps({"data": {"id": "1", "text": "banjir"} | data, "includes": includes}).encode())


@pytest.mark.parametrize("payload", [
    b"", b"{", b"[]", b'{"data": []}', b"[" * 100_000, b'{"data": {"text": ""}}', b"\xff\xfe", b'{"data": {"text": 1}}',
])  # fmt: skip
def test_what_is_no_post_is_poison(payload: bytes) -> None:
    with pytest.raises(Poison):
        parse(make_item().replace(payload=payload))


@pytest.mark.parametrize("pair", ["[106.8, -96]", "[NaN, 1]", "[1e999, 1]", "[0, 0]", "[true, false]", '["a", "b"]',
                                  f"[1{'0' * 400}, 1]", "[1]", "{}"])  # fmt: skip
def test_a_place_or_time_that_cannot_be_does_not_cost_the_complaint(pair: str) -> None:
    text = '{"data": {"id": "1", "text": "banjir \\ud800\\u0000", "created_at": "kemarin", "geo": {"coordinates": '
    payload = text.encode() + b'{"type": "Point", "coordinates": ' + pair.encode() + b"}}}}"
    draft = parse(make_item().replace(payload=payload))
    assert draft.text == "banjir ?"
    assert draft.geotag is None
    assert draft.flags == ("broadcast", "bad_time", "bad_coordinates")
    assert draft.created_at == NOW


def test_a_coordinate_is_longitude_first() -> None:
    geo = {"coordinates": {"type": "Point", "coordinates": [106.7276, -6.1581]}}
    draft = parse(make_item().replace(payload=json.dumps({"data": {"id": "1", "text": "banjir", "geo": geo}}).encode()))
    assert draft.geotag is not None
    assert (draft.geotag.lat, draft.geotag.lon) == (-6.1581, 106.7276)
    assert draft.flags == ("broadcast", "bad_time")
