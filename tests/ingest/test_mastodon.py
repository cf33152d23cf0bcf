import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from emulated_mastodon import TOKEN, EmulatedMastodon, Reply, Thing, refuse, section, serve_mastodon, write
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.errors import (
    AuthExpired,
    BadSettings,
    BudgetSpent,
    Forbidden,
    NotSent,
    Poison,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest.fediverse.statuses import first_id
from dengar.ingest.mastodon import Cursor, Settings, check, describe, parse, pull, recheck, reply
from dengar.ingest.protocol import Batch, Budget, Window
from dengar.models import Item
from dengar.wiring import make_source


@pytest.fixture
def mastodon() -> EmulatedMastodon:
    return EmulatedMastodon()


@pytest.fixture
def address(mastodon: EmulatedMastodon) -> Iterator[str]:
    with serve_mastodon(mastodon) as served:
        yield served


def make_settings(address: str = "http://127.0.0.1:1", **changes: object) -> Settings:
    settings = make_source("fedi", section(address, **changes)).settings
    assert isinstance(settings, Settings)
    return settings


def own_id(minutes: float, number: int = 0) -> str:
    return str(first_id(NOW - timedelta(minutes=minutes)) + number)


def status(minutes: float, text: str = "Banjir", **changes: object) -> Thing:
    account = {"acct": "ani@sosial.example", "uri": "https://sosial.example/users/ani", "bot": False}
    thing = {
        "id": own_id(minutes), "created_at": (NOW - timedelta(minutes=minutes)).isoformat(), "visibility": "public",
        "content": f"<p>{text}</p>", "edited_at": None, "account": account, "reblog": None,
    }  # fmt: skip
    return thing | changes


def mention(number: int, said: Thing | None) -> Thing:
    return {"id": str(number), "type": "mention", "status": said}


class Reader:
    """A source with its cursor, as the store keeps it from run to run."""

    def __init__(self, address: str, **changes: object) -> None:
        self.settings = make_settings(address, **changes)
        self.cursor = Cursor()
        self.batches: list[Batch] = []

    def run(
        self, *, budget: Budget | None = None, window: Window | None = None, later: float = 0, batches: int = 1000
    ) -> list[str]:
        """Read on, at most so many batches, so many minutes later; gives the ids."""
        ids: list[str] = []
        now = NOW + timedelta(minutes=later)
        for batch in pull(self.settings, self.cursor, window, budget or Budget(), lambda: now):
            self.batches.append(batch)
            self.cursor = cast("Cursor", batch.cursor)
            ids += [item.native_id for item in batch.items]
            batches -= 1
            if not batches:
                break
        return ids


def test_a_timeline_is_read_upward_and_the_middle_is_not_skipped(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in range(10, 100, 10)]
    mastodon.page_size = 2
    reader = Reader(address)
    assert reader.run() == [own_id(minutes) for minutes in range(90, 0, -10)]
    mastodon.statuses += [status(minutes) for minutes in range(1, 8)]
    assert reader.run() == [own_id(minutes) for minutes in range(7, 0, -1)]
    assert all("since_id" not in dict(query) for _, query in mastodon.asked)


def test_a_short_page_is_not_the_last_one(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in range(10, 70, 10)]
    mastodon.page_size = 2
    mastodon.hidden = {own_id(50)}
    assert Reader(address).run() == [own_id(minutes) for minutes in (60, 40, 30, 20, 10)]


def test_a_first_run_goes_back_a_few_days(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(60), status(60 * 24 * 3)]
    assert Reader(address, first_days=2).run() == [own_id(60)]


def test_a_run_that_was_broken_off_goes_on_where_it_was(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in range(100, 400, 50)]
    mastodon.page_size = 2
    reader = Reader(address)
    first = reader.run(batches=1)
    assert first + reader.run() == [own_id(minutes) for minutes in range(350, 50, -50)]


def test_what_comes_late_from_elsewhere_is_found_and_the_rest_is_not_read_anew(
    mastodon: EmulatedMastodon, address: str
) -> None:
    mastodon.statuses = [status(30), status(20), status(8)]
    reader = Reader(address)
    reader.run()
    mastodon.statuses += [status(15, "Terlambat datang")]
    mastodon.statuses[2] |= {"favourites_count": 99}
    assert reader.run() == [own_id(15)]
    assert reader.run() == []


def test_an_edit_in_the_overlap_is_an_edit(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(8)]
    reader = Reader(address)
    reader.run()
    mastodon.statuses = [status(8, "Ralat", edited_at="2026-11-20T02:59:00.000Z")]
    assert reader.run(later=1) == [own_id(8)]
    item = reader.batches[-1].items[0]
    assert (item.kind, parse(item).text) == ("edit", "Ralat")


def test_a_payload_is_what_the_instance_sent_byte_for_byte(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(8, "Air selutut \U0001f62d di Jl. Bangka", nilai=1.10)]
    mastodon.mentions = [mention(7, status(5))]
    reader = Reader(address, mentions=True, token=TOKEN)
    reader.run()
    payloads = [item.payload for batch in reader.batches for item in batch.items]
    assert payloads == [write(mastodon.statuses[0]), write(mastodon.mentions[0])]


def test_only_public_statuses_are_taken_unless_they_are_to_us(mastodon: EmulatedMastodon, address: str) -> None:
    kinds = ("public", "unlisted", "private", "direct")
    mastodon.statuses = [status(number + 10, visibility=kind) for number, kind in enumerate(kinds)]
    mastodon.mentions = [mention(number, status(number, visibility=kind)) for number, kind in enumerate(kinds, 1)]
    reader = Reader(address, mentions=True, token=TOKEN)
    reader.run()
    items = {item.native_id: item for batch in reader.batches for item in batch.items}
    assert sorted(items) == sorted(own_id(minutes) for minutes in (10, 11, 1, 2, 3, 4))
    assert parse(items[own_id(10)]).flags == ("broadcast",)
    assert [parse(items[own_id(minutes)]).flags for minutes in (1, 3, 4)] == [(), (), ("dialogue",)]


def test_mentions_go_on_behind_the_last_one(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.mentions = [mention(number, status(100 - number)) for number in (8, 9, 11)] + [mention(10, None)]
    reader = Reader(address, hashtags=[], mentions=True, token=TOKEN)
    assert reader.run() == [own_id(100 - number) for number in (8, 9, 11)]
    mastodon.mentions += [mention(12, status(1))]
    assert reader.run() == [own_id(1)]
    assert reader.cursor.places["mentions"].high == 12
    assert dict(mastodon.asked[0][1])["include_filtered"] == "true"


def test_a_window_is_read_beside_the_cursor(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in (10, 60, 120, 180, 240)]
    mastodon.mentions = [mention(1, status(90))]
    mastodon.page_size = 2
    reader = Reader(address, mentions=True, token=TOKEN)
    window = Window(since=NOW - timedelta(minutes=180), until=NOW - timedelta(minutes=60))
    assert reader.run(window=window) == [own_id(180), own_id(120)]
    assert reader.run(window=window) == []


def test_a_budget_is_kept_and_the_next_run_goes_on(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in range(20, 120, 20)]
    reader = Reader(address)
    with pytest.raises(BudgetSpent):
        reader.run(budget=Budget(posts=3))
    assert [len(batch.items) for batch in reader.batches] == [3]
    reader.run(budget=Budget(posts=100))
    assert sum(len(batch.items) for batch in reader.batches) == 5


def test_a_status_without_a_number_is_put_aside_and_the_others_are_read(
    mastodon: EmulatedMastodon, address: str
) -> None:
    page = [status(5), status(6, id="9xYzFlake"), {"content": "tanpa id"}, status(7, id=True)]
    mastodon.answer = lambda _path, query: (200, {}, write([] if "min_id" not in dict(query) else page))
    reader = Reader(address)
    assert reader.run() == [own_id(5)]
    assert len(reader.batches[0].poison) == 3
    assert "9xYzFlake" in " ".join(one.reason for one in reader.batches[0].poison)


def test_a_server_that_shows_the_same_page_for_ever_is_left(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.answer = lambda _path, _query: (200, {}, write([status(5)]))
    assert Reader(address).run() == [own_id(5)]
    assert len(mastodon.asked) == 2


def test_nothing_is_asked_for_once_the_limit_is_used_up(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(5)]
    until = NOW + timedelta(minutes=4)
    mastodon.headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": until.isoformat()}
    reader = Reader(address)
    with pytest.raises(RateLimited, match="no more requests") as stopped:
        reader.run()
    assert stopped.value.until == until
    assert len(reader.batches) == len(mastodon.asked) == 1
    mastodon.headers["x-ratelimit-reset"] = (NOW - timedelta(minutes=1)).isoformat()
    assert reader.run() == []


@pytest.mark.parametrize(("reply_with", "kind", "words"), [
    (refuse(401, "The access token is invalid"), AuthExpired, "The access token is invalid"),
    (refuse(403, "This action is outside the authorized scopes"), Forbidden, "outside the authorized scopes"),
    (refuse(422, "This method requires an authenticated user"), Forbidden, "requires an authenticated user"),
    ((403, {}, b"<html>"), Forbidden, "does not say why"),
    (refuse(404, "Record not found"), SourceChanged, "no longer exists"),
    (refuse(503, "There was a temporary problem"), Transient, "503"),
])  # fmt: skip
def test_a_refusal_is_typed_and_says_what_the_instance_says(
    reply_with: Reply, kind: type[StopSource], words: str, mastodon: EmulatedMastodon, address: str
) -> None:
    mastodon.answer = lambda _path, _query: reply_with
    with pytest.raises(kind, match=words) as stopped:
        Reader(address, token=TOKEN).run()
    assert TOKEN not in str(stopped.value)


@pytest.mark.parametrize(("headers", "minutes"), [
    ({"x-ratelimit-reset": (NOW + timedelta(minutes=3)).isoformat()}, 3),
    ({"x-ratelimit-reset": str(int((NOW + timedelta(minutes=3)).timestamp()))}, 3),  # GoToSocial
    ({"x-ratelimit-reset": "2026-01-01T00:00:00Z", "retry-after": "120"}, 2),
    ({"x-ratelimit-reset": "2099-01-01T00:00:00Z"}, 24 * 60),
    ({}, 15),
])  # fmt: skip
def test_too_many_requests_pause_the_source(
    headers: dict[str, str], minutes: int, mastodon: EmulatedMastodon, address: str
) -> None:
    mastodon.answer = lambda _path, _query: (429, headers, b"{}")
    with pytest.raises(RateLimited) as stopped:
        Reader(address).run()
    assert stopped.value.until == NOW + timedelta(minutes=minutes)


def test_a_check_tries_the_token_and_each_timeline(mastodon: EmulatedMastodon, address: str) -> None:
    assert check(make_settings(address)) == []
    assert check(make_settings(address, mentions=True, token=TOKEN)) == []
    assert [path for path, _ in mastodon.asked] == [
        "timelines/tag/banjirjakarta", "accounts/verify_credentials", "timelines/tag/banjirjakarta", "notifications",
    ]  # fmt: skip
    with pytest.raises(AuthExpired):
        check(make_settings(address, token="old"))
    assert describe().sees_deletions


@pytest.mark.parametrize(("changes", "words"), [
    ({"hashtags": []}, "nothing is to be read"),
    ({"mentions": True}, "need the token"),
    ({"replies": True}, "need the token"),
    ({"hashtags": ["banjir jakarta"]}, "hashtags"),
])  # fmt: skip
def test_settings_that_cannot_work_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        make_settings("http://127.0.0.1:1", **changes)


def test_a_hashtag_may_be_written_as_people_write_it() -> None:
    assert make_settings(hashtags=["#BanjirJakarta", " macet "]).hashtags == ("banjirjakarta", "macet")


def test_deleted_and_edited_statuses_are_found_twenty_at_a_time(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.statuses = [status(minutes) for minutes in range(50)]
    mastodon.statuses[3] |= {"edited_at": "2026-11-20T02:00:00Z", "content": "<p>Ralat</p>"}
    ids = [own_id(minutes) for minutes in range(50)]
    del mastodon.statuses[40], mastodon.statuses[10]
    budget = Budget(posts=60)
    found = recheck(make_settings(address), ids, budget, lambda: NOW)
    assert set(found.missing) == {own_id(10), own_id(40)}
    (edited,) = found.items
    assert (edited.kind, edited.native_id, parse(edited).text) == ("edit", own_id(3), "Ralat")
    assert len(mastodon.asked) == 3
    assert budget.posts == 12


def test_an_instance_that_turns_us_away_has_deleted_nothing(mastodon: EmulatedMastodon, address: str) -> None:
    mastodon.answer = lambda _path, _query: refuse(401, "This method requires an authenticated user")
    with pytest.raises(AuthExpired):
        recheck(make_settings(address), ["1"], Budget(), lambda: NOW)


@pytest.mark.parametrize(("visibility", "answered"), [
    ("public", "unlisted"), ("unlisted", "unlisted"), ("private", "private"), ("direct", "direct"),
])  # fmt: skip
def test_a_reply_is_said_once_and_not_more_publicly_than_asked(
    visibility: str, answered: str, mastodon: EmulatedMastodon, address: str
) -> None:
    mastodon.mentions = [mention(1, status(5, visibility=visibility))]
    reader = Reader(address, hashtags=[], mentions=True, token=TOKEN)
    reader.run()
    item = reader.batches[0].items[0]
    assert reply(reader.settings, item, "Kami catat: JKT-26-000001.", "received:1") == "900"
    assert reply(reader.settings, item, "Kami catat: JKT-26-000001.", "received:1") == "900"
    (posted,) = mastodon.posted.values()
    assert posted["status"] == "@ani@sosial.example Kami catat: JKT-26-000001."
    assert (posted["in_reply_to_id"], posted["visibility"]) == (own_id(5), answered)


def test_a_reply_that_is_not_taken_now_can_be_sent_again(mastodon: EmulatedMastodon, address: str) -> None:
    item = make_item(status(5))
    mastodon.answer = lambda _path, _query: (429, {}, b"{}")
    with pytest.raises(NotSent):
        reply(make_settings(address, token=TOKEN), item, "Terima kasih.", "received:1")
    mastodon.answer = lambda _path, _query: refuse(422, "Text character limit of 500 exceeded")
    with pytest.raises(Forbidden, match="limit of 500"):
        reply(make_settings(address, token=TOKEN), item, "Terima kasih.", "received:1")


def make_item(thing: object) -> Item:
    return Item(
        channel="mastodon", account="127.0.0.1", native_id="1", collector="mastodon", source="fedi",
        payload=thing if isinstance(thing, bytes) else json.dumps(thing).encode(), media_type="application/json",
        observed_at=NOW,
    )  # fmt: skip


def test_a_boost_has_the_words_of_what_it_repeats() -> None:
    draft = parse(make_item(status(1, content="", reblog=status(9, "Pohon tumbang di Jl. Cipete Raya", id="44"))))
    assert (draft.text, draft.repost_of) == ("Pohon tumbang di Jl. Cipete Raya", "44")
    assert draft.created_at == NOW - timedelta(minutes=1)


def test_warnings_polls_and_the_words_for_pictures_belong_to_the_text() -> None:
    said = status(
        1, "Jalan apa yang paling parah?", spoiler_text="Banjir lagi", in_reply_to_id="41",
        poll={"options": [{"title": "Jl. Bangka"}, {"title": "Jl. Kemang"}, 3]},
        media_attachments=[{"type": "image", "description": "Motor mogok"}, {"description": None}, "x"],
    )  # fmt: skip
    draft = parse(make_item(said))
    assert draft.text == "Banjir lagi\nJalan apa yang paling parah?\nJl. Bangka\nJl. Kemang\nMotor mogok"
    assert draft.reply_to == "41"


def test_what_a_bot_says_is_marked() -> None:
    assert parse(make_item(status(1, account={"acct": "cuaca", "bot": True}))).flags == ("broadcast", "bulk")


def test_a_picture_without_words_is_a_message() -> None:
    assert parse(make_item(status(1, content="", media_attachments=[{"type": "image"}]))).text == ""


@pytest.mark.parametrize("payload", [
    b"", b"\0", b"null", b"[]", b"{}", b'{"status": null}', b'{"content": "<p></p>"}', b"[" * 100_000, b"\xff{}",
])  # fmt: skip
def test_bytes_that_are_no_status_are_poison(payload: bytes) -> None:
    with pytest.raises(Poison):
        parse(make_item(payload))


NAMES = st.sampled_from([
    "id", "content", "created_at", "account", "uri", "acct", "bot", "reblog", "spoiler_text", "poll", "options",
    "title", "media_attachments", "description", "visibility", "url", "in_reply_to_id", "status",
])  # fmt: skip
THINGS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, THINGS, max_size=10))
def test_any_shape_gives_a_draft_that_can_be_stored_or_poison(thing: Thing) -> None:
    try:
        draft = parse(make_item(thing))
    except Poison:
        return
    assert draft.created_at > datetime(2000, 1, 1, tzinfo=UTC)
    assert "\0" not in draft.text
    assert draft.text.encode().decode() == draft.text


@given(st.binary(max_size=200))
def test_any_bytes_give_a_draft_or_poison(payload: bytes) -> None:
    try:
        parse(make_item(payload))
    except Poison:
        return
