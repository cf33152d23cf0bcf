import base64
import hashlib
import hmac
import io
import json
from collections.abc import Mapping
from contextlib import suppress

import httpx2
import pytest
from hooked import serve_hook
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from PIL import Image
from pydantic import SecretStr, ValidationError

from dengar.classify.taxonomy import CATEGORIES
from dengar.errors import BadRequest, Poison
from dengar.ingest import app
from dengar.ingest.app import Settings, accept, check, describe, parse
from dengar.ingest.formats.submission import LARGEST_BYTES
from dengar.ingest.protocol import Batch, Source
from dengar.intake import Intake
from dengar.models import Draft, Item, Point, Request
from dengar.store import Store

KEY = "kunci-aplikasi-uji"
SECRET = "rahasia-aplikasi-uji"
JSON, MULTIPART = "application/json", "multipart/form-data; boundary=x"
REPORT = {"report_id": "Q-1", "text": "Lampu mati", "user_id": 88}


def make_settings(**changes: object) -> Settings:
    return Settings(name="qlue", collector="app", channel="qlue", api_key=SecretStr(KEY)).model_copy(update=changes)


def make_photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), "gray").save(out, kind)
    return out.getvalue()


PHOTO = base64.b64encode(make_photo()).decode()


def send(body: bytes, headers: Mapping[str, str] | None = None, settings: Settings | None = None) -> Batch:
    given = {"content-type": JSON, "authorization": f"Bearer {KEY}", **(headers or {})}
    return accept(settings or make_settings(), Request(headers=given, body=body), NOW)


def take(fields: object, headers: Mapping[str, str] | None = None) -> Item:
    (item,) = send(json.dumps(fields).encode(), headers).items
    return item


def read(fields: object) -> Draft:
    return parse(take(fields))


def sign(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def test_a_report_is_named_by_the_app_and_gets_a_number() -> None:
    batch = send(json.dumps(REPORT).encode())
    assert batch.numbered
    assert [item.id for item in batch.items] == ["qlue:qlue:Q-1"]
    assert parse(batch.items[0]).author == "88"


@pytest.mark.parametrize("headers", [
    {"authorization": ""}, {"authorization": KEY}, {"authorization": f"Basic {KEY}"}, {"authorization": "Bearer"},
    {"authorization": f"Bearer {KEY}x"}, {"authorization": "Bearer é²\ud800"}, {"authorization": "", "x-api-key": "x"},
])  # fmt: skip
def test_a_wrong_key_is_refused(headers: Mapping[str, str]) -> None:
    with pytest.raises(BadRequest, match="key or signature") as refused:
        send(b"{}", headers)
    assert refused.value.status == 401
    assert KEY not in str(refused.value)


def test_a_key_may_stand_in_a_header_of_its_own() -> None:
    assert send(b"{}", {"authorization": "", "x-api-key": KEY}).items
    assert send(b"{}", {"authorization": f"bearer  {KEY} "}).items


def test_an_app_with_a_secret_must_sign() -> None:
    settings = make_settings(api_key=None, secret=SecretStr(SECRET))
    body = json.dumps(REPORT).encode()
    for headers in ({"x-signature": sign(body)}, {"x-hub-signature-256": "sha256=" + sign(body).upper()}):
        assert send(body, {"authorization": ""} | headers, settings).items
    for wrong in ({}, {"x-signature": sign(b"other")}, {"x-signature": ""}, {"x-signature": "é"}):
        with pytest.raises(BadRequest):
            send(body, wrong, settings)


def test_an_app_with_both_needs_both() -> None:
    settings = make_settings(secret=SecretStr(SECRET))
    assert send(b"{}", {"x-signature": sign(b"{}")}, settings).items
    for headers in ({"x-signature": sign(b"x")}, {"x-signature": sign(b"{}"), "authorization": "Bearer x"}, {}):
        with pytest.raises(BadRequest):
            send(b"{}", headers, settings)


def test_an_app_that_proves_nothing_cannot_be_set_up() -> None:
    with pytest.raises(ValidationError, match="set api_key or secret"):
        Settings(name="qlue", collector="app")


def test_a_short_key_is_a_problem_that_does_not_show_it() -> None:
    assert check(make_settings()) == []
    (problem,) = check(make_settings(api_key=SecretStr("pendek")))
    assert "api_key of qlue" in problem
    assert "pendek" not in problem
    assert describe().sees_deletions


def test_a_body_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadRequest) as refused:
        send(b"x" * (LARGEST_BYTES + 1))
    assert refused.value.status == 413


