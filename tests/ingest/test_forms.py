import base64
import io
import json
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from dengar.errors import BadRequest, Poison
from dengar.ingest.form import Settings, accept, check, describe, parse
from dengar.ingest.formats.submission import LARGEST_BYTES, Form, read_form
from dengar.models import Draft, Item, Point, Request

SETTINGS = Settings(name="form", collector="form")
BOUNDARY = "kupu7kupu"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"


def take(body: bytes, media_type: str, **headers: str) -> Item:
    request = Request(headers={"content-type": media_type} | headers, body=body)
    (item,) = accept(SETTINGS, request, NOW).items
    return item


def take_fields(**fields: str) -> Item:
    return take(urlencode(fields).encode(), URLENCODED)


def take_json(fields: object) -> Item:
    return take(json.dumps(fields).encode(), "application/json")


def make_multipart(fields: dict[str, str], photos: list[bytes], name: str = "foto.jpg") -> bytes:
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{text}'.encode() for key, text in fields.items()]
    head = f'Content-Disposition: form-data; name="foto"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    parts += [head.encode() + photo for photo in photos]
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def make_photo(lat: float = 6.2, lon: float = 106.8, taken: str = "", zone: str = "") -> bytes:
    exif = Image.Exif()
    exif[0x8769] = {0x9003: taken, 0x9011: zone}
    exif[0x8825] = {1: "S", 2: _parts(lat), 3: "E", 4: _parts(lon)}
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "gray").save(out, "JPEG", exif=exif)
    return out.getvalue()


def _parts(degrees: float) -> tuple[IFDRational, ...]:
    return (IFDRational(int(degrees)), IFDRational(round(degrees % 1 * 60)), IFDRational(0))


def test_a_form_with_photo_is_taken_and_the_photo_says_where() -> None:
    body = make_multipart({"text": "Got mampet di depan sekolah", "kontak": "Siti"}, [make_photo()])
    draft = parse(take(body, MULTIPART))
    assert (draft.text, draft.author) == ("Got mampet di depan sekolah", "Siti")
    assert [photo.media_type for photo in draft.photos] == ["image/jpeg"]
    assert draft.geotag == Point(lat=-6.2, lon=106.8)
    assert draft.created_at == NOW


def test_the_place_in_the_form_counts_before_the_place_in_the_photo() -> None:
    fields = {"text": "Got mampet", "lat": "-6.21", "lon": "106.85"}
    assert parse(take(make_multipart(fields, [make_photo()]), MULTIPART)).geotag == Point(lat=-6.21, lon=106.85)


@pytest.mark.parametrize("taken", ["9999:12:31 23:59:59", "0001:01:01 00:00:00", "2026:99:99 00:00:00", "kapan"])
@pytest.mark.parametrize("zone", ["-12:00", "+14:00", "WIB", ""])
def test_a_photo_from_an_impossible_time_is_a_photo_all_the_same(taken: str, zone: str) -> None:
    body = make_multipart({"text": "Got mampet"}, [make_photo(taken=taken, zone=zone)])
    (photo,) = parse(take(body, MULTIPART)).photos
    assert photo.taken_at is None


def test_an_empty_file_field_is_no_photo() -> None:
    assert parse(take(make_multipart({"text": "Got mampet"}, [b""]), MULTIPART)).photos == ()


def test_at_most_five_photos_are_kept() -> None:
    assert len(parse(take(make_multipart({"text": "Got mampet"}, [make_photo()] * 6), MULTIPART)).photos) == 5


def test_a_large_photo_goes_through_as_it_is() -> None:
    noise = Image.effect_noise((1600, 1200), 90)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    (photo,) = parse(take(make_multipart({"text": "Got mampet"}, [out.getvalue()]), MULTIPART)).photos
    assert photo.data == out.getvalue()
    assert len(photo.data) > 1_000_000


def test_urlencoded_fields_are_taken() -> None:
    draft = parse(take_fields(text="Lampu mati", lokasi="Jl Kemang Raya", kategori="penerangan_jalan"))
    assert (draft.text, draft.place_hint, draft.category_hint) == ("Lampu mati", "Jl Kemang Raya", "penerangan_jalan")


@pytest.mark.parametrize("prefix", ["", "data:image/jpeg;base64,"])
def test_json_with_a_photo_in_base64_is_taken(prefix: str) -> None:
    photo = prefix + base64.b64encode(make_photo()).decode()
    draft = parse(take_json({"text": "Lampu mati", "lat": -6.2, "lon": 106.8, "foto": photo}))
    assert draft.geotag == Point(lat=-6.2, lon=106.8)
    assert len(draft.photos) == 1


def test_the_same_key_names_the_same_item() -> None:
    key = "abcdefgh-1234"
    assert take_fields(text="Lampu mati", kunci=key).native_id == key
    assert take(b'{"text": "Lampu mati"}', "application/json", **{"idempotency-key": key}).native_id == key


@pytest.mark.parametrize("key", ["", "short"])
def test_a_missing_key_or_one_too_short_to_be_unique_is_replaced(key: str) -> None:
    assert take_fields(text="Lampu mati", kunci=key).id != take_fields(text="Lampu mati", kunci=key).id


@pytest.mark.parametrize("key", ["x" * 65, "with space", "a:b:c:d:e:f"])
def test_a_key_of_another_shape_keeps_its_repetitions_together(key: str) -> None:
    assert take_fields(text="Lampu mati", kunci=key).id == take_fields(text="Lampu mati", kunci=key).id


