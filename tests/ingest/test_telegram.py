import base64
import json
import logging
from collections.abc import Iterator
from contextlib import suppress

import pytest
from click.testing import CliRunner
from hooked import free_port
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from served import Site, serve

from dengar.cli import main
from dengar.errors import (
    AuthExpired,
    BadRequest,
    Blocked,
    Forbidden,
    NotSent,
    Poison,
    RateLimited,
    SourceChanged,
    StopSource,
    Transient,
)
from dengar.ingest import telegram
from dengar.ingest.chat.attached import LARGEST_PHOTO
from dengar.ingest.fetch import fetch_url
from dengar.models import Item, Request
from dengar.wiring import make_source

SECRET, TOKEN = "kata-rahasia-telegram", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DEWI = {"id": 5001, "first_name": "Dewi"}
PRIVATE = {"id": 5001, "type": "private"}
GROUP = {"id": -100155, "type": "supergroup"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def make_settings(api: str = "http://127.0.0.1:9", **more: object) -> telegram.Settings:
    section = {"collector": "telegram", "token": TOKEN, "secret": SECRET, "username": "AduanJktBot", "api": api}
    made: telegram.Settings = make_source("bot", section | more).settings
    return made


def message(text: str = "Banjir di Cipinang", **fields: object) -> dict[str, object]:
    return {"message_id": 7, "from": DEWI, "chat": PRIVATE, "date": 1795140000, "text": text, **fields}


def command(text: str) -> dict[str, object]:
    length = len(text.partition(" ")[0])
    return message(text, entities=[{"type": "bot_command", "offset": 0, "length": length}])


def deliver(said: object, kind: str = "message") -> Request:
    return post(json.dumps({"update_id": 1, kind: said}).encode())


def post(body: bytes, secret: str = SECRET) -> Request:
    return Request(headers={"x-telegram-bot-api-secret-token": secret}, body=body)


def items(request: Request, **more: object) -> tuple[Item, ...]:
    return telegram.accept(make_settings("http://127.0.0.1:9", **more), request, NOW).items


def item_of(said: object, kind: str = "message") -> Item:
    (item,) = items(deliver(said, kind))
    return item


def test_who_does_not_know_the_secret_is_refused() -> None:
    for request in (deliver(message()).replace(headers={}), post(b"{}", "lain"), post(b"{}", "kata-r\xe9")):
        with pytest.raises(BadRequest) as refused:
            items(request)
        assert refused.value.status == 401
    with pytest.raises(BadRequest) as refused:
        items(post(b" " * (telegram.LARGEST_BYTES + 1)))
    assert refused.value.status == 413


def test_the_payload_is_the_very_bytes_of_the_message() -> None:
    said = b'{"message_id" :7,  "chat":{"id":1,"type":"private"},"text":"x"}'
    (item,) = items(post(b'{"update_id":1,"message": ' + said + b"}"))
    assert (item.payload, item.native_id, item.incomplete) == (said, "1:7", False)


@pytest.mark.parametrize(
    ("text", "words", "is_machine"),
    [
        ("/start", "/start", True),
        ("/start aksi-dari-tautan", "aksi-dari-tautan", True),
        ("/bantuan@AduanJktBot", "/bantuan@AduanJktBot", True),
        ("/lapor", "/lapor", True),
        ("/lapor Got mampet", "Got mampet", False),
        ("/lapor@AduanJktBot Got mampet", "Got mampet", False),
    ],
)
def test_a_command_alone_is_for_the_machine_and_with_a_complaint_it_is_one(
    text: str, words: str, *, is_machine: bool
) -> None:
    draft = telegram.parse(item_of(command(text)))
    assert draft.text == words
    assert ("auto_reply" in draft.flags) == is_machine


def test_a_path_in_a_text_is_no_command() -> None:
    assert telegram.parse(item_of(message("/RT 05 penuh sampah"))).flags == ("dialogue",)


def test_an_edit_is_the_same_message_and_a_moving_location_is_none() -> None:
    edited = item_of(message("Banjir sudah surut"), "edited_message")
    assert (edited.native_id, edited.kind) == ("5001:7", "edit")
    moving = message("", location={"latitude": -6.2, "longitude": 106.8, "live_period": 900})
    assert items(deliver(moving, "edited_message")) == ()
    assert len(items(deliver(moving))) == 1


def test_in_groups_the_bot_hears_what_names_or_answers_it() -> None:
    chatter = deliver(message(chat=GROUP))
    named = deliver(message("tolong @aduanjktbot lampu mati", chat=GROUP))
    bot = {"message_id": 6, "from": {"id": 1, "is_bot": True, "username": "AduanJktBot"}}
    answer = deliver(message(chat=GROUP, reply_to_message=bot))
    heard = {"mentioned": [False, True, True], "all": [True, True, True], "none": [False, False, False]}
    for groups, wanted in heard.items():
        assert [bool(items(one, groups=groups)) for one in (chatter, named, answer)] == wanted
    # a bot that does not know its name hears nothing there
    assert not any(items(one, username="") for one in (chatter, named, answer))
    assert items(deliver(message(chat={"id": -1, "type": "channel"})), groups="all") == ()


def test_what_says_nothing_gives_no_item() -> None:
    assert items(deliver(message("", new_chat_members=[DEWI]), "message")) == ()
    assert items(deliver({"id": "1", "data": "x"}, "callback_query")) == ()


def test_an_answer_refers_to_its_message_and_a_copy_to_its_channel() -> None:
    draft = telegram.parse(item_of(message(reply_to_message={"message_id": 3})))
    assert draft.reply_to == "5001:3"
    origin = {"type": "channel", "chat": {"id": -100199, "type": "channel"}, "message_id": 45}
    copied = telegram.parse(item_of(message(forward_origin=origin)))
    assert (copied.repost_of, copied.flags) == ("-100199:45", ("dialogue", "forwarded"))
    hidden = telegram.parse(item_of(message(forward_origin={"type": "hidden_user", "sender_user_name": "X"})))
    assert (hidden.repost_of, hidden.flags) == (None, ("dialogue", "forwarded"))


def test_an_administrator_who_speaks_for_the_group_is_the_group() -> None:
    said = message("@AduanJktBot pos gelap", chat=GROUP, sender_chat=GROUP)
    assert telegram.parse(item_of(said)).author == "-100155"


def test_a_location_or_time_that_cannot_be_is_flagged() -> None:
    draft = telegram.parse(item_of(message("", location={"latitude": 0, "longitude": 0}, date=99)))
    assert (draft.geotag, draft.created_at) == (None, NOW)
    assert draft.flags == ("dialogue", "bad_time", "bad_coordinates")


def photo(**fields: object) -> Item:
    sizes = [{"file_id": "kecil", "width": 90, "height": 60}, {"file_id": "besar", "width": 1280, "height": 960}]
    return item_of(message("", caption="Ini", photo=sizes, **fields))


def found(site: Site, **more: object) -> None:
    told = {"ok": True, "result": {"file_id": "besar", "file_path": "photos/file 7.jpg", **more}}
    site.pages[f"/bot{TOKEN}/getFile"] = (200, {}, json.dumps(told).encode())
    site.pages[f"/file/bot{TOKEN}/photos/file%207.jpg"] = (200, {}, PIXEL)


def test_the_largest_size_of_a_photo_is_fetched_and_kept_with_its_message(site: Site) -> None:
    item = photo()
    assert item.incomplete
    assert telegram.parse(item).flags == ("dialogue", "photo_left_out")
    found(site)
    after = telegram.complete(make_settings(site.address), item, NOW)
    draft = telegram.parse(after)
    assert ([one.data for one in draft.photos], draft.text, draft.flags) == ([PIXEL], "Ini", ("dialogue",))
    assert json.loads(site.posted[0]) == {"file_id": "besar"}
    assert telegram.complete(make_settings(site.address), after, NOW) == after
    assert TOKEN.encode() not in after.payload


def test_a_photo_that_is_too_large_or_none_does_not_cost_the_message(site: Site) -> None:
    found(site, file_size=LARGEST_PHOTO + 1)
    assert telegram.complete(make_settings(site.address), photo(), NOW) == photo()
    huge = item_of(message("", document={"file_id": "x", "mime_type": "image/png", "file_size": LARGEST_PHOTO + 1}))
    assert telegram.complete(make_settings(site.address), huge, NOW) == huge
    paper = item_of(message("", caption="Surat RT", document={"file_id": "x", "mime_type": "application/pdf"}))
    assert (paper.incomplete, telegram.parse(paper).text) == (False, "Surat RT")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'{"ok": false, "description": "Unauthorized"}', AuthExpired),
        (404, b'{"ok": false, "description": "Not Found"}', AuthExpired),
        (400, b'{"ok": false, "description": "Bad Request: file is too big"}', Forbidden),
        (429, b'{"ok": false, "parameters": {"retry_after": 30}}', RateLimited),
        (502, b"<html>", Transient),
        (200, b"<html>login", Blocked),
        (200, b"{}", SourceChanged),
    ],
)
def test_a_photo_that_cannot_be_fetched_says_why_without_the_token(
    site: Site, status: int, body: bytes, kind: type[StopSource]
) -> None:
    site.pages[f"/bot{TOKEN}/getFile"] = (status, {}, body)
    with pytest.raises(kind) as refused:
        telegram.complete(make_settings(site.address), photo(), NOW)
    assert type(refused.value) is kind
    assert TOKEN not in str(refused.value)


