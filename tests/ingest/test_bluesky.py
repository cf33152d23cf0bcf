import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import libipld
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import ValidationError
from standard_cases import LOGIN_PAGE
from test_collectors import Forgetting, crash_at, run
from websockets.sync.server import ServerConnection
from xrpc import (
    BUDI,
    OWN,
    PASSWORD,
    POST,
    REPOST,
    SITI,
    TOLD,
    Network,
    Row,
    commit,
    make_frame,
    make_post,
    make_view,
    ok,
    refuse,
    run_network,
    uri_of,
    write,
)

from dengar.errors import (
    AuthExpired,
    Blocked,
    BudgetSpent,
    Forbidden,
    NotSent,
    Poison,
    RateLimited,
    Retention,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest import bluesky
from dengar.ingest.atp.answers import KEY, make_key
from dengar.ingest.atp.frames import read_frame
from dengar.ingest.atp.tail import make_pattern
from dengar.ingest.atp.xrpc import explain, read_reset
from dengar.ingest.bluesky import Cursor, Settings
from dengar.ingest.fetch import Answer
from dengar.ingest.protocol import Batch, Budget, Source, Window
from dengar.models import Draft, Item
from dengar.store import Store
from dengar.wiring import make_source

RECORDED = Path(__file__).parents[1] / "cases" / "bluesky" / "frames.txt"  # as a real PDS sent them, in base64
SOON = 20  # seconds that a test waits for what happens at once


@pytest.fixture
def network() -> Iterator[Network]:
    with run_network() as running:
        yield running


def settings_of(network: Network, **changes: object) -> Settings:
    return Settings.model_validate({"name": "biru"} | network.section | changes)


def read(
    settings: Settings,
    cursor: Cursor | None = None,
    *,
    window: Window | None = None,
    budget: Budget | None = None,
    now: datetime = NOW,
) -> list[Batch]:
    return list(bluesky.pull(settings, cursor or Cursor(), window, budget or Budget(), lambda: now))


def items_of(batches: Sequence[Batch]) -> list[Item]:
    return [item for batch in batches for item in batch.items]


def texts_of(batches: Sequence[Batch]) -> list[str]:
    return [bluesky.parse(item).text for item in items_of(batches)]


def cursor_of(batches: Sequence[Batch]) -> Cursor:
    cursor = batches[-1].cursor
    assert isinstance(cursor, Cursor)
    return cursor


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def keys() -> Iterator[str]:
    return (
        make_key("", "2222222222222")[:9] + f"{n:04d}".translate(str.maketrans("0189", "abcd")) for n in range(9999)
    )


# Search


def fill(network: Network, count: int, *, step: float = 60.0) -> None:
    """Add this many posts, the newest one now."""
    for n, key in zip(range(count), keys(), strict=False):
        network.add(SITI, key, make_post(f"Banjir {n}", ago(seconds=n * step)), indexed_at=ago(seconds=n * step))


def search(network: Network, **changes: object) -> Settings:
    return settings_of(network, query="banjir", **changes)


def test_a_search_goes_back_page_by_page_and_then_only_a_little(network: Network) -> None:
    network.largest_page = 4
    fill(network, 10)
    batches = read(search(network))
    assert [item.native_id for item in items_of(batches)] == [view["uri"] for view in network.views]
    assert [batch.more for batch in batches][-2:] == [True, False]
    cursor = cursor_of(batches)
    assert (cursor.high, cursor.newest, cursor.until) == (NOW, None, None)
    network.asked.clear()
    read(search(network), cursor)
    assert network.asked[0][1]["since"] == [write(ago(minutes=15))]


def test_new_posts_do_not_hide_older_ones_that_a_stopped_run_left(network: Network) -> None:
    network.largest_page = 2
    fill(network, 8, step=1000)
    reading = bluesky.pull(search(network), Cursor(), None, Budget(), lambda: NOW)
    cursor = cursor_of([next(reading), next(reading)])
    assert (cursor.high, cursor.newest) == (None, NOW)
    new = network.add(BUDI, "3zzzzzzzzzzzz", make_post("Banjir baru", NOW + timedelta(seconds=30)))
    later = NOW + timedelta(minutes=1)
    rest = read(search(network), cursor, now=later)
    assert {view["uri"] for view in network.views[3:8]} <= {item.native_id for item in items_of(rest)}
    assert cursor_of(rest).high == NOW
    assert new["uri"] in {item.native_id for item in items_of(read(search(network), cursor_of(rest)))}


def test_a_post_that_is_found_late_is_read_all_the_same(network: Network) -> None:
    fill(network, 1)
    cursor = cursor_of(read(search(network)))
    late = network.add(BUDI, "3zzzzzzzzzzzz", make_post("Banjir juga", ago(minutes=10)), indexed_at=NOW)
    assert late["uri"] in {item.native_id for item in items_of(read(search(network), cursor))}


def test_a_second_with_more_posts_than_a_page_leaves_a_gap_and_not_the_rest(network: Network) -> None:
    fill(network, 120, step=0)
    old = network.add(BUDI, "3zzzzzzzzzzzz", make_post("Banjir tadi", ago(minutes=10)))
    batches = read(search(network))
    (gap,) = [gap for batch in batches for gap in batch.gaps]
    assert (gap.since, gap.until) == (NOW, NOW + timedelta(seconds=1))
    assert old["uri"] in {item.native_id for item in items_of(batches)}


def test_a_service_that_does_not_heed_the_time_is_no_endless_search(network: Network) -> None:
    fill(network, 3)
    network.replies["app.bsky.feed.searchPosts"] = ok({"posts": network.views[:1]})
    with pytest.raises(SourceChanged, match="until"):
        read(search(network))


def test_a_service_that_does_not_heed_since_brings_nothing_old(network: Network) -> None:
    old = make_view(SITI, "3aaaaaaaaaaaa", make_post("Banjir 2020", datetime(2020, 1, 1, tzinfo=UTC)))
    network.replies["app.bsky.feed.searchPosts"] = ok({"posts": [old]})
    assert items_of(read(search(network))) == []


def test_a_window_is_read_with_both_its_ends(network: Network) -> None:
    fill(network, 10, step=3600)
    window = Window(since=ago(hours=5), until=ago(hours=2))
    assert sorted(texts_of(read(search(network), window=window))) == ["Banjir 3", "Banjir 4", "Banjir 5"]


def test_a_budget_asks_for_no_more_than_it_has_and_the_rest_comes_later(network: Network) -> None:
    fill(network, 5)
    batches = read_until_stopped(search(network), Cursor(), Budget(posts=3))
    assert texts_of(batches) == ["Banjir 0", "Banjir 1", "Banjir 2"]
    assert network.asked[0][1]["limit"] == ["3"]
    assert {"Banjir 3", "Banjir 4"} <= set(texts_of(read(search(network), cursor_of(batches))))
    with pytest.raises(BudgetSpent):
        read(search(network), budget=Budget(posts=3))


def read_until_stopped(settings: Settings, cursor: Cursor, budget: Budget) -> list[Batch]:
    batches: list[Batch] = []
    with suppress(StopSource):
        for batch in bluesky.pull(settings, cursor, None, budget, lambda: NOW):
            batches.append(batch)  # noqa: PERF402  what came before the stop counts
    return batches


def test_a_post_of_another_shape_is_put_aside_and_the_others_read(network: Network) -> None:
    fill(network, 2)
    strange: list[Any] = [
        {"uri": 7},
        {"uri": "at://x/y", "record": {}},
        {"uri": uri_of(SITI, "3a"), "record": {}},
        None,
    ]
    page = ok({"posts": [*strange, *network.views]})
    network.replies["app.bsky.feed.searchPosts"] = [page]
    batches = read(search(network))
    assert len(batches[0].poison) == 4
    assert {"Banjir 0", "Banjir 1"} <= set(texts_of(batches))


def test_our_own_answers_are_no_complaints(network: Network) -> None:
    network.add(OWN, "3aaaaaaaaaaaa", make_post("Banjir Anda kami terima", ago(minutes=1)))
    assert items_of(read(search(network, **network.account))) == []
    assert len(items_of(read(search(network)))) > 0


def test_a_language_is_asked_for(network: Network) -> None:
    read(search(network, lang="id"))
    assert network.asked[0][1]["lang"] == ["id"]


# Signing in


def test_a_session_is_used_again_and_renewed_when_it_ends(network: Network) -> None:
    settings = search(network, **network.account)
    read(settings)
    read(settings)
    assert network.signed_in == 1
    network.tokens = {token for token in network.tokens if token.startswith("refresh")}
    read(settings)
    assert network.signed_in == 1
    network.tokens = {"none"}
    read(settings)
    assert network.signed_in == 2


def test_a_service_that_takes_no_token_is_not_asked_for_ever(network: Network) -> None:
    network.replies["app.bsky.feed.searchPosts"] = refuse(400, "ExpiredToken")
    with pytest.raises(AuthExpired, match="app password"):
        read(search(network, **network.account))
    assert network.methods().count("searchPosts") == 2


def test_a_wrong_password_is_told_without_it(network: Network) -> None:
    network.password = "lain"
    with pytest.raises(AuthExpired) as told:
        read(search(network, **network.account))
    assert PASSWORD not in str(told.value)


def test_a_search_that_is_closed_to_strangers_says_so(network: Network) -> None:
    network.replies["app.bsky.feed.searchPosts"] = (403, {}, b"<html>403 Forbidden</html>")
    with pytest.raises(Forbidden, match="identifier"):
        read(search(network))


ERRORS: list[tuple[int, str, type[StopSource]]] = [
    (400, "InvalidRequest", SourceChanged),
    (400, "ExpiredToken", AuthExpired),
    (401, "AuthMissing", AuthExpired),
    (401, "AuthFactorTokenRequired", AuthExpired),
    (403, "AccountTakedown", Forbidden),
    (404, "", SourceChanged),
    (502, "UpstreamFailure", Transient),
]


@pytest.mark.parametrize(("status", "name", "kind"), ERRORS)
def test_errors_are_known_by_their_names(status: int, name: str, kind: type[StopSource]) -> None:
    answer = Answer(status=status, headers={}, body=json.dumps({"error": name}).encode())
    assert isinstance(explain(answer, "https://x.id/xrpc/y", NOW, identifier="kota"), kind)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": 5}', b'{"error": "<b>"}', b"[" * 100_000, b"\xff"])
def test_an_error_without_a_name_is_known_by_its_status(body: bytes) -> None:
    assert isinstance(explain(Answer(status=500, headers={}, body=body), "https://x.id", NOW), Transient)


def test_a_pause_ends_when_the_service_says_but_within_a_day() -> None:
    def until(**headers: str) -> datetime:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return read_reset(Answer(status=429, headers=named, body=b""), NOW)

    assert until(ratelimit_reset=str(int(NOW.timestamp()) + 90)) == NOW + timedelta(seconds=90)
    assert until(ratelimit_reset="99999999999") == NOW + timedelta(days=1)
    assert until(ratelimit_reset="0") == NOW + timedelta(seconds=1)
    assert until(retry_after="30", ratelimit_reset="besok") == NOW + timedelta(seconds=30)
    assert until() == NOW + timedelta(minutes=15)


# Mentions


def note(network: Network, key: str, text: str, at: datetime, reason: str = "mention") -> None:
    network.notes.append(make_view(SITI, key, make_post(text, at), at, reason=reason, isRead=False))


def mentions(network: Network, **changes: object) -> Settings:
    return settings_of(network, mode="mentions", **network.account, **changes)


def test_what_addresses_us_is_read_and_likes_are_not(network: Network) -> None:
    network.largest_page = 2
    for n, (key, reason) in enumerate(
        zip(keys(), ["mention", "like", "reply", "follow", "quote", "like"], strict=False)
    ):
        note(network, key, f"{reason} {n}", ago(minutes=n), reason)
    batches = read(mentions(network))
    assert texts_of(batches) == ["mention 0", "reply 2", "quote 4"]
    assert len(batches) == 3
    assert cursor_of(batches).high == NOW
    network.asked.clear()
    note(network, "3zzzzzzzzzzzz", "baru", NOW + timedelta(minutes=20))
    later = read(mentions(network), cursor_of(batches), now=NOW + timedelta(minutes=21))
    assert texts_of(later) == ["baru", "mention 0", "reply 2", "quote 4"]
    assert network.methods().count("listNotifications") == 4


def test_older_mentions_are_left_to_a_window(network: Network) -> None:
    for n, key in zip(range(6), keys(), strict=False):
        note(network, key, f"hari {n}", ago(days=n))
    assert texts_of(read(mentions(network))) == ["hari 0", "hari 1"]
    window = Window(since=ago(days=4), until=ago(days=2))
    assert texts_of(read(mentions(network), window=window)) == ["hari 3", "hari 4"]


def test_a_place_that_the_service_forgot_is_begun_anew(network: Network) -> None:
    note(network, "3aaaaaaaaaaaa", "lampu mati", NOW)
    network.replies["app.bsky.notification.listNotifications"] = [refuse(400, "InvalidRequest")]
    stopped = Cursor(high=ago(hours=1), newest=ago(minutes=30), page="entah")
    batches = read(mentions(network), stopped)
    assert texts_of(batches) == ["lampu mati"]
    assert cursor_of(batches) == Cursor(high=NOW)
    network.replies["app.bsky.notification.listNotifications"] = refuse(400, "InvalidRequest")
    with pytest.raises(SourceChanged):
        read(mentions(network), stopped)


@pytest.mark.parametrize("schedule", [(0,), (1, 0), (0, 2, 1)], ids=str)
@pytest.mark.parametrize("before", [True, False], ids=["before the write", "after it"])
def test_a_crash_loses_and_doubles_no_mention(
    network: Network, store: Store, *, schedule: Sequence[int], before: bool
) -> None:
    network.largest_page = 3
    for n, key in zip(range(10), keys(), strict=False):
        note(network, key, f"tolong {n}", ago(minutes=n), "like" if n % 4 == 1 else "reply")
    source = make_source("biru", network.section | network.account | {"mode": "mentions"})
    crash_by(schedule, source, store, before=before)
    assert [row["revision"] for row in store.data["items"].find()] == [1] * 7


def crash_by(schedule: Sequence[int], source: Source, store: Store, *, before: bool) -> None:
    for point in schedule:
        died = source.replace(collector=Forgetting(source.collector, point)) if before else source
        run(died, store, crash_at(10**6 if before else point))
    assert run(source, store).outcome in {"done", "empty"}


# The firehose


def firehose(network: Network, **changes: object) -> Settings:
    usual: Row = {"mode": "firehose", "from_oldest": True, "words": ("*banjir*", "macet", "jalan rusak")}
    return settings_of(network, **usual | changes)


def tell(network: Network, did: str, path: str, record: Row | None, action: str = "") -> None:
    seq = next_seq(network)
    network.frames.append((seq, commit(seq, did, path, record, action=action)))


def send(network: Network, frame: bytes) -> None:
    network.frames.append((next_seq(network), frame))


def next_seq(network: Network) -> int:
    return 1 + max((known for known, _ in network.frames), default=100)


def post(network: Network, text: str, key: str = "3aaaaaaaaaaaa", did: str = SITI, **more: object) -> str:
    tell(network, did, f"{POST}/{key}", make_post(text) | more)
    return uri_of(did, key)


def test_posts_with_our_words_are_kept_and_others_not(network: Network) -> None:
    post(network, "Kebanjiran lagi di Cawang", "3aaaaaaaaaaaa")
    post(network, "Selamat pagi", "3bbbbbbbbbbbb")
    post(network, "Kemacetan bukan kata kita", "3cccccccccccc")
    post(network, "MACET!", "3dddddddddddd", BUDI)
    post(network, "Lihat foto", "3eeeeeeeeeeee", embed={"$type": "x", "images": [{"alt": "jalan\nrusak"}]})
    tell(network, SITI, "app.bsky.feed.like/3ffffffffffff", {"$type": "app.bsky.feed.like", "subject": {}})
    tell(network, SITI, f"{POST}/3gggggggggggg", {"$type": POST, "text": 5, "createdAt": "banjir"})
    batches = read(firehose(network))
    assert texts_of(batches) == ["Kebanjiran lagi di Cawang", "MACET!", "Lihat foto\njalan\nrusak"]
    assert items_of(batches)[1].native_id == uri_of(BUDI, "3dddddddddddd")
    assert batches[-1].poison == ()
    assert cursor_of(batches).seq == 107


def test_the_bytes_of_a_post_are_the_authors_own(network: Network) -> None:
    record = make_post("Banjir di Pluit", facets=[], embed={"image": b"\x01\x71\x12\x20" + bytes(32)})
    tell(network, SITI, f"{POST}/3aaaaaaaaaaaa", record)
    (item,) = items_of(read(firehose(network)))
    assert item.payload == libipld.encode_dag_cbor(record)
    assert (item.claimed_at, item.media_type) == (TOLD, "application/vnd.ipld.dag-cbor")


def test_reading_goes_on_behind_the_last_event(network: Network) -> None:
    post(network, "banjir satu", "3aaaaaaaaaaaa")
    cursor = cursor_of(read(firehose(network)))
    post(network, "banjir dua", "3bbbbbbbbbbbb")
    batches = read(firehose(network), cursor)
    assert texts_of(batches) == ["banjir dua"]
    assert network.cursors == [0, 101]
    assert read(firehose(network), cursor_of(batches)) == []


def test_the_first_reading_begins_at_the_present(network: Network) -> None:
    post(network, "banjir")
    read(firehose(network, from_oldest=False))
    assert network.cursors == [None]


def test_a_language_that_the_author_names_is_minded(network: Network) -> None:
    post(network, "banjir satu", "3aaaaaaaaaaaa", langs=["ms", "id-ID"])
    post(network, "banjir dua", "3bbbbbbbbbbbb", langs=["ms"])
    post(network, "banjir tiga", "3cccccccccccc", langs="entah")
    assert texts_of(read(firehose(network, lang="id"))) == ["banjir satu", "banjir tiga"]


def test_our_own_posts_are_passed_over(network: Network) -> None:
    post(network, "Laporan banjir Anda kami terima", did=OWN)
    assert items_of(read(firehose(network, **network.account))) == []


def test_deletions_are_told_of_posts_that_we_have(network: Network) -> None:
    uri = post(network, "banjir", "3aaaaaaaaaaaa")
    cursor = cursor_of(read(firehose(network)))
    tell(network, SITI, f"{POST}/3bbbbbbbbbbbb", None)
    tell(network, SITI, f"{POST}/3aaaaaaaaaaaa", None)
    (item,) = items_of(read(firehose(network), cursor))
    assert (item.native_id, item.kind, item.payload) == (uri, "tombstone", b"")


def test_a_deleted_account_takes_its_posts_along_and_a_shut_one_does_not(network: Network) -> None:
    mine = post(network, "banjir", "3aaaaaaaaaaaa")
    post(network, "banjir", "3aaaaaaaaaaaa", BUDI)
    cursor = cursor_of(read(firehose(network)))
    for seq, did, status in ((103, BUDI, "takendown"), (104, SITI, "deleted"), (105, SITI, None)):
        body = {"seq": seq, "did": did, "time": write(TOLD), "active": False, "status": status}
        network.frames.append((seq, make_frame("#account", body)))
    assert [(item.native_id, item.kind) for item in items_of(read(firehose(network), cursor))] == [(mine, "tombstone")]


def test_a_changed_post_is_an_edit(network: Network) -> None:
    uri = post(network, "banjir", "3aaaaaaaaaaaa")
    tell(network, SITI, f"{POST}/3aaaaaaaaaaaa", make_post("sudah surut"), action="update")
    tell(network, SITI, f"{POST}/3bbbbbbbbbbbb", make_post("pagi"), action="update")
    items = items_of(read(firehose(network)))
    assert [(item.native_id, item.kind) for item in items] == [(uri, "upsert"), (uri, "edit")]
    assert bluesky.parse(items[1]).text == "sudah surut"


def test_authors_who_go_on_and_people_who_repeat_are_heard(network: Network) -> None:
    uri = post(network, "banjir", "3aaaaaaaaaaaa")
    ref = {"uri": uri, "cid": "bafy"}
    below: Row = {"reply": {"root": ref, "parent": ref}}
    post(network, "Di Tebet", "3bbbbbbbbbbbb", **below)
    post(network, "Wah, turut prihatin", "3bbbbbbbbbbbb", BUDI, **below)
    tell(network, BUDI, f"{REPOST}/3cccccccccccc", {"$type": REPOST, "subject": ref, "createdAt": write(NOW)})
    other = {"uri": uri_of(BUDI, "3zzzzzzzzzzzz"), "cid": "bafy"}
    tell(network, BUDI, f"{REPOST}/3dddddddddddd", {"$type": REPOST, "subject": other, "createdAt": write(NOW)})
    drafts = [bluesky.parse(item) for item in items_of(read(firehose(network)))]
    assert [(draft.text, draft.reply_to, draft.repost_of) for draft in drafts] == [
        ("banjir", None, None),
        ("Di Tebet", uri, None),
        ("", None, uri),
    ]
    assert drafts[2].author == BUDI


def test_the_frames_of_a_real_server_are_read(network: Network) -> None:
    for line in RECORDED.read_text("ascii").split():
        send(network, base64.b64decode(line))
    batches = read(firehose(network, words=("berlubang",)), now=NOW + timedelta(days=7))
    items = items_of(batches)
    assert [item.kind for item in items] == ["upsert", "upsert", "upsert", "edit", "tombstone", "tombstone"]
    assert texts_of([Batch(items=tuple(items[:4]))]) == [
        "Jalan berlubang di Pondok Bambu, hati-hati\nLubang di tengah jalan",
        "Persis depan masjid",
        "",
        "Jalan berlubang di Pondok Bambu sudah ditambal\nLubang di tengah jalan",
    ]
    assert bluesky.parse(items[2]).repost_of == items[0].native_id == items[5].native_id
    assert items[4].native_id == items[1].native_id
    assert [bad for batch in batches for bad in batch.poison] == []


BAD_FRAMES = [
    b"",
    b"garbage",
    b"\xff" * 50,
    b"\x81" * 5000,
    libipld.encode_dag_cbor({"op": 1, "t": "#commit"}),
    make_frame("#commit", {"seq": 5}),
    make_frame("#commit", {"seq": 2**63, "time": "x", "repo": SITI, "ops": []}),
    make_frame("#commit", {"seq": -1, "time": "x", "repo": SITI, "ops": []}),
    libipld.encode_dag_cbor(["a"]) + libipld.encode_dag_cbor({}),
    libipld.encode_dag_cbor({"op": 1, "t": "#commit"}) + libipld.encode_dag_cbor(7),
    libipld.encode_dag_cbor({"op": -1}) + libipld.encode_dag_cbor({}),
]


@pytest.mark.parametrize("frame", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
def test_a_bad_frame_is_put_aside_and_the_next_ones_read(network: Network, frame: bytes) -> None:
    send(network, frame)
    post(network, "banjir")
    (batch,) = read(firehose(network))
    assert texts_of([batch]) == ["banjir"]
    assert [bad.item.payload for bad in batch.poison] == [frame]


def mangle(frame: bytes, change: Callable[[Row], None]) -> bytes:
    header, body = libipld.decode_dag_cbor_multi(frame)
    change(body)
    return libipld.encode_dag_cbor(header) + libipld.encode_dag_cbor(body)


MANGLED: dict[str, Callable[[Row], None]] = {
    "no blocks": lambda body: body.update(blocks=b""),
    "half of them": lambda body: body.update(blocks=body["blocks"][: len(body["blocks"]) // 2]),
    "other bytes": lambda body: body.update(blocks=body["blocks"].replace(b"banjir", b"kering")),
    "no length": lambda body: body.update(blocks=b"\xff" * 9),
    "no address": lambda body: body["ops"][0].update(cid=None),
    "a strange account": lambda body: body.update(repo="siti"),
    "a strange key": lambda body: body["ops"][0].update(path=f"{POST}/a b"),
}


@pytest.mark.parametrize("change", MANGLED.values(), ids=MANGLED)
def test_a_frame_whose_records_cannot_be_used_is_put_aside_once(
    network: Network, change: Callable[[Row], None]
) -> None:
    network.frames.append((101, mangle(commit(101, SITI, f"{POST}/3aaaaaaaaaaaa", make_post("banjir")), change)))
    post(network, "banjir", "3bbbbbbbbbbbb")
    (batch,) = read(firehose(network))
    assert len(batch.poison) == 1
    assert len(batch.items) == 1
    assert cursor_of([batch]).seq == 102


def test_frames_that_tell_nothing_are_passed_over(network: Network) -> None:
    plain = {"seq": 101, "time": write(TOLD), "did": SITI}
    for frame in (
        make_frame("#identity", plain | {"handle": "siti.contoh.id"}),
        make_frame("#sync", plain | {"seq": 102, "rev": "x", "blocks": b""}),
        make_frame("#baru", plain | {"seq": 103}),
        make_frame("#baru", {"apa": 1}),
        make_frame("#info", {"name": "Halo", "message": None}),
        make_frame("#commit", plain | {"seq": 104, "repo": SITI, "ops": [], "tooBig": True}),
    ):
        send(network, frame)
    (batch,) = read(firehose(network))
    assert (batch.items, batch.poison, batch.gaps, cursor_of([batch]).seq) == ((), (), (), 104)


def test_a_place_that_is_no_longer_kept_leaves_a_gap(network: Network) -> None:
    post(network, "banjir", "3aaaaaaaaaaaa")
    cursor = cursor_of(read(firehose(network)))
    network.frames = []
    send(network, make_frame("#info", {"name": "OutdatedCursor", "message": "terlalu lama"}))
    network.frames[0] = (900, network.frames[0][1])
    later = NOW + timedelta(days=4)
    network.frames.append((901, commit(901, SITI, f"{POST}/3bbbbbbbbbbbb", make_post("banjir"), at=later)))
    (batch,) = read(firehose(network), cursor, now=later)
    assert [(gap.source, gap.since, gap.until) for gap in batch.gaps] == [("biru", TOLD, later)]
    assert len(batch.items) == 1


def test_a_firehose_that_counts_anew_leaves_a_gap_and_is_read_from_there(network: Network) -> None:
    send(network, make_frame("", {"error": "FutureCursor", "message": "nanti"}))
    before = Cursor(relay=str(firehose(network).firehose_url), seq=50, time=ago(hours=1), recent=("at://x",))
    batches = read_until_stopped(firehose(network), before, Budget())
    with pytest.raises(SourceChanged, match="anew"):
        read(firehose(network), before)
    assert [(gap.since, gap.until) for gap in batches[0].gaps] == [(ago(hours=1), NOW)]
    assert (cursor_of(batches).seq, cursor_of(batches).recent) == (0, ("at://x",))


def test_another_firehose_is_read_from_its_own_numbers(network: Network) -> None:
    post(network, "banjir")
    before = Cursor(relay="wss://lain.contoh.id/", seq=10**9, time=ago(hours=1))
    batches = read(firehose(network), before)
    assert texts_of(batches) == ["banjir"]
    assert [gap.since for gap in batches[0].gaps] == [ago(hours=1)]
    assert network.cursors == [0]


@pytest.mark.parametrize("name", ["ConsumerTooSlow", "Entah"])
def test_an_error_of_the_stream_ends_the_run_with_what_was_read(network: Network, name: str) -> None:
    post(network, "banjir")
    send(network, make_frame("", {"error": name}))
    batches = read_until_stopped(firehose(network), Cursor(), Budget())
    assert texts_of(batches) == ["banjir"]
    with pytest.raises(Transient, match=r"slow|Entah"):
        read(firehose(network))


def test_a_line_that_is_hung_up_at_once_is_told_and_a_later_one_is_read_on(network: Network) -> None:
    network.talk = lambda line: line.close(1011)
    with pytest.raises(Transient, match="hung up"):
        read(firehose(network))
    post(network, "banjir")
    assert texts_of(read(firehose(network))) == ["banjir"]


def test_a_frame_that_is_too_large_holds_up_nothing(network: Network) -> None:
    post(network, "banjir satu", "3aaaaaaaaaaaa")
    network.frames.append((102, bytes(17_000_000)))
    network.frames.append((103, commit(103, SITI, f"{POST}/3bbbbbbbbbbbb", make_post("banjir dua"))))
    batches = read(firehose(network))
    assert [bad.reason for batch in batches for bad in batch.poison] == [
        "The frame is larger than any that the protocol allows."
    ]
    assert texts_of([*batches, *read(firehose(network), cursor_of(batches))]) == ["banjir satu", "banjir dua"]
    del network.frames[0]
    assert cursor_of(read(firehose(network, from_oldest=False))).seq == 0


def test_a_stream_without_end_is_left_when_the_present_is_reached(network: Network) -> None:
    def talk(line: ServerConnection) -> None:
        for seq in range(200, 10**6):
            line.send(commit(seq, SITI, f"{POST}/3aaaaaaaaaaaa", make_post("banjir"), at=NOW))

    network.talk = talk
    batches = read(firehose(network))
    assert len(items_of(batches)) == 1


def test_much_is_handed_on_in_parts(network: Network) -> None:
    for n, key in zip(range(600), keys(), strict=False):
        tell(network, SITI, f"{POST}/{key}", make_post(f"banjir {n}"))
    batches = read(firehose(network))
    assert [len(batch.items) for batch in batches] == [200, 200, 200]
    assert [batch.more for batch in batches] == [True, True, True]
    assert len(cursor_of(batches).recent) == 500
    assert cursor_of(batches).recent[-1] == items_of(batches)[-1].native_id


def test_a_spent_budget_stops_before_the_event_that_it_has_no_room_for(network: Network) -> None:
    for n, key in zip(range(3), keys(), strict=False):
        post(network, f"banjir {n}", key)
    budget = Budget(posts=2)
    batches = read_until_stopped(firehose(network), Cursor(), budget)
    assert (texts_of(batches), budget.posts) == (["banjir 0", "banjir 1"], 0)
    assert texts_of(read(firehose(network), cursor_of(batches))) == ["banjir 2"]


def test_a_firehose_has_no_windows(network: Network) -> None:
    with pytest.raises(Retention, match="mode search"):
        read(firehose(network), window=Window(since=ago(hours=2), until=NOW))


HANDSHAKES: list[tuple[int, type[StopSource]]] = [
    (200, Blocked), (302, Blocked), (401, AuthExpired), (404, SourceChanged), (429, RateLimited), (502, Transient),
]  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), HANDSHAKES)
def test_a_door_that_stays_shut_says_why(network: Network, status: int, kind: type[StopSource]) -> None:
    network.handshake = lambda line, _: line.respond(status, LOGIN_PAGE.decode())
    with pytest.raises(kind):
        read(firehose(network))


@contextmanager
def greet(words: bytes) -> Iterator[int]:
    """Say these words to whoever connects; gives the port."""

    class Greeter(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(words)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.mark.parametrize(("words", "kind"), [(b"220 mail.example ESMTP\r\n\r\n", SourceChanged), (b"", Transient)])
def test_what_is_no_websocket_is_told(network: Network, words: bytes, kind: type[StopSource]) -> None:
    with greet(words) as port, pytest.raises(kind):
        read(firehose(network, firehose_url=f"ws://127.0.0.1:{port}"))


def test_nobody_at_home_is_a_passing_failure(network: Network) -> None:
    with pytest.raises(Transient, match="reached"):
        read(firehose(network, firehose_url="ws://127.0.0.1:9"))


@pytest.mark.parametrize("schedule", [(0,), (1, 0), (1, 1, 1)], ids=str)
@pytest.mark.parametrize("before", [True, False], ids=["before the write", "after it"])
def test_a_crash_loses_and_doubles_nothing_of_the_firehose(
    network: Network, store: Store, *, schedule: Sequence[int], before: bool
) -> None:
    for n, key in zip(range(500), keys(), strict=False):
        tell(network, SITI, f"{POST}/{key}", make_post(f"banjir {n}"))
    section = network.section | {"mode": "firehose", "words": ["banjir"], "from_oldest": True}
    source = make_source("biru", section)
    crash_by(schedule, source, store, before=before)
    assert [row["revision"] for row in store.data["items"].find()] == [1] * 500


# News


def test_news_of_the_firehose_are_heard_at_once(network: Network) -> None:
    settings = firehose(network)
    cursor = Cursor(relay=str(settings.firehose_url), seq=100)
    post(network, "apa saja")
    assert bluesky.wait(settings, SOON, cursor)
    assert network.cursors == [100]


def test_waiting_ends_with_its_time_and_when_the_program_stops(network: Network) -> None:
    assert not bluesky.wait(firehose(network), 0.1)
    assert not bluesky.wait(search(network), 0.1)
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    assert not bluesky.wait(firehose(network), 600, Cursor(), stop)
    assert not bluesky.wait(search(network), 600, Cursor(), stop)


def test_a_line_that_is_hung_up_brings_no_news(network: Network) -> None:
    network.talk = lambda line: line.close()
    assert not bluesky.wait(firehose(network), SOON)


# Reading what was said


def draft_of(record: Row, claimed_at: datetime | None = None) -> Draft:
    item = make_item(uri_of(SITI, "3aaaaaaaaaaaa"), payload=json.dumps(record).encode())
    return bluesky.parse(item.replace(claimed_at=claimed_at))


def test_a_post_says_the_same_in_json_and_in_cbor() -> None:
    record = make_post("Banjir di Pluit", tags=["pluit"])
    cbor = make_item(
        uri_of(SITI, "3aaaaaaaaaaaa"),
        payload=libipld.encode_dag_cbor(record),
        media_type="application/vnd.ipld.dag-cbor",
    )
    assert bluesky.parse(cbor) == draft_of(record)


def link(first: int, last: int, uri: object = "https://dinas.contoh.id/laporan/77") -> Row:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return {"index": {"byteStart": first, "byteEnd": last}, "features": [feature]}


def test_links_are_written_out() -> None:
    text = "Lihat dinas.contoh.id/lap... dan di sini, https://dinas.contoh.id"
    facets = [link(6, 28), link(33, 40), link(42, 65, "https://dinas.contoh.id")]
    assert draft_of(make_post(text, facets=facets)).text == (
        "Lihat https://dinas.contoh.id/laporan/77 dan di sini (https://dinas.contoh.id/laporan/77), https://dinas.contoh.id"
    )


LIES: list[Any] = [
    None, 5, "x", [5], [{}], [link(-1, 5)], [link(5, 2)], [link(0, 10**9)], [link(0, 2**70)], [link(0, 5, 7)],
    [{"index": {"byteStart": 0, "byteEnd": 3}, "features": []}],
]  # fmt: skip


@pytest.mark.parametrize("facets", LIES, ids=repr)
def test_facets_that_lie_change_no_text(facets: object) -> None:
    assert draft_of(make_post("Banjir", facets=facets)).text == "Banjir"


def test_facets_inside_of_each_other_or_of_a_letter_break_nothing() -> None:
    text = draft_of(make_post("é banjir", facets=[link(0, 9), link(1, 2), link(3, 9)])).text
    assert text.count("https://") == 2


def test_other_parts_that_lie_are_left_out() -> None:
    lies: Row = {"reply": "x", "embed": [1], "langs": 5, "tags": {"a": 1}, "labels": None}
    assert draft_of(make_post("Banjir", **lies)) == draft_of({"text": "Banjir", "createdAt": write(NOW)})


def test_a_picture_without_words_is_flagged_and_what_a_quoted_post_says_stays_out() -> None:
    quoted = {"record": {"record": {"uri": uri_of(BUDI, "3a"), "cid": "b"}}, "media": {"images": [{"alt": " "}]}}
    draft = draft_of(make_post("", embed=quoted))
    assert (draft.text, draft.reply_to, draft.flags) == ("", None, ("broadcast", "unread"))


def test_what_addresses_us_is_not_said_to_everybody(network: Network) -> None:
    note(network, "3aaaaaaaaaaaa", "tolong", NOW)
    (item,) = items_of(read(mentions(network)))
    assert bluesky.parse(item).flags == ()


def test_a_time_is_believed_when_it_can_be_true() -> None:
    heard = ago(minutes=5)
    for claimed, created_at, flags in (
        (write(ago(days=2)), ago(days=2), ("broadcast",)),
        (write(NOW), heard, ("broadcast",)),
        ("0001-01-01T00:00:00+14:00", heard, ("broadcast", "bad_time")),
        ("2026-11-20T01:00:00", heard, ("broadcast", "bad_time")),
        ("kemarin", heard, ("broadcast", "bad_time")),
        (7, heard, ("broadcast", "bad_time")),
    ):
        draft = draft_of({"text": "Banjir", "createdAt": claimed}, claimed_at=heard)
        assert (draft.created_at, draft.flags) == (created_at, flags)


@pytest.mark.parametrize("uri", ["", "1", "at://x/y/z", f"at://{SITI}/{POST}", f"at://{SITI}/app.bsky.feed.like/3a"])
def test_what_is_no_post_is_poison(uri: str) -> None:
    with pytest.raises(Poison):
        bluesky.parse(make_item(uri))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "text", "createdAt", "facets", "index", "byteStart", "byteEnd", "features", "uri", "embed", "images", "alt",
        "record", "media", "video", "items", "reply", "parent", "root", "cid", "langs", "tags", "subject",
    ]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["text", "createdAt", "facets", "embed", "reply", "tags", "langs"]), ANY))
