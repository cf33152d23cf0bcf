# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
"""OGC API Features: the conformance classes core, geojson and oas30, as a geographic information system uses them."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from test_web_feeds import change
from web_city import AUTHOR, NOW, TEBET, UNITS, save_report
from web_site import Running, site

from dengar.models import Level
from dengar.store import Store
from dengar.web.ogc.areas import Areas

ITEMS = "/ogc/collections/laporan/items"
GEOJSON = "application/geo+json"


def square(code: str, west: float, south: float, size: float) -> dict[str, object]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {
        "type": "Feature", "id": code, "properties": {"name": f"Wilayah {code}"},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }  # fmt: skip


def draw(level: Level) -> bytes:
    shapes = {
        "kota": [square("31.74", 106.7, -6.4, 0.3)],
        "kecamatan": [square("31.74.01", 106.8, -6.3, 0.1)],
        "kelurahan": [square(f"31.74.01.100{n}", 106.8 + n / 100, -6.25, 0.01) for n in range(1, 6)],
    }
    return json.dumps({"type": "FeatureCollection", "features": shapes[level]}).encode()


def links(document: dict[str, Any]) -> dict[str, str]:
    return {one["rel"]: one["href"] for one in document["links"]}


def refusal(answer: httpx2.Response) -> str:
    assert answer.status_code == 400, answer.url
    assert answer.json()["code"] == "400"
    return str(answer.json()["description"])


def fill(store: Store) -> None:
    store.units.save(UNITS)
    for n in range(7):
        where = TEBET if n % 2 else TEBET.replace(lat=-6.3, lon=106.9)
        save_report(store, f"DKI-2611-00000{n}", category="banjir" if n % 2 else "sampah", place=where,
                    ago=timedelta(days=n))  # fmt: skip
    save_report(store, "DKI-2611-000007", place=None, ago=timedelta(days=7))
    change(store, save_report(store, "DKI-2611-000008", title="rahasia"), is_hidden=True)


def test_the_landing_page_leads_to_everything(site: Running) -> None:
    for path in ("/ogc", "/ogc/"):
        answer = site.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        rels = links(answer.json())
        assert set(rels) >= {"self", "alternate", "service-desc", "conformance", "data", "license"}
        for rel in ("service-desc", "conformance", "data"):
            assert site.get(rels[rel].removeprefix(site.address)).status_code == 200
    with site.client(host="evil.example") as client:
        assert "evil" not in client.get("/ogc").text


def test_what_is_promised_and_how_it_is_asked_for(site: Running) -> None:
    promised = site.get("/ogc/conformance").json()["conformsTo"]
    assert [one.rpartition("/")[2] for one in promised] == ["core", "geojson", "oas30"]
    answer = site.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    described = answer.json()
    assert described["openapi"].startswith("3.0")
    for path in described["paths"]:
        filled = path.replace("{collectionId}", "laporan").replace("{featureId}", "DKI-2611-000100")
        assert site.get("/ogc" + filled).status_code in {200, 404}
    names = {one["name"] for one in described["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]}
    assert names >= {"limit", "bbox", "datetime", "collectionId"}
    for name in names - {"collectionId", "f", "bahasa", "limit", "bbox", "datetime", "setelah"}:
        assert site.get(f"{ITEMS}?{name}=").status_code == 200, name


def test_without_outlines_there_are_reports_alone_and_with_them_areas_too(site: Running) -> None:
    (only,) = site.get("/ogc/collections").json()["collections"]
    assert only["id"] == "laporan"
    assert "extent" not in only
    assert site.get("/ogc/collections/kota/items").status_code == 404
    site.app.state.ogc_areas = Areas(draw)
    listed = site.get("/ogc/collections").json()["collections"]
    assert [one["id"] for one in listed] == ["laporan", "kota", "kecamatan", "kelurahan"]
    for one in listed:
        assert one["extent"]["spatial"]["bbox"] == [[106.7, -6.4, 107.0, pytest.approx(-6.1)]]
        assert one["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
        alone = site.get(links(one)["self"].removeprefix(site.address)).json()
        assert alone["id"] == one["id"]
        assert set(links(alone)) >= {"self", "alternate", "items", "license"}
    assert site.get("/ogc/collections/nope").json() == {"code": "404", "description": "There is no collection 'nope'."}


def test_features_come_with_counts_links_and_nothing_private(store: Store, site: Running) -> None:
    fill(store)
    answer = site.get(ITEMS)
    assert answer.headers["content-type"] == GEOJSON
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert (found["type"], found["numberMatched"], found["numberReturned"]) == ("FeatureCollection", 8, 8)
    assert found["timeStamp"] == "2026-11-21T09:00:00Z"
    assert "CC BY 4.0" in found["about"]
    assert set(links(found)) == {"self", "alternate", "collection"}
    first = found["features"][0]
    assert (first["type"], first["id"]) == ("Feature", "DKI-2611-000000")
    assert first["geometry"] == {"type": "Point", "coordinates": [106.9, -6.3]}
    assert first["properties"]["category"] == "sampah"
    assert found["features"][-1]["geometry"] is None
    for secret in ("rahasia", AUTHOR, "6.22812345", "petugas-7"):
        assert secret not in answer.text


def test_pages_go_on_by_their_links_through_every_feature_once(store: Store, site: Running) -> None:
    fill(store)
    site.app.state.ogc_areas = Areas(draw)
    for path, count in ((f"{ITEMS}?limit=3&state=open", 8), ("/ogc/collections/kelurahan/items?limit=2&f=json", 5)):
        seen: list[str] = []
        at: str | None = path
        while at:
            page = site.get(at).json()
            assert page["numberReturned"] == len(page["features"])
            assert page["numberMatched"] == count
            seen += [one["id"] for one in page["features"]]
            at = links(page).get("next", "").removeprefix(site.address)
        assert len(seen) == len(set(seen)) == count


FILTERS = (
    ("bbox=106.85,-6.23,106.86,-6.22", "135"),
    ("bbox=106.85,-6.23,0,106.86,-6.22,100", "135"),
    ("bbox=-180,-90,180,90", "0123456"),
    ("datetime=2026-11-19T09:00:00Z", "2"),
    ("datetime=2026-11-19T09:00:00Z/2026-11-20T09:00:00Z", "12"),
    ("datetime=2026-11-19T16:00:00%2B07:00/..", "012"),
    ("datetime=../2026-11-15T09:00:00Z", "67"),
    ("datetime=/2026-11-15T09:00:00Z", "67"),
    ("datetime=../..", "01234567"),
    ("category=banjir", "1357"),
    ("category=sampah&limit=1", "0"),
    ("kel=31.74.01.1002&state=open&urgency=routine&unit=sda", "0123456"),
    ("limit=99999", "01234567"),
)


@pytest.mark.parametrize(("query", "numbers"), FILTERS)
def test_what_is_asked_for_is_given(store: Store, site: Running, query: str, numbers: str) -> None:
    fill(store)
    assert "".join(one["id"][-1] for one in site.get(f"{ITEMS}?{query}").json()["features"]) == numbers


WRONG = (
    "limit=0", "limit=-1", "limit=x", "limit=", "limit=%C2%B2", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=", "bbox=1,2,3,nan",
    "bbox=106,-7,105,-6", "bbox=1,2,3,4,5", "bbox=0,0,181,1", "datetime=yesterday", "datetime=2026-11-20",
    "datetime=2026-11-20T00:00:00Z/2026-11-19T00:00:00Z", "datetime=", "datetime=a/b/c", "nope=1", "bbox-crs=x",
    "crs=x", "category=nope", "state=nope", "f=xml", "setelah=x", "number=DKI", "Limit=3",
)  # fmt: skip


def test_what_is_wrong_or_unknown_is_400(store: Store, site: Running) -> None:
    fill(store)
    site.app.state.ogc_areas = Areas(draw)
    for query in WRONG:
        assert len(refusal(site.get(f"{ITEMS}?{query}"))) > 15
    for query in ("nope=1", "category=banjir", "limit=0", "bbox=x", "datetime=x", "setelah=x", "f=xml"):
        refusal(site.get(f"/ogc/collections/kelurahan/items?{query}"))
    for path in (
        "",
        "/",
        "/conformance",
        "/api",
        "/collections",
        "/collections/laporan",
        "/collections/kota/items/31.74",
    ):
        refusal(site.get(f"/ogc{path}?nope=1"))
        refusal(site.get(f"/ogc{path}?f=kml"))


def test_one_feature_stands_alone(store: Store, site: Running) -> None:
    fill(store)
    site.app.state.ogc_areas = Areas(draw)
    for path in (f"{ITEMS}/DKI-2611-000001", "/ogc/collections/kelurahan/items/31.74.01.1002"):
        answer = site.get(path)
        assert answer.headers["content-type"] == GEOJSON
        assert answer.json()["type"] == "Feature"
        assert set(links(answer.json())) == {"self", "alternate", "collection"}
        assert links(answer.json())["self"] == f"{site.address}{path}?f=json"
    for path in (f"{ITEMS}/DKI-2611-000008", f"{ITEMS}/nope", "/ogc/collections/kota/items/nope", "/ogc/nope"):
        assert site.get(path).status_code == 404
        assert site.get(path).json()["code"] == "404"


def test_areas_are_found_by_their_rectangle_at_every_time(site: Running) -> None:
    site.app.state.ogc_areas = Areas(draw)
    path = "/ogc/collections/kelurahan/items"
    found = site.get(f"{path}?bbox=106.821,-6.245,106.832,-6.244&datetime=2020-01-01T00:00:00Z").json()["features"]
    assert [one["id"] for one in found] == ["31.74.01.1002", "31.74.01.1003"]
    assert found[0]["bbox"] == [106.82, -6.25, pytest.approx(106.83), pytest.approx(-6.24)]
    assert site.get(f"{path}?bbox=1,1,2,2").json()["numberMatched"] == 0


def test_shapes_are_read_once_until_they_are_drawn_anew() -> None:
    drawn = [draw("kota")]
    areas = Areas(lambda _: drawn[-1])
    assert areas.features("kota") is areas.features("kota")
    drawn.append(draw("kelurahan"))
    assert len(areas.features("kota")) == 5


def test_people_get_pages_in_their_language(store: Store, site: Running) -> None:
    fill(store)
    site.app.state.ogc_areas = Areas(draw)
    paths = ("", "/conformance", "/api", "/collections", "/collections/laporan", "/collections/laporan/items",
             "/collections/laporan/items/DKI-2611-000001", "/collections/kota/items/31.74")  # fmt: skip
    with site.client("en", accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8") as client:
        for path in paths:
            answer = client.get(f"/ogc{path}")
            assert answer.headers["content-type"].startswith("text/html"), path
            assert '<html lang="en">' in answer.text
            assert client.get(f"/ogc{path}?f=json").headers["content-type"] != answer.headers["content-type"]
    assert '<html lang="en">' in site.get("/ogc?f=html&bahasa=en").text


def test_programs_that_try_to_write_are_told_405(site: Running) -> None:
    with site.client() as client:
        for path in ("/ogc", ITEMS):
            assert client.post(path).status_code == 405
            assert client.delete(path).json()["code"] == "405"


def test_the_clock_is_the_sites(site: Running) -> None:
    assert site.get(ITEMS).json()["timeStamp"] == NOW.isoformat().replace("+00:00", "Z")