def test_a_photo_that_is_gone_says_so_without_the_token(site: Site) -> None:
    found(site)
    del site.pages[f"/file/bot{TOKEN}/photos/file%207.jpg"]
    with pytest.raises(Forbidden, match="no longer") as refused:
        telegram.complete(make_settings(site.address), photo(), NOW)
    assert TOKEN not in str(refused.value)


def test_a_reply_answers_the_message(site: Site) -> None:
    site.pages[f"/bot{TOKEN}/sendMessage"] = (200, {}, b'{"ok": true, "result": {"message_id": 8}}')
    assert telegram.reply(make_settings(site.address), item_of(message()), "Terima kasih", "1") == "5001:8"
    assert json.loads(site.posted[0]) == {
        "chat_id": 5001,
        "text": "Terima kasih",
        "reply_parameters": {"message_id": 7, "allow_sending_without_reply": True},
        "link_preview_options": {"is_disabled": True},
    }
    with pytest.raises(Forbidden):
        telegram.reply(make_settings(site.address), make_item(payload=b"{}"), "Terima kasih", "1")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b'{"ok": false, "description": "Forbidden: bot was blocked by the user"}', Forbidden),
        (400, b'{"ok": false, "description": "Bad Request: chat not found"}', Forbidden),
        (401, b'{"ok": false, "description": "Unauthorized"}', AuthExpired),
        (429, b'{"ok": false, "parameters": {"retry_after": 30}}', NotSent),
        (500, b"", Transient),
    ],
)
def test_a_reply_that_is_not_taken_says_why(site: Site, status: int, body: bytes, kind: type[StopSource]) -> None:
    site.pages[f"/bot{TOKEN}/sendMessage"] = (status, {}, body)
    with pytest.raises(kind) as refused:
        telegram.reply(make_settings(site.address), item_of(message()), "Terima kasih", "1")
    assert type(refused.value) is kind
    assert len(site.asked) == 1
    assert TOKEN not in str(refused.value)