def test_any_record_is_a_draft_or_poison(record: Row) -> None:
    for payload, media_type in (
        (json.dumps(record).encode(), "application/json"),
        (libipld.encode_dag_cbor(record), "application/vnd.ipld.dag-cbor"),
    ):
        for collection in (POST, REPOST):
            with suppress(Poison):
                uri = uri_of(SITI, "3a", collection)
                assert "\0" not in bluesky.parse(make_item(uri, payload=payload, media_type=media_type)).text


@given(st.binary(max_size=200) | st.just(b"\x81" * 10**5) | st.just(b"[" * 10**5))
def test_any_bytes_are_a_draft_or_poison_and_any_frame_an_event_or_poison(data: bytes) -> None:
    for media_type in ("application/json", "application/vnd.ipld.dag-cbor"):
        with suppress(Poison):
            bluesky.parse(make_item(uri_of(SITI, "3a"), payload=data, media_type=media_type))
    for frame in (data, make_frame("#commit", {"x": 1})[:20] + data):
        with suppress(Poison):
            read_frame(frame)


WORDS: list[tuple[str, str, bool]] = [
    ("macet", "Macet parah", True),
    ("macet", "kemacetan", False),
    ("*macet*", "kemacetan", True),
    ("jalan rusak", "jalan  rusak", True),
    ("#banjir", "di sini #banjir", True),
    ("c++", "c++", True),
    ("rob", "problem", False),
]


