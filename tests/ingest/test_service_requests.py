"""Requests that programs post to our Open311 endpoint: what is taken, what it becomes, what is refused."""

import io
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW
from PIL import Image

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.submission import LARGEST_BYTES
from dengar.ingest.service_requests import Settings, accept, check, describe, parse
from dengar.models import Item, Point, Request

SETTINGS = Settings(name="service_requests", collector="service_requests")
PLACE = {"service_code": "sampah", "address_string": "Jl. Melati 3"}


def take(fields: dict[str, str], query: str = "", **headers: str) -> Item:
    body = urlencode(fields).encode()
    request = Request(headers={"content-type": "application/x-www-form-urlencoded", **headers}, body=body, query=query)
    (item,) = accept(SETTINGS, request, NOW).items
    assert item.payload == body
    return item


def make_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


def test_the_description_is_the_text_and_the_service_only_a_hint() -> None:
    draft = parse(take(PLACE | {"description": "Menumpuk sejak Senin"}))
    assert (draft.text, draft.category_hint, draft.place_hint) == ("Menumpuk sejak Senin", "sampah", "Jl. Melati 3")
    assert draft.author == ""
    assert draft.created_at == NOW


@pytest.mark.parametrize("empty", ["", "  ", "<p></p>"])
def test_without_a_description_the_service_speaks(empty: str) -> None:
    assert parse(take(PLACE | {"service_code": "jalan_rusak", "description": empty})).text == "jalan rusak"


def test_html_leaves_the_description_and_what_only_looks_like_it_stays() -> None:
    said = "Bau <b>sekali</b><script>alert(1)</script><br>tolong <!-- x -->"
    text = parse(take(PLACE | {"description": said})).text
    assert text == "Bau sekali\ntolong"
    plain = "Lebar jalan < 3 m & dalam > 1 m\n\nTolong <3"
    assert parse(take(PLACE | {"description": plain})).text == plain


def test_answers_to_questions_are_lines_of_the_text() -> None:
    more = {
        "attribute[tinggi_air]": "71-150 cm",
        "attribute[jalan_tertutup][]": "ya",
        "attribute[]": "x",
        "attribute": "y",
    }
    text = parse(take(PLACE | {"description": "Banjir"} | more)).text
    assert text == "Banjir\ntinggi air: 71-150 cm\njalan tertutup: ya"


def test_a_point_counts_before_words_and_an_address_id_is_a_place_too() -> None:
    draft = parse(take(PLACE | {"lat": "-6.2", "long": "106.8", "address_id": "31.74.01.1002"}))
    assert (draft.geotag, draft.place_hint) == (Point(lat=-6.2, lon=106.8), "Jl. Melati 3")
    assert parse(take({"service_code": "sampah", "address_id": "31.74.01.1002"})).place_hint == "31.74.01.1002"


WHO = (
    ({"email": "a@b.example", "phone": "0812"}, "a@b.example"),
    ({"phone": "0812", "account_id": "7"}, "0812"),
    ({"device_id": "d-1", "first_name": "Sukarno"}, "d-1"),
    ({"first_name": "Sukarno", "last_name": ""}, "Sukarno"),
    ({"first_name": "Siti", "last_name": "Aminah"}, "Siti Aminah"),
)


@pytest.mark.parametrize(("fields", "author"), WHO)
def test_the_author_is_named_by_what_is_theirs_alone(fields: dict[str, str], author: str) -> None:
    assert parse(take(PLACE | fields)).author == author


def test_accounts_of_two_clients_are_two_people() -> None:
    authors = {parse(take(PLACE | {"account_id": "1", "api_key": key})).author for key in ("a", "b", "b")}
    assert len(authors) == 2


def test_an_idempotency_key_names_one_request_of_one_client() -> None:
    def name(key: str, idempotency: str, query: str = "") -> str:
        return take(PLACE | {"api_key": key}, query, **{"idempotency-key": idempotency}).native_id

    assert name("a", "1") == name("a", "1")
    assert (
        len({name("a", "1"), name("a", "2"), name("b", "1"), name("", "1", "api_key=a"), name("a", ""), name("a", "")})
        == 6
    )


REFUSED = (
    ({"address_string": ""}, "Where is it?"),
    ({"address_string": "", "lat": "-6.2"}, "give both"),
    ({"lat": "-6.2"}, "give both"),
    ({"long": "106.8"}, "give both"),
    ({"lat": "0", "long": "0"}, "give both"),
    ({"lat": "-96", "long": "106"}, "give both"),
    ({"lat": "x", "long": "y"}, "give both"),
    ({"description": "a" * 4001}, "4,000"),
)


@pytest.mark.parametrize(("fields", "says"), REFUSED)
def test_what_is_missing_or_wrong_is_said(fields: dict[str, str], says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        take(PLACE | fields)


def make_multipart(photo: bytes) -> Request:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in PLACE.items()]
    head = '--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + photo + b"\r\n--b--\r\n"
    return Request(headers={"content-type": "multipart/form-data; boundary=b"}, body=body)


def test_a_photo_comes_along_and_one_that_is_none_is_refused() -> None:
    (item,) = accept(SETTINGS, make_multipart(make_picture()), NOW).items
    (photo,) = parse(item).photos
    assert photo.media_type == "image/jpeg"
    with pytest.raises(BadRequest, match="photo"):
        accept(SETTINGS, make_multipart(b"GIF89a no picture"), NOW)


@given(st.binary(max_size=200), st.sampled_from(["multipart/form-data; boundary=b", "text/plain", "", "a/b; c"]))
def test_any_body_is_taken_or_refused_and_read_or_poison(body: bytes, media_type: str) -> None:
    item = take(PLACE).replace(payload=body, media_type=media_type)
    with suppress(BadRequest):
        accept(SETTINGS, Request(headers={"content-type": media_type}, body=body), NOW)
    with suppress(Poison):
        parse(item)


def test_what_an_operator_should_know() -> None:
    assert check(SETTINGS) == []
    assert not describe().sees_edits
    assert LARGEST_BYTES == 12_000_000