@pytest.mark.parametrize("body", [b"", b"garbage", b"[1]", b"\xff", b"[" * 100_000, b'{"text": " "}', b'{"id": {}}'])
@pytest.mark.parametrize("media_type", [JSON, "text/plain", "multipart/form-data"])
def test_a_delivery_with_a_key_that_cannot_be_read_is_kept(body: bytes, media_type: str) -> None:
    (item,) = send(body, {"content-type": media_type}).items
    assert item.payload == body
    with pytest.raises(Poison):
        parse(item)


def test_a_report_without_id_is_named_by_its_contents_however_it_is_sent() -> None:
    first, again = take({"text": "Got mampet", "foto": PHOTO}), take({"foto": PHOTO, "text": "Got mampet"})
    assert first.id == again.id
    assert take({"text": "Got mampet", "foto": base64.b64encode(make_photo("PNG")).decode()}).id != first.id
    assert take({"text": "Got mampet"}, {"idempotency-key": "k-1"}).native_id == "k-1"
    assert len(take({"id": "x" * 501, "text": "Got mampet"}).native_id) == 20


@pytest.mark.parametrize("said", [
    {"deleted": True}, {"deleted": "true"}, {"deleted": 1}, {"action": "DELETE"}, {"event": "report.deleted"},
    {"aksi": "hapus"}, {"method": "delete", "text": "Lampu mati"},
])  # fmt: skip
def test_a_deletion_keeps_no_bytes_and_takes_no_number(said: dict[str, object]) -> None:
    batch = send(json.dumps({"id": "Q-1"} | said).encode())
    assert [(item.kind, item.native_id, item.payload) for item in batch.items] == [("tombstone", "Q-1", b"")]
    assert not batch.numbered


def test_a_deletion_of_nothing_is_kept_for_a_person() -> None:
    item = take({"deleted": True})
    assert item.kind == "upsert"
    with pytest.raises(Poison):
        parse(item)


def test_the_end_is_what_the_app_calls_so_and_other_news_of_the_state_are_nothing() -> None:
    assert take({"id": 5, "status": "SELESAI"}).kind == "ended"
    assert send(b'{"id": 5, "status": "diproses"}').items == ()
    assert take(REPORT | {"status": "diproses", "deleted": False}).kind == "upsert"
    assert take({"status": "selesai", "text": "Sudah selesai"}).kind == "upsert"
    (item,) = send(b'{"id": 5, "status": "complete"}', settings=make_settings(done=("complete",))).items
    assert item.kind == "ended"


def test_a_photo_a_point_and_a_category_need_no_words() -> None:
    said = read({"id": 1, "kategori": "banjir", "lat": -6.2, "lon": 106.8, "photo": PHOTO})
    assert said.text == "Laporan tanpa tulisan: Banjir"
    assert (said.geotag, len(said.photos)) == (Point(lat=-6.2, lon=106.8), 1)
    for missing in ("kategori", "lat", "photo"):
        with pytest.raises(Poison, match="photo, point and category"):
            read({"id": 1, "kategori": "banjir", "lat": -6.2, "lon": 106.8, "photo": PHOTO, missing: ""})


def test_the_codes_of_the_categories_can_be_read_as_words() -> None:
    for category in CATEGORIES:
        said = read({"id": 1, "category": category.code, "point": [106.8, -6.2], "photo": PHOTO})
        assert said.text.endswith(category.code.replace("_", " ").capitalize())


def test_a_title_alone_is_the_text() -> None:
    said = read({"id": 1, "judul": "Pohon tumbang", "text": ""})
    assert said.text == "Pohon tumbang"
    assert read({"id": 1, "judul": "Pohon", "isi": "Tumbang"}).text == "Pohon\nTumbang"


@pytest.mark.parametrize("where", [
    {"lat": -6.2, "lng": 106.8}, {"location": {"lat": "-6.2", "lng": "106.8"}}, {"koordinat": " -6.2,106.8"},
    {"point": {"type": "Point", "coordinates": [106.8, -6.2]}}, {"coordinates": [106.8, -6.2]},
    {"lokasi": {"latitude": -6.2, "longitude": 106.8}, "address": "Jl. Sabang"},
])  # fmt: skip
def test_points_come_in_many_shapes(where: dict[str, object]) -> None:
    assert read(REPORT | where).geotag == Point(lat=-6.2, lon=106.8)