@pytest.mark.parametrize(("word", "text", "is_found"), WORDS)
def test_words_are_whole_unless_they_have_stars(word: str, text: str, *, is_found: bool) -> None:
    assert bool(make_pattern((word,)).search(text)) is is_found


# Answering


def answered(network: Network, item: Item, text: str = "Terima kasih", delivery: str = "received:1") -> tuple[str, Row]:
    uri = bluesky.reply(search(network, replies=True, **network.account), item, text, delivery)
    return uri, network.written[uri]


def said(network: Network, key: str = "3m5wqk2jd2c2a", **more: object) -> Item:
    view = network.add(SITI, key, make_post("Banjir", ago(minutes=9), **more))
    return make_item(view["uri"], payload=json.dumps(view["record"]).encode(), media_type="application/json")


def test_an_answer_stands_below_the_post(network: Network) -> None:
    uri, record = answered(network, said(network))
    parent = {"uri": network.views[0]["uri"], "cid": network.views[0]["cid"]}
    assert uri.startswith(f"at://{OWN}/{POST}/3m5wq")
    assert record == {
        "$type": POST,
        "text": "Terima kasih",
        "facets": [],
        "langs": ["id"],
        "reply": {"root": parent, "parent": parent},
        "createdAt": write(NOW),
    }


