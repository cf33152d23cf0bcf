import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from served import Site, serve

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
from dengar.ingest import whatsapp
from dengar.ingest.chat.attached import LARGEST_PHOTO
from dengar.ingest.protocol import Batch
from dengar.models import Item, Point, Request
from dengar.wiring import make_source

SECRET, TOKEN = "rahasia-aplikasi", "EAAG-token-rahasia"
AUTHOR = "6281311110001"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def make_settings(graph: str = "http://127.0.0.1:9") -> whatsapp.Settings:
    section = {"collector": "whatsapp", "app_secret": SECRET, "verify_token": "kata", "token": TOKEN}
    made: whatsapp.Settings = make_source("wa", section | {"phone_number_id": "1065", "api": graph}).settings
    return made


def message(kind: str = "text", **fields: object) -> dict[str, object]:
    said = {"text": {"body": "Banjir di Cipinang"}} if kind == "text" else {}
    return {"from": AUTHOR, "id": "wamid.1", "timestamp": "1795140000", "type": kind, **said, **fields}


def deliver(*messages: object, **value: object) -> Request:
    change = {"field": "messages", "value": {"messages": messages, **value}}
    return sign(
        json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()
    )


def sign(body: bytes) -> Request:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Request(headers={"x-hub-signature-256": f"sha256={signature}"}, body=body)


def take(request: Request) -> Batch:
    return whatsapp.accept(make_settings(), request, NOW)


def item_of(*messages: object) -> Item:
    (item,) = take(deliver(*messages)).items
    return item


def test_the_handshake_gives_the_challenge_back_to_who_knows_the_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "kata"}
    request = Request(method="GET", headers={}, body=b"", query=urlencode(asked))
    assert take(request) == Batch(items=(), answer="42")
    for query in ("", "hub.challenge=42", "hub.challenge=42&hub.verify_token=lain"):
        with pytest.raises(BadRequest) as refused:
            take(request.replace(query=query))
        assert refused.value.status == 403


def test_a_body_of_which_one_byte_was_changed_is_refused() -> None:
    request = deliver(message())
    with pytest.raises(BadRequest) as refused:
        take(request.replace(body=request.body.replace(b"Cipinang", b"Cipinamg")))
    assert refused.value.status == 401
    with pytest.raises(BadRequest) as refused:
        take(sign(b" " * (whatsapp.LARGEST_BYTES + 1)))
    assert refused.value.status == 413


def test_the_payload_is_the_very_bytes_of_the_message() -> None:
    body = b'{"entry":[{"changes":[{"value":{"messages":[ {"id" :"a",  "type":"text","text":{"body":"x"}} ]}}]}]}'
    (item,) = take(sign(body)).items
    assert item.payload == b'{"id" :"a",  "type":"text","text":{"body":"x"}}'
    assert not item.incomplete


def test_what_says_nothing_gives_no_item() -> None:
    assert take(deliver(message("reaction"), message("system"), message("sticker"))).items == ()
    assert take(deliver(statuses=[{"id": "wamid.9", "status": "read"}])).items == ()
    assert take(sign(b'{"entry": [{"changes": [{"field": "account_update", "value": {"event": "X"}}]}]}')).items == ()


def test_a_message_without_id_is_put_aside_with_its_bytes() -> None:
    batch = take(deliver(message(id=""), message(), message(id="x" * 501), message("revoke", revoke={}, id="")))
    assert [item.native_id for item in batch.items] == ["wamid.1"]
    assert len(batch.poison) == 3
    assert b"Cipinang" in batch.poison[0].item.payload
    assert batch.answer == ""


def test_a_deleted_message_is_a_tombstone_and_an_edited_one_the_same_message() -> None:
    gone = item_of(message("revoke", id="wamid.2", revoke={"original_message_id": "wamid.1"}))
    assert (gone.native_id, gone.kind, gone.payload) == ("wamid.1", "tombstone", b"")
    now = {"type": "image", "image": {"id": "77", "caption": "Sudah surut", "mime_type": "image/jpeg"}}
    edit = {"original_message_id": "wamid.1", "message": now | {"context": {"id": "wamid.0"}}}
    edited = item_of(message("edit", id="wamid.3", edit=edit))
    assert (edited.native_id, edited.kind, edited.incomplete) == ("wamid.1", "edit", True)
    draft = whatsapp.parse(edited)
    assert (draft.text, draft.author, draft.reply_to) == ("Sudah surut", AUTHOR, "wamid.0")


