# ruff: noqa: F401, F811  pytest hands the imported fixture `geo` in by its name
"""What open311.md demands, line by line, in JSON and in XML, over HTTP."""

import json
from datetime import timedelta

import pytest
from georeport_site import KEY, GeoSite, change, geo, plain, read_element, read_rows, serve_georeport
from lxml import etree
from web_city import NOW, TEBET, UNITS, save_post, save_report, save_waiting

from dengar.models import Photo
from dengar.store import Store

CHARSETS = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
BARE = {"json": "application/json", "xml": "text/xml"}
PIXEL = Photo(data=b"\xff\xd8\xff\xe0 pixel", media_type="image/jpeg")
FIELDS = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
)  # fmt: skip
both = pytest.mark.parametrize("kind", ["json", "xml"])


@both
def test_discovery_names_the_endpoint_with_exactly_the_media_type(geo: GeoSite, kind: str) -> None:
    for path in ("/open311/discovery", "/open311/v2/discovery"):
        with geo.client() as client:
            answer = client.get(f"{path}.{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, BARE[kind])
        told = plain(answer.json()) if kind == "json" else read_element(etree.fromstring(answer.content))
        assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
        (endpoint,) = told["endpoints"]
        assert endpoint.pop("changeset")
        assert endpoint == {
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": f"{geo.address}/open311/v2",
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }


def test_a_site_with_a_sample_is_an_endpoint_for_tests(store: Store) -> None:
    with serve_georeport(store, notice="Ini hari contoh.") as site, site.client() as client:
        told = client.get("/open311/discovery.json").json()
        assert told["endpoints"][0]["type"] == "test"
        assert isinstance(told, dict)


@both
def test_every_answer_has_its_content_type_and_lists_are_bare_arrays(store: Store, geo: GeoSite, kind: str) -> None:
    save_report(store)
    roots = {
        "services": ("services", "service"), "requests": ("service_requests", "request"),
        "requests/DKI-2611-000100": ("service_requests", "request"),
        "tokens/DKI-2611-000100": ("service_requests", "request"), "requests/TIDAK-ADA": ("errors", "error"),
    }  # fmt: skip
    for path, (root, item) in roots.items():
        answer = geo.get(f"{path}.{kind}")
        assert answer.headers["content-type"] == CHARSETS[kind], path
        assert answer.headers["access-control-allow-origin"] == "*"
        if kind == "json":
            assert isinstance(answer.json(), list), path
        else:
            assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
            tree = etree.fromstring(answer.content)
            assert (tree.tag, {one.tag for one in tree}) == (root, {item}), path


@pytest.mark.parametrize(
    "path", ["services", "requests", "services.csv", "requests.yaml", "requests/DKI-2611-000100.html", "nope.json",
             "tokens/DKI-2611-000100.txt", "discovery.jsn", "", "services.JSON"],
)  # fmt: skip
def test_an_unknown_extension_or_address_is_404_in_the_shape_of_an_error(store: Store, geo: GeoSite, path: str) -> None:
    save_report(store)
    answer = geo.get(path)
    assert answer.status_code == 404
    (error,) = read_rows(answer)
    assert set(error) == {"code", "description"}
    assert error["code"] == "404"


def test_no_get_needs_a_key_and_any_jurisdiction_is_accepted(store: Store, geo: GeoSite) -> None:
    save_report(store)
    for query in ("", "?jurisdiction_id=", "?jurisdiction_id=jakarta.go.id", "?api_key=salah", "?apa=saja"):
        assert geo.ids(f"requests.json{query}") == ["DKI-2611-000100"]


@both
def test_services_are_the_categories_that_can_be_reported(geo: GeoSite, kind: str) -> None:
    rows = geo.rows(f"services.{kind}")
    names = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
    assert all(set(row) == names for row in rows)
    assert len(rows) == 19
    assert "bukan_keluhan" not in {row["service_code"] for row in rows}
    assert {row["type"] for row in rows} == {"realtime"}
    assert [row["service_code"] for row in rows if row["metadata"] == "true"] == [
        "banjir", "penerangan_jalan", "pohon_tumbang",
    ]  # fmt: skip
    flood = next(row for row in rows if row["service_code"] == "banjir")
    assert (flood["service_name"], flood["group"]) == ("Banjir, genangan, saluran", "Air")
    assert flood["keywords"].split(", ")[:3] == ["banjir", "genangan", "saluran"]


def test_types_in_json_are_those_of_the_protocol(store: Store, geo: GeoSite) -> None:
    save_report(store)
    assert {type(one["metadata"]) for one in geo.get("services.json").json()} == {bool}
    (attribute,) = geo.get("services/banjir.json").json()["attributes"]
    assert [type(attribute[name]) for name in ("variable", "required", "order", "code")] == [bool, bool, int, str]
    (row,) = geo.get("requests.json").json()
    assert (row["lat"], row["long"]) == (-6.2281, 106.8551)
    assert all(isinstance(row[name], str) for name in ("service_request_id", "service_code", "address_id"))


@both
def test_a_definition_lists_the_questions_of_a_service(geo: GeoSite, kind: str) -> None:
    answer = geo.get(f"services/banjir.{kind}")
    assert answer.headers["content-type"] == CHARSETS[kind]
    told = plain(answer.json()) if kind == "json" else read_element(etree.fromstring(answer.content))
    assert set(told) == {"service_code", "attributes"}
    (attribute,) = told["attributes"]
    assert set(attribute) == {
        "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
    }  # fmt: skip
    assert attribute["datatype"] == "singlevaluelist"
    assert attribute["values"][1] == {"key": "71-150 cm", "name": "71-150 cm"}
    assert geo.get(f"services/apa_saja.{kind}").status_code == 404
    assert geo.get(f"services/bukan_keluhan.{kind}").status_code == 404
    assert geo.get(f"services/sampah.{kind}").status_code == 200  # it asks nothing more; some clients ask all the same


@both
def test_a_request_has_the_fields_of_the_protocol_and_nothing_of_the_reporter(
    store: Store, geo: GeoSite, kind: str
) -> None:
    store.units.save(UNITS)
    save_report(store, texts=("Banjir <b>selutut</b> & @budi minta pompa\x02", "banjir bos"),
                photos=(("a1b2c3d4e5", PIXEL),))  # fmt: skip
    (row,) = geo.rows(f"requests.{kind}")
    assert tuple(row) == FIELDS
    assert row == {
        "service_request_id": "DKI-2611-000100",
        "status": "open",
        "status_notes": "Menunggu",
        "service_name": "Banjir, genangan, saluran",
        "service_code": "banjir",
        "description": "Banjir <b>selutut</b> & @… minta pompa",
        "agency_responsible": "Dinas Sumber Daya Air",
        "service_notice": None,
        "requested_datetime": "2026-11-21T08:48:00Z",
        "updated_datetime": "2026-11-21T08:48:00Z",
        "expected_datetime": "2026-11-24T08:48:00Z",
        "address": "Tebet Timur, Tebet",
        "address_id": "31.74.01.1002",
        "zipcode": None,
        "lat": "-6.2281",
        "long": "106.8551",
        "media_url": f"{geo.address}/foto/a1b2c3d4e5",
    }
    text = geo.get(f"requests.{kind}?extensions=true").text
    for secret in ("8f3a-author", "akun_rahasia", "petugas-7", "catatan dalam", "6.22812345", "-1</"):
        assert secret not in text


@both
def test_texts_with_control_characters_stay_well_formed(store: Store, geo: GeoSite, kind: str) -> None:
    nasty = "Lampu \x00\x08\x0b\ufffe\ud83d\ude00 ]]> <x> &amp; \r\n \u202eterbalik"
    save_report(store, title=nasty.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), texts=(" ",))
    (row,) = geo.rows(f"requests.{kind}")
    assert "]]> <x> &amp;" in row["description"]