BAD_FIELDS = [
    ({"text": "Lampu mati", "website": "http://spam"}, "otomatis"),
    ({"text": ""}, "Tulis dulu"),
    ({"text": "??? 123"}, "Tulis dulu"),
    ({"text": "a" * 5001}, "terlalu panjang"),
    ({"text": "Lampu mati", "lat": "91", "lon": "106"}, "Koordinat"),
    ({"text": "Lampu mati", "lat": "nan", "lon": "106"}, "Koordinat"),
    ({"text": "Lampu mati", "lat": "-6.2"}, "Koordinat"),
    ({"text": "Lampu mati", "lat": "0", "lon": "0"}, "Koordinat"),
]


@pytest.mark.parametrize(("fields", "says"), BAD_FIELDS)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(fields: dict[str, str], says: str) -> None:
    with pytest.raises(BadRequest, match=says) as refused:
        take_fields(**fields)
    assert refused.value.status == 400


GARBAGE = [
    (b"text=x", "", 415),
    (b"text=x", "text/plain", 415),
    (b"no json", "application/json", 400),
    (b"[1]", "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b'{"text": "Lampu mati", "foto": "%%%"}', "application/json", 400),
    ('{"text": "Lampu mati", "foto": "é"}'.encode(), "application/json", 400),
    (b'{"text": "Lampu mati", "foto": 17}', "application/json", 400),
    (b'{"text": "Lampu mati", "foto": "aGFsbG8="}', "application/json", 415),
    (b"garbage", MULTIPART, 400),
    (b"", MULTIPART, 400),
    (b"--kupu7kupu\r\nContent-Disposition: nothing\r\n\r\nx\r\n--kupu7kupu--", MULTIPART, 400),
    (b"--x\r\n", "multipart/form-data", 400),
    (make_multipart({"text": "Lampu mati"}, [make_photo()])[:-40], MULTIPART, 400),
    (make_multipart({"text": "Lampu mati"}, [b"MZ this is a program"]), MULTIPART, 415),
    (b"&".join(b"a%d=1" % n for n in range(200)), URLENCODED, 400),
    (b"x" * (LARGEST_BYTES + 1), MULTIPART, 413),
]


@pytest.mark.parametrize(("body", "media_type", "status"), GARBAGE)
def test_garbage_is_refused_with_the_right_status(body: bytes, media_type: str, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        take(body, media_type)
    assert refused.value.status == status
    assert str(refused.value)


def test_a_form_just_under_the_limit_is_taken() -> None:
    fields = {"text": "Lampu mati", "catatan": "x" * (LARGEST_BYTES - 1000)}
    assert parse(take(make_multipart(fields, []), MULTIPART)).text == "Lampu mati"


def test_the_form_has_nothing_to_check() -> None:
    assert check(SETTINGS) == []
    assert describe().price == "free"


MEDIA_TYPES = st.sampled_from([MULTIPART, URLENCODED, "application/json", "multipart/form-data"])


@given(st.binary(max_size=300), MEDIA_TYPES | st.text(max_size=40))
def test_any_body_is_read_or_refused(body: bytes, media_type: str) -> None:
    for data in (body, f"--{BOUNDARY}\r\n".encode() + body):
        with suppress(BadRequest):
            assert isinstance(read_form(data, media_type), Form)


PARTS = st.sampled_from([
    f"--{BOUNDARY}".encode(), b"--", b"\r\n", b"Content-Disposition: form-data; name=text", b"; filename=a",
    b"Content-Transfer-Encoding: base64", b"x\xff", b'"', b":",
])  # fmt: skip


@given(st.lists(PARTS, max_size=20).map(b"".join))
def test_any_multipart_is_a_draft_or_poison(body: bytes) -> None:
    item = Item(
        channel="form", account="form", native_id="1", collector="form", source="form", payload=body,
        media_type=MULTIPART, observed_at=NOW,
    )  # fmt: skip
    with suppress(Poison):
        assert isinstance(parse(item), Draft)


def test_a_form_says_which_report_is_the_same_problem_and_which_are_not() -> None:
    draft = parse(take(b"text=Got+mampet&laporan=DKI-2611-000017&bukan=DKI-2611-000001+x+DKI-2611-000002", URLENCODED))
    assert (draft.same_as, draft.other_than) == ("DKI-2611-000017", ("DKI-2611-000001", "DKI-2611-000002"))


def test_a_program_that_calls_its_text_laporan_is_understood_as_before() -> None:
    draft = parse(take(b"laporan=Got+mampet+di+Tebet", URLENCODED))
    assert (draft.text, draft.same_as) == ("Got mampet di Tebet", None)
    with pytest.raises(BadRequest) as refused:
        take(b"laporan=DKI-2611-000017", URLENCODED)
    assert refused.value.field == "text"


def test_the_place_of_a_photo_counts_unless_its_sender_denies_it() -> None:
    body = make_multipart({"text": "Got mampet"}, [make_photo()])
    assert parse(take(body, MULTIPART)).geotag is not None
    denied = make_multipart({"text": "Got mampet", "tempat_foto": "tidak"}, [make_photo()])
    assert parse(take(denied, MULTIPART)).geotag is None


def test_a_heic_photo_is_refused_with_what_to_do() -> None:
    for data, says in ((b"\0\0\0\x18ftypheic", "HEIC"), (b"nonsense", "JPEG, PNG, atau WebP")):
        with pytest.raises(BadRequest, match=says) as refused:
            take(make_multipart({"text": "Got mampet"}, [data]), MULTIPART)
        assert (refused.value.status, refused.value.field) == (415, "foto")
