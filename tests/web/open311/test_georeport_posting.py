# ruff: noqa: F401, F811  pytest hands the imported fixture `geo` in by its name
"""POST /requests: keys, what is needed, what is stored, and what clients of other makers send."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from georeport_site import KEY, GeoSite, geo, read_rows, serve_georeport
from PIL import Image
from web_city import NOW

from dengar.classify.taxonomy import CATEGORIES
from dengar.errors import BadRequest
from dengar.models import ApiClient, hash_key
from dengar.store import Store
from dengar.web.open311.catalogue import ENTRIES, Question
from dengar.web.open311.posting import check_answer

GOOD = {"api_key": KEY, "service_code": "jalan_rusak", "lat": "-6.2281", "long": "106.8551", "description": "Berlubang"}
both = pytest.mark.parametrize("kind", ["json", "xml"])


def make_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


def refusal(answer: Any) -> tuple[int, str]:  # noqa: ANN401
    (error,) = read_rows(answer)
    assert error["code"] == str(answer.status_code)
    return answer.status_code, error["description"]


@both
def test_a_request_is_stored_as_it_came_and_gets_its_number_at_once(store: Store, geo: GeoSite, kind: str) -> None:
    answer = geo.post(kind, fields=GOOD)
    (row,) = read_rows(answer)
    assert answer.status_code == 200
    assert "token" not in row
    assert row == {
        "service_request_id": "DKI-2611-000001",
        "service_notice": f"Laporan diterima. Ikuti di {geo.address}/laporan/DKI-2611-000001",
        "account_id": None,
    }
    (waiting,) = store.items.pending(5, 10**9)
    assert waiting.item.payload == urlencode(GOOD).encode()
    assert (waiting.item.channel, waiting.item.number) == ("open311", "DKI-2611-000001")
    assert geo.rows(f"requests/{row['service_request_id']}.{kind}")[0]["status"] == "open"
    assert geo.rows(f"tokens/{row['service_request_id']}.{kind}") == [{"token": "DKI-2611-000001"}]


WITHOUT = (
    ("api_key", 403, "missing"),
    ("service_code", 400, "service_code"),
    ("lat", 400, "both"),
    ("long", 400, "both"),
)
WRONG = (
    ({"api_key": "salah"}, 403, "unknown"),
    ({"api_key": " "}, 403, "missing"),
    ({"service_code": "nope"}, 400, "unknown"),
    ({"service_code": "bukan_keluhan"}, 400, "unknown"),
    ({"lat": "", "long": ""}, 400, "Where is it?"),
    ({"lat": "0", "long": "0"}, 400, "both"),
    ({"lat": "north"}, 400, "both"),
    ({"description": "x" * 4001}, 400, "4,000"),
    ({"service_code": "banjir", "attribute[tinggi_air]": "laut"}, 400, "tinggi_air"),
)


@both
def test_what_is_missing_or_wrong_is_refused_and_nothing_stored(store: Store, geo: GeoSite, kind: str) -> None:
    for name, code, says in WITHOUT:
        told = refusal(geo.post(kind, fields={key: one for key, one in GOOD.items() if key != name}))
        assert (told[0], says in told[1]) == (code, True), name
    for change, code, says in WRONG:
        told = refusal(geo.post(kind, fields=GOOD | change))
        assert (told[0], says in told[1]) == (code, True), change
    assert store.items.count_pending() == 0


@pytest.mark.parametrize(
    "where", [{"address_string": "Jl. Tebet Raya 4"}, {"address_id": "31.74.01.1002"}, {"lat": "-6.2", "long": "106.8"}]
)
def test_one_way_of_saying_where_is_enough(geo: GeoSite, where: dict[str, str]) -> None:
    fields = {"api_key": KEY, "service_code": "sampah", "lat": "", "long": ""} | where
    assert geo.post(fields=fields).status_code == 200


def test_names_of_one_word_and_every_optional_field_are_taken(store: Store, geo: GeoSite) -> None:
    more = {
        "first_name": "Sukarno", "last_name": "", "email": "s@example.org", "phone": "0812", "device_id": "d",
        "account_id": "17", "media_url": "https://example.org/a.jpg", "jurisdiction_id": "jakarta.go.id",
        "address": "x", "attribute[tinggi_air]": "71-150 cm", "service_code": "banjir", "description": "a" * 4000,
    }  # fmt: skip
    (row,) = read_rows(geo.post(fields=GOOD | more))
    assert row["account_id"] == "17"
    assert store.items.count_pending() == 1


def test_a_body_of_another_kind_is_refused(geo: GeoSite) -> None:
    for content, kind in ((b"{}", "application/json"), (b"<x/>", "text/xml"), (b"a=1", "")):
        answer = geo.post(content=content, headers={"content-type": kind})
        assert refusal(answer)[0] == 400
    broken = geo.post(content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data; boundary=b"})
    assert refusal(broken)[0] == 400
    assert refusal(geo.post("csv", fields=GOOD))[0] == 404


def test_a_body_over_the_limit_is_refused(store: Store, geo: GeoSite) -> None:
    assert refusal(geo.post(fields=GOOD | {"device_id": "x" * 12_000_001}))[0] == 400
    assert store.items.count_pending() == 0


def test_a_photo_comes_in_a_multipart_body(store: Store, geo: GeoSite) -> None:
    picture = make_picture()
    assert geo.post(fields=GOOD, files={"media": ("a.jpg", picture, "image/jpeg")}).status_code == 200
    (waiting,) = store.items.pending(5, 10**9)
    assert picture in waiting.item.payload
    code, says = refusal(geo.post(fields=GOOD, files={"media": ("a.jpg", b"no picture", "image/jpeg")}))
    assert (code, "photo" in says) == (400, True)


def test_a_repeated_idempotency_key_gets_the_first_number(store: Store, geo: GeoSite) -> None:
    numbers = [
        geo.post(fields=GOOD, headers={"idempotency-key": key}).json()[0]["service_request_id"]
        for key in ("msg_1", "msg_1", "msg_2")
    ]
    assert numbers == ["DKI-2611-000001", "DKI-2611-000001", "DKI-2611-000002"]
    assert store.items.count_pending() == 2


def test_a_key_may_stand_in_the_address_and_ends_when_it_is_taken_away(store: Store, geo: GeoSite) -> None:
    fields = {name: value for name, value in GOOD.items() if name != "api_key"}
    assert geo.post(fields=fields, params={"api_key": KEY}).status_code == 200
    assert store.clients.end("aplikasi kota", NOW)
    assert refusal(geo.post(fields=GOOD))[0] == 403


def test_a_key_that_sends_too_much_waits_and_the_others_do_not(store: Store, geo: GeoSite) -> None:
    store.clients.add(ApiClient(name="lain", contact="x@y.example", key_hash=hash_key("lain"), added_at=NOW))
    with serve_georeport(store, per_minute=2) as site:
        answers = [site.post(fields=GOOD) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60
        assert refusal(answers[2])[0] == 429
        assert site.post(fields=GOOD | {"api_key": "lain"}).status_code == 200


def test_a_site_without_the_door_takes_nothing(store: Store, geo: GeoSite) -> None:
    with serve_georeport(store, closed=True) as site:
        assert "takes no requests" in refusal(site.post(fields=GOOD))[1]


def test_a_required_answer_is_demanded() -> None:
    question = Question(code="apa", says="Apa?", required=True)
    with pytest.raises(BadRequest, match=r"attribute\[apa\] is missing"):
        check_answer(question, "")
    check_answer(question, "ini")


def test_every_category_that_is_a_complaint_is_described() -> None:
    assert set(ENTRIES) == {one.code for one in CATEGORIES if one.is_complaint}


def test_fixmystreet_finds_a_number_and_no_empty_elements_where_it_looks_for_one(store: Store, geo: GeoSite) -> None:
    # Open311.pm: XML; an empty element becomes a hash; a token is asked for once, and then it posts again
    description = (
        "title: Lubang\n\ndetail: Dalam sekali\n\nurl: https://fms.example/report/1\n\nSubmitted via FixMyStreet\n"
    )
    sent = {"jurisdiction_id": "", "first_name": "Siti", "last_name": "", "email": "s@example.org"}
    text = geo.post("xml", fields=GOOD | sent | {"description": description}).text
    assert "<service_request_id>DKI-2611-000001</service_request_id>" in text
    assert "<token" not in text


def test_three_reads_the_discovery_beside_the_services_and_filters_by_service(store: Store, geo: GeoSite) -> None:
    # three (Python): GET {endpoint}discovery.json, requests.json?service_code=…, requests/{id}.json; posts names apart
    assert geo.get("discovery.json").json()["endpoints"][0]["url"] == f"{geo.address}/open311/v2"
    posted = geo.post(fields=GOOD | {"address_string": "123 Any St", "phone": "555-5555"}).json()
    assert geo.get(f"tokens/{posted[0]['service_request_id']}.json").json()[0]["token"]
    assert geo.get("requests.json?service_code=banjir").json() == []


def test_the_keys_of_clients_are_kept_as_hashes_alone(store: Store, geo: GeoSite) -> None:
    (row,) = store.data["clients"].find()
    assert KEY not in str(row)
    assert store.clients.find_all()[0].contact == "tim@kota.example"
    assert not store.clients.end("nobody", NOW + timedelta(1))