def test_a_report_that_nobody_has_classified_or_placed_has_empty_fields(store: Store, geo: GeoSite) -> None:
    save_report(store, category=None, place=None, unit=None)
    (row,) = geo.get("requests.json").json()
    empty = ("service_code", "agency_responsible", "address", "address_id", "lat", "long", "media_url")
    assert [row[name] for name in empty] == [None] * len(empty)


def fill(store: Store) -> None:
    """Save nine reports: two services, two states, two places, over a hundred days."""
    for n in range(1, 8):
        where = TEBET if n % 2 else TEBET.replace(lat=-6.3, lon=106.9)
        save_report(
            store, f"DKI-2611-00000{n}", category="banjir" if n % 2 else "sampah", place=where,
            state="selesai" if n > 4 else "menunggu", ago=timedelta(days=n),
        )  # fmt: skip
    save_report(store, "DKI-2608-000008", category="macet", place=None, ago=timedelta(days=100))
    change(store, save_report(store, "DKI-2611-000009", ago=timedelta(days=9)), is_hidden=True)


# What is asked, and the last digits of the numbers that must come, in their order.
FILTERS = (
    ("", "1234567"),
    ("status=open", "1234"),
    ("status=closed", "567"),
    ("status=open,closed", "1234567"),
    ("status=", "1234567"),
    ("service_code=sampah", "246"),
    ("service_code=sampah,banjir", "1234567"),
    ("service_code=&status=&start_date=&end_date=&page=&page_size=&service_request_id=", "1234567"),
    ("service_code=sampah&status=closed", "6"),
    ("start_date=2026-11-17T09:00:00Z", "1234"),
    ("end_date=2026-11-17T09:00:00Z", "4567"),
    ("start_date=2026-11-16T09:00:00Z&end_date=2026-11-18T16:00:00%2B07:00", "345"),
    ("start_date=2026-11-16T09:00:00Z&end_date=2026-11-18T16:00:00+07:00", "345"),
    ("end_date=2026-11-18", "34567"),
    ("start_date=2026-08-01T00:00:00Z&end_date=2026-08-31T00:00:00Z", "8"),
    ("start_date=2026-08-23T09:00:00Z&end_date=2026-11-21T09:00:00Z", "1234567"),
    ("service_request_id=DKI-2611-000003,DKI-2611-000001", "31"),
    ("service_request_id=DKI-2611-000005&status=open&service_code=macet&start_date=x", "5"),
    ("service_request_id=DKI-2608-000008,DKI-2611-000009,TIDAK-ADA,", "8"),
    ("page=1&page_size=3", "123"),
    ("page=3&page_size=3", "7"),
    ("page=4&page_size=3", ""),
    ("page=2", ""),
    ("page_size=2", "12"),
    ("updated_after=2026-11-17T09:00:00Z", "1234"),
    ("updated_before=2026-11-15T09:00:00Z", "678"),
    ("updated_after=2026-11-15T09:00:00Z&updated_before=2026-11-17T09:00:00Z", "456"),
    ("updated_after=2026-08-01T00:00:00Z&end_date=2026-11-15T09:00:00Z", "67"),
    ("lat=-6.2281&long=106.8551&radius=20", "1357"),
    ("lat=-6.2290&long=106.8551&radius=90", ""),
    ("lat=-6.2290&long=106.8551&radius=110", "1357"),
    ("lat=-6.26&long=106.88&radius=50000", "1234567"),
)