def test_an_answer_inside_of_a_thread_names_its_root(network: Network) -> None:
    root = {"uri": uri_of(BUDI, "3aaaaaaaaaaaa"), "cid": "bafyroot"}
    _, record = answered(network, said(network, reply={"root": root, "parent": root}))
    assert record["reply"]["root"] == root
    assert record["reply"]["parent"]["uri"] == network.views[0]["uri"]


def test_the_same_delivery_is_there_once(network: Network) -> None:
    item = said(network)
    assert answered(network, item) == answered(network, item)
    assert len(network.written) == 1
    answered(network, item, delivery="done:1")
    assert len(network.written) == 2


def test_an_answer_whose_receipt_was_lost_is_not_sent_again(network: Network) -> None:
    item = said(network)
    uri, _ = answered(network, item)
    network.replies["com.atproto.repo.createRecord"] = refuse(502, "UpstreamFailure")
    assert answered(network, item)[0] == uri


def test_an_answer_that_is_surely_not_there_may_be_sent_again(network: Network) -> None:
    item = said(network)
    network.replies["com.atproto.repo.createRecord"] = refuse(500, "InternalServerError")
    with pytest.raises(NotSent):
        answered(network, item)
    network.replies = {"com.atproto.repo.getRecord": refuse(502, "UpstreamFailure")}
    with pytest.raises(NotSent):
        answered(network, item)
    with pytest.raises(NotSent):
        bluesky.reply(search(network, service_url="http://127.0.0.1:9", **network.account), item, "x", "1")