def test_places_and_reporters_may_stand_in_objects() -> None:
    said = read({"id": 1, "text": "Macet", "lokasi": {"alamat": "Jl. Sabang"}, "pelapor": {"id": "w-9", "nama": "Ani"}})
    assert (said.place_hint, said.author, said.geotag) == ("Jl. Sabang", "w-9", None)
    assert read({"id": 1, "text": "Macet", "lokasi": "Cipete"}).place_hint == "Cipete"
    assert read({"id": 1, "text": "Macet", "nama": "Budi"}).author == "Budi"


@pytest.mark.parametrize("photos", [
    {"foto": PHOTO}, {"photos": [PHOTO]}, {"images": [{"data": "data:image/jpeg;base64," + PHOTO, "caption": "x"}]},
    {"photo": {"base64": PHOTO}},
])  # fmt: skip
def test_photos_come_in_many_shapes(photos: dict[str, object]) -> None:
    said = read(REPORT | photos)
    assert [photo.data for photo in said.photos] == [make_photo()]
    assert said.flags == ()


def test_a_photo_that_is_none_and_a_sixth_one_cost_no_report() -> None:
    assert read(REPORT | {"photos": ["é", "###", "AAAA", PHOTO]}).flags == ("photo_left_out",)
    assert len(read(REPORT | {"photos": [PHOTO] * 6}).photos) == 5


def test_a_link_to_a_photo_is_a_link() -> None:
    said = read(REPORT | {"photos": ["https://media.qlue.example/1.jpg"]})
    assert (said.url, said.photos, said.flags) == ("https://media.qlue.example/1.jpg", (), ())
    assert (
        read(REPORT | {"url": "https://qlue.example/1", "foto": "https://x.example/1.jpg"}).url
        == "https://qlue.example/1"
    )
    assert read(REPORT | {"url": "javascript:alert(1)"}).url is None


def test_a_second_sending_changes_nothing_and_gets_the_same_number(store: Store) -> None:
    source = Source(name="qlue", collector=app, settings=make_settings())
    intake = Intake(store, source, lambda: NOW, lambda: None)
    headers = {"content-type": JSON, "authorization": f"Bearer {KEY}"}
    told = [intake(Request(headers=headers, body=json.dumps(REPORT | more).encode())).receipts[0] for more in (
        {}, {}, {"text": "Lampu mati lagi"}, {"deleted": True},
    )]  # fmt: skip
    assert len({receipt.number for receipt in told}) == 1
    assert [receipt.is_new for receipt in told] == [True, False, False, False]
    row = store.data["items"].find_one({"_id": "qlue:qlue:Q-1"})
    assert row is not None
    assert (row["kind"], row["revision"]) == ("tombstone", 3)


def test_an_app_is_told_its_number_over_the_web(store: Store) -> None:
    source = Source(name="qlue", collector=app, settings=make_settings())
    fields = {"id_laporan": "Q-7", "isi": "Got mampet di depan pasar", "kategori": "banjir"}
    with serve_hook(store, source) as address, httpx2.Client(headers={"authorization": f"Bearer {KEY}"}) as client:
        first = client.post(address, data=fields, files=[("foto", ("a.jpg", make_photo(), "image/jpeg"))] * 2)
        again = client.post(address, data=fields, files=[("foto", ("a.jpg", make_photo(), "image/jpeg"))] * 2)
        refused = client.post(address, json=REPORT, headers={"authorization": "Bearer salah"})
        over = client.post(address, json={"id": "Q-7", "status": "selesai"})
    assert [answer.status_code for answer in (first, again, refused, over)] == [201, 200, 401, 200]
    assert first.json()["nomor"] == again.json()["nomor"] == over.json()["nomor"]
    row = store.data["items"].find_one({"_id": "qlue:qlue:Q-7"})
    assert row is not None
    assert row["kind"] == "ended"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["lat", "lng", "id", "data"]), inner),
    max_leaves=4,
)
FIELDS = [
    "report_id",
    "text",
    "judul",
    "category",
    "lokasi",
    "koordinat",
    "photos",
    "user",
    "deleted",
    "event",
    "lat",
    "status",
]


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES).map(json.dumps).map(str.encode) | st.binary(max_size=60),
       st.sampled_from([JSON, MULTIPART, "application/x-www-form-urlencoded", "\0"]))  # fmt: skip
def test_any_delivery_with_the_key_is_kept_and_any_bytes_are_a_draft_or_poison(body: bytes, media_type: str) -> None:
    for item in send(body, {"content-type": media_type}).items:
        assert item.id.encode()
    with suppress(Poison):
        assert parse(make_item(payload=body, media_type=media_type)).text.encode()