@pytest.mark.parametrize("where", [{"latitude": 0, "longitude": 0}, {"latitude": 95.5, "longitude": 106.8}])
def test_a_location_that_cannot_be_is_left_out(where: dict[str, float]) -> None:
    draft = whatsapp.parse(item_of(message("location", location=where | {"name": "Rumah"})))
    assert draft.geotag is None
    assert draft.place_hint == "Rumah"
    assert draft.flags == ("dialogue", "bad_coordinates")


def test_a_voice_a_film_and_what_the_api_cannot_give_are_said_to_be_unread() -> None:
    for kind in ("audio", "video", "contacts", "unsupported", "of the future"):
        draft = whatsapp.parse(item_of(message(kind)))
        assert (draft.text, draft.flags) == ("", ("dialogue", "unread"))
    assert whatsapp.parse(item_of(message("video", video={"id": "1", "caption": "Macet"}))).text == "Macet"


def test_a_time_that_cannot_be_is_flagged() -> None:
    draft = whatsapp.parse(item_of(message(timestamp="later")))
    assert (draft.created_at, draft.flags) == (NOW, ("dialogue", "bad_time"))


def photo(**fields: object) -> Item:
    return item_of(message("image", image={"id": "71/2", "mime_type": "image/png", "caption": "Ini", **fields}))


def found(site: Site, **more: object) -> None:
    told = {"url": f"{site.address}/photo", "mime_type": "image/png", **more}
    site.pages["/71%2F2"] = (200, {}, json.dumps(told).encode())
    site.pages["/photo"] = (200, {}, PIXEL)


def test_a_photo_is_fetched_with_the_token_and_kept_with_its_message(site: Site) -> None:
    item = photo()
    assert item.incomplete
    assert whatsapp.parse(item).flags == ("dialogue", "photo_left_out")
    found(site)
    after = whatsapp.complete(make_settings(site.address), item, NOW)
    draft = whatsapp.parse(after)
    assert [one.data for one in draft.photos] == [PIXEL]
    assert (draft.text, draft.flags) == ("Ini", ("dialogue",))
    assert [headers["authorization"] for _, headers in site.asked] == [f"Bearer {TOKEN}"] * 2
    assert json.loads(after.payload)["image"]["id"] == "71/2"
    assert whatsapp.complete(make_settings(site.address), after, NOW) == after


def test_a_picture_sent_as_a_file_keeps_the_place_in_it(site: Site) -> None:
    item = item_of(message("document", document={"id": "71/2", "mime_type": "image/jpeg", "filename": "a.jpg"}))
    found(site)
    site.pages["/photo"] = (200, {}, jpeg_with_place())
    assert whatsapp.parse(whatsapp.complete(make_settings(site.address), item, NOW)).geotag == Point(
        lat=-6.25, lon=106.5
    )