def test_nobody_is_answered_who_deleted_the_post_or_only_repeated_one(network: Network) -> None:
    with pytest.raises(Forbidden, match="gone"):
        answered(network, make_item(uri_of(SITI, "3gone")))
    with pytest.raises(Forbidden, match="repost"):
        answered(network, make_item(uri_of(SITI, "3a", REPOST)))


def test_a_long_answer_is_cut_and_its_links_can_be_followed(network: Network) -> None:
    text = "🙏 Ikuti di https://dengar.contoh.id/laporan/DKI-2611-000123. " + "Terima kasih. " * 40
    _, record = answered(network, said(network), text)
    assert len(record["text"]) <= 300
    assert record["text"].endswith("…")
    (facet,) = record["facets"]
    first, last = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    assert record["text"].encode()[first:last].decode() == "https://dengar.contoh.id/laporan/DKI-2611-000123"
    assert facet["features"][0]["uri"] == "https://dengar.contoh.id/laporan/DKI-2611-000123"


@given(st.text(max_size=30), st.text(max_size=20) | st.from_regex(KEY, fullmatch=True))
def test_every_key_is_one_that_the_network_takes(delivery: str, beside: str) -> None:
    key = make_key(delivery, beside)
    assert KEY.fullmatch(key)
    assert key == make_key(delivery, beside)