@both
def test_the_filters_give_what_they_promise_newest_first(store: Store, geo: GeoSite, kind: str) -> None:
    fill(store)
    for query, numbers in FILTERS:
        assert "".join(one[-1] for one in geo.ids(f"requests.{kind}?{query}")) == numbers, query


REFUSED = (
    "status=pending", "service_code=nope", "service_code=bukan_keluhan", "start_date=yesterday", "end_date=2026-13-01",
    "start_date=2026-08-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", "start_date=2026-11-02&end_date=2026-11-01",
    "start_date=9999-12-31T00:00:00Z", "end_date=0001-01-01T00:00:00Z", "page=0", "page=x", "page=-1", "page=%C2%B2",
    "page_size=0", "page_size=1001", "page=999999999999", "lat=1&long=2", "radius=3", "lat=x&long=1&radius=1",
    "lat=-6&long=106&radius=-1", "lat=91&long=106&radius=1", "lat=-6&long=106&radius=nan", "setelah=x",
    "updated_after=x", "service_request_id=" + ",".join(f"N-{n}" for n in range(201)),
)  # fmt: skip


@both
def test_what_is_wrong_is_400_with_a_sentence(store: Store, geo: GeoSite, kind: str) -> None:
    fill(store)
    for query in REFUSED:
        answer = geo.get(f"requests.{kind}?{query}")
        assert answer.status_code == 400, query
        (error,) = read_rows(answer)
        assert error["code"] == "400"
        assert len(error["description"]) > 15


def test_a_full_page_links_to_the_next_one_until_the_end(store: Store, geo: GeoSite) -> None:
    fill(store)
    for query in (
        "page_size=3&status=open,closed",
        "page_size=3&page=1&api_key=rahasia",
        "page_size=3&updated_after=2026-11-01",
    ):
        seen, path = [], f"requests.json?{query}"
        while path:
            answer = geo.get(path)
            seen += [row["service_request_id"][-1] for row in answer.json()]
            link = answer.headers.get("link", "")
            assert "rahasia" not in link
            path = link.partition("/v2/")[2].partition(">")[0]
        assert "".join(seen) == "1234567"


def test_one_request_is_an_array_of_one_and_an_unknown_one_404(store: Store, geo: GeoSite) -> None:
    report = save_report(store)
    (row,) = geo.rows("requests/dki-2611-000100.json")
    assert row["service_request_id"] == "DKI-2611-000100"
    change(store, report, is_hidden=True)
    for number in ("DKI-2611-000100", "DKI-2611-999999", "..", "%00", "x" * 200):
        answer = geo.get(f"requests/{number}.json")
        assert answer.status_code == 404
        assert read_rows(answer)[0]["code"] == "404"
    assert geo.ids("requests.json") == []