def jpeg_with_place() -> bytes:
    import io

    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 15.0, 0.0), 3: "E", 4: (106.0, 30.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_that_is_too_large_or_none_does_not_cost_the_message(site: Site) -> None:
    found(site, file_size=LARGEST_PHOTO + 1)
    assert whatsapp.complete(make_settings(site.address), photo(), NOW) == photo()
    found(site)
    site.pages["/photo"] = (200, {}, b"no picture")
    draft = whatsapp.parse(whatsapp.complete(make_settings(site.address), photo(), NOW))
    assert (draft.text, draft.photos, draft.flags) == ("Ini", (), ("dialogue", "photo_left_out"))
    plain = item_of(message())
    assert whatsapp.complete(make_settings(site.address), plain, NOW) == plain


def fault(code: int, text: str = "why") -> bytes:
    return json.dumps({"error": {"code": code, "message": text, "type": "OAuthException"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, fault(190), AuthExpired),
        (400, fault(100), Forbidden),
        (403, fault(10), Forbidden),
        (400, fault(130429), RateLimited),
        (500, b"", Transient),
        (200, b"<html>login", Blocked),
        (200, b"{}", SourceChanged),
    ],
)
def test_a_photo_that_cannot_be_fetched_says_why(site: Site, status: int, body: bytes, kind: type[StopSource]) -> None:
    site.pages["/71%2F2"] = (status, {"retry-after": "60"}, body)
    with pytest.raises(kind) as refused:
        whatsapp.complete(make_settings(site.address), photo(), NOW)
    assert type(refused.value) is kind
    assert TOKEN not in str(refused.value)


def test_a_reply_quotes_the_message(site: Site) -> None:
    site.pages["/1065/messages"] = (200, {}, b'{"messages": [{"id": "wamid.R"}]}')
    assert whatsapp.reply(make_settings(site.address), item_of(message()), "Terima kasih", "1") == "wamid.R"
    assert json.loads(site.posted[0]) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": AUTHOR,
        "context": {"message_id": "wamid.1"},
        "type": "text",
        "text": {"body": "Terima kasih", "preview_url": False},
    }
    hidden = item_of({"from_user_id": "ID.1", "id": "wamid.4", "type": "text", "text": {"body": "Macet"}})
    assert whatsapp.parse(hidden).author == "ID.1"
    whatsapp.reply(make_settings(site.address), hidden, "Terima kasih", "2")
    assert json.loads(site.posted[1])["recipient"] == "ID.1"
    nobody = item_of({"id": "wamid.5", "type": "text", "text": {"body": "Macet"}})
    with pytest.raises(Forbidden):
        whatsapp.reply(make_settings(site.address), nobody, "Terima kasih", "3")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, fault(131047), Forbidden),
        (400, fault(131026, "Message undeliverable"), Forbidden),
        (401, fault(190), AuthExpired),
        (429, fault(131056), NotSent),
        (400, fault(80007), NotSent),
        (500, b"<html>", Transient),
        (301, b"", Transient),
    ],
)
def test_a_reply_that_is_not_taken_says_why(site: Site, status: int, body: bytes, kind: type[StopSource]) -> None:
    site.pages["/1065/messages"] = (status, {}, body)
    with pytest.raises(kind) as refused:
        whatsapp.reply(make_settings(site.address), item_of(message()), "Terima kasih", "1")
    assert type(refused.value) is kind
    assert len(site.asked) == 1
    assert ("24 hours" in str(refused.value)) == (b"131047" in body)


def test_check_tries_the_token(site: Site) -> None:
    site.pages["/1065?fields=id"] = (200, {}, b'{"id": "1065"}')
    assert whatsapp.check(make_settings(site.address)) == []
    site.pages["/1065?fields=id"] = (401, {}, fault(190))
    with pytest.raises(AuthExpired):
        whatsapp.check(make_settings(site.address))
    assert whatsapp.describe().sees_deletions


FIELDS = st.sampled_from(["id", "type", "text", "body", "image", "location", "latitude", "longitude", "context", "edit",
                          "message", "timestamp", "from", "dengar_photo", "mime_type", "document"])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["text", "image", "edit", "location", "revoke"]))
def test_any_message_is_taken_and_is_a_draft_or_poison(said: object, kind: str) -> None:
    one = {"type": kind, "id": "1"} | (said if isinstance(said, dict) else {kind: said})
    batch = take(deliver(one))
    for item in (*batch.items, *(one.item for one in batch.poison)):
        with suppress(Poison):
            assert whatsapp.parse(item).text.encode() is not None


@given(st.binary(max_size=100) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_signed_body_is_taken(body: bytes) -> None:
    for item in take(sign(body)).items:
        with suppress(Poison):
            whatsapp.parse(item)
    with suppress(Poison):
        whatsapp.parse(make_item(payload=body))