# Looking again, and trying the door


def test_posts_that_are_no_longer_shown_are_missing(network: Network) -> None:
    fill(network, 60)
    ids = [view["uri"] for view in network.views]
    del network.views[7], network.views[40]
    budget = Budget(posts=100)
    found = bluesky.recheck(search(network), [*ids, uri_of(SITI, "3a", REPOST), "aneh"], budget, lambda: NOW)
    assert (found.items, found.missing) == ((), (ids[7], ids[41]))
    assert [len(fields["uris"]) for _, fields, _ in network.asked] == [25, 25, 10]
    assert budget.posts == 42


def test_a_service_that_shows_nothing_any_more_is_not_believed(network: Network) -> None:
    ids = [uri_of(SITI, key) for _, key in zip(range(100), keys(), strict=False)]
    with pytest.raises(Transient, match="believed"):
        bluesky.recheck(search(network), ids, Budget(), lambda: NOW)
    assert len(bluesky.recheck(search(network), ids[:99], Budget(), lambda: NOW).missing) == 99
    with pytest.raises(BudgetSpent):
        bluesky.recheck(search(network), ids, Budget(posts=99), lambda: NOW)


def test_a_recheck_asks_the_public_service_whoever_we_are(network: Network) -> None:
    bluesky.recheck(search(network, **network.account), [uri_of(SITI, "3a")], Budget(), lambda: NOW)
    assert [token for _, _, token in network.asked] == [""]


