import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW
from pydantic import SecretStr

from dengar.errors import BadRequest, Poison
from dengar.ingest.webhook import LARGEST_BYTES, Settings, accept, check, check_signature, describe, parse
from dengar.models import Item, Request

SECRET = "a-long-shared-secret"
BODY = b'{"id": "42", "text": "Lampu mati", "nama": "Siti"}'


def make_settings(secret: str = SECRET) -> Settings:
    return Settings(name="balai", collector="webhook", channel="balai_warga", secret=SecretStr(secret))


def sign(body: bytes = BODY, key: bytes = SECRET.encode()) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def standard(body: bytes = BODY, key: bytes = SECRET.encode(), *, off: float = 0, stamp: str = "") -> dict[str, str]:
    stamp = stamp or str(int((NOW + timedelta(seconds=off)).timestamp()))
    wanted = hmac.new(key, f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = "v1,c3RhbGU= v1a,x v1," + base64.b64encode(wanted).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def take(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> Item:
    (item,) = accept(make_settings(secret), Request(headers=headers, body=body), NOW).items
    return item


@pytest.mark.parametrize("headers", [
    {"x-hub-signature-256": "sha256=" + sign()}, {"x-signature": sign()}, {"x-signature": sign().upper()}, standard(),
])  # fmt: skip
def test_each_kind_of_signature_is_taken(headers: dict[str, str]) -> None:
    item = take(headers)
    assert item.id == "balai_warga:balai:42"
    assert parse(item).author == "Siti"


def test_a_secret_with_whsec_is_a_key_in_base64() -> None:
    key = b"0123456789abcdef01234567"
    assert take(standard(key=key), secret="whsec_" + base64.b64encode(key).decode()).native_id == "42"
    odd = "whsec_é!"
    assert take(standard(key=odd.encode()), secret=odd).native_id == "42"


def test_a_message_up_to_five_minutes_old_is_taken() -> None:
    assert take(standard(off=-299)).native_id == "42"
    assert take(standard(off=299)).native_id == "42"


@pytest.mark.parametrize("headers", [
    {},
    {"x-hub-signature-256": ""},
    {"x-hub-signature-256": "sha256=" + sign(b"other")},
    {"x-hub-signature-256": "sha256=" + sign(key=b"other")},
    {"x-signature": "é²"},
    {"x-signature": sign(), "webhook-signature": "v1,AAAA"},
    standard(off=-301),
    standard(off=301),
    standard(key=b"other"),
    standard(body=b"{}"),
    standard() | {"webhook-id": "msg_2"},
    standard() | {"webhook-timestamp": ""},
    standard() | {"webhook-timestamp": "-1"},
    standard() | {"webhook-signature": "v1,é²"},
    standard() | {"webhook-signature": "v1a," + sign()},
    standard(stamp="²"),
    standard(stamp="9" * 400),
    standard(stamp="9" * 5000),
])  # fmt: skip
def test_a_missing_wrong_or_old_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadRequest, match="signature") as refused:
        take(headers)
    assert refused.value.status == 401


def test_a_body_that_is_too_large_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(BadRequest) as refused:
        take({}, b"x" * (LARGEST_BYTES + 1))
    assert refused.value.status == 413


@pytest.mark.parametrize("body", [b"garbage", b"", b"[1]", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_a_signed_delivery_that_is_no_message_is_taken_and_poison_later(body: bytes) -> None:
    item = take({"x-signature": sign(body)}, body)
    assert item.payload == body
    with pytest.raises(Poison):
        parse(item)


def test_a_message_without_id_is_named_by_its_contents() -> None:
    body, other = b'{"text": "Lampu mati"}', b'{"text":"Lampu mati"}'
    assert take({"x-signature": sign(body)}, body).id == take({"x-signature": sign(other)}, other).id


def test_an_id_with_half_a_character_can_be_stored() -> None:
    body = json.dumps({"id": "\ud800", "text": "Lampu mati \udfff"}).encode()
    item = take({"x-signature": sign(body)}, body)
    assert item.id.encode()
    assert parse(item).text == "Lampu mati ?"


def test_a_short_secret_is_a_problem() -> None:
    assert check(make_settings()) == []
    (problem,) = check(make_settings("short"))
    assert "balai" in problem
    assert "short" not in problem.replace("shorter", "")
    assert not describe().sees_deletions


@given(st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "x-signature"]),
                       st.text(st.characters(max_codepoint=255), max_size=30)), st.binary(max_size=50))  # fmt: skip
def test_no_guess_is_ever_taken_for_a_signature(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadRequest):
        check_signature(SECRET, Request(headers=headers, body=body), NOW)