def test_no_failure_names_the_token_not_even_in_its_causes() -> None:
    away = make_settings(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotSent) as refused:
        telegram.reply(away, item_of(message()), "Terima kasih", "1")
    assert TOKEN not in str(refused.getrepr(chain=True, funcargs=False, showlocals=False))
    assert "TOKEN" in str(refused.value)


def test_no_log_of_the_command_line_names_an_address(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    levels = {name: logging.getLogger(name).level for name in ("httpx2", "stamina")}
    try:
        CliRunner().invoke(main, ["--verbose", "check", "--help"])
        caplog.set_level(logging.INFO)
        site.pages[f"/bot{TOKEN}/x"] = (200, {}, b"")
        fetch_url(f"{site.address}/bot{TOKEN}/x", now=NOW)
        assert TOKEN not in caplog.text
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def test_check_tries_the_token_and_looks_where_telegram_delivers(site: Site) -> None:
    site.pages[f"/bot{TOKEN}/getMe"] = (200, {}, b'{"ok": true, "result": {"id": 1, "username": "AduanJktBot"}}')
    site.pages[f"/bot{TOKEN}/getWebhookInfo"] = (200, {}, b'{"ok": true, "result": {"url": "https://x/kait/bot"}}')
    assert telegram.check(make_settings(site.address, username="@aduanjktbot")) == []
    site.pages[f"/bot{TOKEN}/getWebhookInfo"] = (200, {}, b'{"ok": true, "result": {"url": ""}}')
    problems = telegram.check(make_settings(site.address, username="LainBot"))
    assert ["AduanJktBot" in problems[0], "setWebhook" in problems[1]] == [True, True]
    site.pages[f"/bot{TOKEN}/getMe"] = (401, {}, b"{}")
    with pytest.raises(AuthExpired):
        telegram.check(make_settings(site.address))
    assert telegram.describe().sees_edits


FIELDS = st.sampled_from(["message_id", "chat", "id", "type", "text", "photo", "file_id", "location", "date",
                          "latitude", "longitude", "entities", "length", "from", "dengar_photo", "venue"])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["message", "edited_message", "channel_post"]))
def test_any_update_is_taken_and_is_a_draft_or_poison(said: object, kind: str) -> None:
    whole = message(**said) if isinstance(said, dict) and "text" not in said else said
    for item in items(deliver(whole, kind), groups="all"):
        with suppress(Poison):
            assert telegram.parse(item).text.encode() is not None


@given(st.binary(max_size=100) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_body_with_the_secret_is_taken(body: bytes) -> None:
    for item in items(post(body)):
        with suppress(Poison):
            telegram.parse(item)
    with suppress(Poison):
        telegram.parse(make_item(payload=body))