@pytest.mark.parametrize("mode", ["search", "mentions", "firehose"])
def test_a_check_signs_in_and_tries_the_door(network: Network, mode: str) -> None:
    settings = settings_of(network, mode=mode, query="x", words=["x"], **network.account)
    assert bluesky.check(settings) == []
    assert network.signed_in == 1
    network.password = "lain"
    network.tokens = set()
    other = settings.model_copy(update={"service_url": f"{network.base}/"})
    with pytest.raises(AuthExpired):
        bluesky.check(other.model_copy(update={"identifier": "lain"}))


def test_a_check_of_the_firehose_needs_no_account(network: Network) -> None:
    assert bluesky.check(firehose(network)) == []
    with pytest.raises(Transient):
        bluesky.check(firehose(network, firehose_url="ws://127.0.0.1:9"))
    assert bluesky.describe().sees_deletions


WRONG: list[Row] = [
    {},
    {"mode": "mentions"},
    {"mode": "firehose"},
    {"mode": "firehose", "words": ["banjir", "*"]},
    {"mode": "firehose", "words": [""]},
    {"query": "x", "replies": True},
    {"query": "x", "identifier": "kota"},
    {"query": "x", "app_password": "a"},
    {"query": "x", "lang": "Indonesia"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_settings_that_cannot_work_are_refused(wrong: Row) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"name": "biru", "collector": "bluesky"} | wrong)