def test_a_tracking_number_is_answered_under_itself_wherever_its_message_went(store: Store, geo: GeoSite) -> None:
    last = save_report(store, "DKI-2611-000001", texts=("Banjir!", "banjir bos"))
    change(store, save_report(store, "DKI-2611-000002"), state="duplikat", duplicate_of=last.number)
    for number in ("DKI-2611-000001-1", "DKI-2611-000002"):
        (row,) = geo.get(f"requests/{number}.json?extensions=true").json()
        assert row["service_request_id"] == number
        assert row["extended_attributes"]["report"] == last.number
    assert geo.ids("requests.json?service_request_id=DKI-2611-000002,DKI-2611-000001-1") == [
        "DKI-2611-000002", "DKI-2611-000001-1",
    ]  # fmt: skip
    assert geo.ids("requests.json") == [last.number]


@both
def test_tokens_tell_the_report_as_soon_as_there_is_one(store: Store, geo: GeoSite, kind: str) -> None:
    save_waiting(store, "DKI-2611-000777")
    save_post(store, "DKI-2611-000778", "Halo", report=None, is_complaint=False)
    report = save_report(store, "DKI-2611-000001", texts=("Banjir!", "banjir bos"))
    assert geo.rows(f"tokens/DKI-2611-000777.{kind}") == [{"token": "DKI-2611-000777"}]
    assert geo.rows(f"tokens/DKI-2611-000778.{kind}") == [{"token": "DKI-2611-000778"}]
    told = {"service_request_id": "DKI-2611-000001", "token": "DKI-2611-000001-1"}
    assert geo.rows(f"tokens/DKI-2611-000001-1.{kind}") == [told]
    change(store, report, is_hidden=True)
    assert geo.rows(f"tokens/DKI-2611-000001-1.{kind}") == [{"token": "DKI-2611-000001-1"}]
    assert geo.get(f"tokens/DKI-0000-000000.{kind}").status_code == 404


def test_a_message_that_is_no_report_yet_is_told_of_without_its_text(store: Store, geo: GeoSite) -> None:
    save_waiting(store, "DKI-2611-000777")
    save_post(store, "DKI-2611-000778", "Halo rahasia", report=None, is_complaint=False)
    waiting, no_complaint = geo.get("requests.json?service_request_id=DKI-2611-000777,DKI-2611-000778").json()
    assert (waiting["status"], waiting["status_notes"]) == ("open", "Sudah diterima, sedang diproses.")
    assert no_complaint["status"] == "closed"
    assert "rahasia" not in json.dumps(no_complaint)
    assert waiting["description"] is no_complaint["description"] is None


@both
def test_extensions_come_only_to_who_asks(store: Store, geo: GeoSite, kind: str) -> None:
    save_report(store, texts=("Banjir!", "banjir bos"), channels=("x", "form"), photos=(("a1b2c3d4e5", PIXEL),))
    (row,) = geo.rows(f"requests.{kind}?extensions=true")
    more = row["extended_attributes"]
    assert (more["voices"], more["channels"], more["kelurahan"]) == ("2", ["x", "form"], "Tebet Timur")
    assert more["photos"] == [f"{geo.address}/foto/a1b2c3d4e5"]
    for query in ("", "?extensions=false", "?extensions="):
        assert "extended_attributes" not in geo.rows(f"requests.{kind}{query}")[0]


def test_names_come_in_the_readers_language(store: Store, geo: GeoSite) -> None:
    save_report(store)
    (row,) = geo.get("requests.json", **{"accept-language": "en"}).json()
    assert (row["service_name"], row["status_notes"]) == ("Flood, puddles, drains", "Waiting")
    answer = geo.get("services.json", **{"accept-language": "en"})
    flood = next(one for one in answer.json() if one["service_code"] == "banjir")
    assert flood["group"] == "Water"
    assert "Accept-Language" in answer.headers["vary"]


def test_another_method_is_refused_in_the_shape_of_an_error(geo: GeoSite) -> None:
    with geo.client() as client:
        for path in ("services.json", "requests.xml", "discovery.json"):
            answer = client.delete(f"/open311/v2/{path}")
            assert answer.status_code == 405
            assert read_rows(answer)[0]["code"] == "405"
            assert "GET" in answer.headers["allow"]
        assert client.head("/open311/v2/services.json").status_code == 200


def test_links_lead_to_where_the_site_is_whatever_host_is_claimed(store: Store, geo: GeoSite) -> None:
    save_report(store, photos=(("a1b2c3d4e5", PIXEL),))
    for path in ("requests.json?extensions=true&page_size=1", "discovery.json"):
        answer = geo.get(path, host="evil.example")
        assert "evil" not in answer.text + answer.headers.get("link", "")
        assert NOW
