"""/peta without JavaScript, and what its script and the place picker ask."""

# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from web_city import TEBET, UNITS, save_report
from web_site import Running, serve, site

from dengar.atlas import Atlas
from dengar.geocode.importing.folder import Folder
from dengar.store import Store
from dengar.web.peta.basemap import Basemap
from dengar.web.peta.dots import MOST_DOTS
from dengar.web.peta.words import PROBLEMS

TEBET_BOX = "106.84,-6.24,106.87,-6.22"
BARAT = TEBET.replace(kelurahan="Tebet Barat", kelurahan_code="31.74.01.1001")
KOTA_ONLY = TEBET.replace(
    level="kota", kelurahan=None, kelurahan_code=None, kecamatan=None, kecamatan_code=None, precision="kota"
)


# The fixtures' "Tebet Timur" has the code of Tebet Barat; the map names areas by their codes.


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return Atlas(Folder(tmp_path_factory.mktemp("none") / "gazetteer"))


@pytest.fixture
def mapped(store: Store, atlas: Atlas) -> Iterator[Running]:
    store.units.save(UNITS)
    with serve(store, atlas=atlas) as running:
        yield running


def save_some(store: Store) -> None:
    save_report(store, "DKI-2611-000001", title="Banjir di Tebet Timur")
    save_report(store, "DKI-2611-000002", title="Sampah di Tebet Barat", category="sampah", place=BARAT, texts=("S.",))
    save_report(store, "DKI-2611-000003", title="Sudah kering", state="selesai", texts=("K.",))
    save_report(store, "DKI-2611-000004", title="Entah di mana", place=KOTA_ONLY, texts=("E.",))
    save_report(store, "DKI-2611-000005", title="Lama sekali", ago=timedelta(days=20), texts=("L.",))


def titles(page: str) -> list[str]:
    return re.findall(r'<bdi lang="id">([^<]*)</bdi></a></h3>', page)


def test_the_page_reads_as_a_list_and_a_table_without_scripts(store: Store, mapped: Running) -> None:
    save_some(store)
    page = mapped.get("/peta").text
    assert set(titles(page)) == {"Banjir di Tebet Timur", "Sampah di Tebet Barat", "Entah di mana", "Lama sekali"}
    assert "4 laporan" in page
    assert "1 di antaranya belum diketahui kelurahannya" in page
    assert re.search(r'kel=31\.74\.01\.1002"[^>]*>Tebet Barat</a></th><td>Tebet</td><td class="n">2</td>', page)
    assert '<section class="peta-side" aria-label="Peta" hidden' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kategori=sampah", {"Sampah di Tebet Barat"}),
        ("kel=31.74.01.1001", {"Sampah di Tebet Barat"}),
        ("kel=31.74.01", {"Banjir di Tebet Timur", "Sampah di Tebet Barat", "Lama sekali"}),
        ("kel=31.71", set()),
        ("keadaan=closed", {"Sudah kering"}),
        ("keadaan=selesai", {"Sudah kering"}),
        ("hari=7&keadaan=semua", {"Banjir di Tebet Timur", "Sampah di Tebet Barat", "Sudah kering", "Entah di mana"}),
        ("hari=30&kategori=banjir", {"Banjir di Tebet Timur", "Entah di mana", "Lama sekali"}),
        (f"bbox={TEBET_BOX}", {"Banjir di Tebet Timur", "Sampah di Tebet Barat", "Lama sekali"}),
        ("bbox=106.7,-6.15,106.71,-6.14", set()),
    ],
)
def test_every_filter_filters(store: Store, mapped: Running, query: str, expected: set[str]) -> None:
    save_some(store)
    page = mapped.get(f"/peta?{query}").text
    assert set(titles(page)) == expected
    if not expected:
        assert "Belum ada laporan untuk pilihan ini." in page


def test_what_is_not_understood_is_said_and_left_out(store: Store, mapped: Running) -> None:
    save_some(store)
    answer = mapped.get("/peta?kategori=hantu&kel=x&keadaan=mau&hari=8&bbox=1,2&setelah=rusak")
    assert answer.status_code == 200
    assert "Pilihan yang tidak dikenal diabaikan: kategori, kel, keadaan, bbox, hari." in answer.text
    assert len(titles(answer.text)) == 4
    assert "were left out" in mapped.get("/peta?kategori=hantu", language="en").text


def test_a_city_without_reports_says_so(mapped: Running) -> None:
    page = mapped.get("/peta").text
    assert "Belum ada laporan yang terbuka." in page
    assert "0 laporan" in page
    assert "<table" not in page
    counts = mapped.get("/api/peta/jumlah").json()
    assert counts == {"jumlah": 0, "kelurahan": {}, "tanpa_kelurahan": 0}


def test_long_lists_go_on_page_by_page(store: Store, mapped: Running) -> None:
    for n in range(25):
        save_report(store, f"DKI-2611-{n:06d}", title=f"Nomor {n:02d}", texts=(f"{n}",), ago=timedelta(minutes=n))
    first = mapped.get("/peta").text
    assert titles(first) == [f"Nomor {n:02d}" for n in range(20)]
    behind = re.search(r"setelah=([^&\"]+)", first)
    assert behind is not None
    second = mapped.get(f"/peta?setelah={behind[1]}").text
    assert titles(second) == [f"Nomor {n:02d}" for n in range(20, 25)]
    assert "Ke yang terbaru" in second
    boxed = mapped.get(f"/peta?bbox={TEBET_BOX}").text
    behind = re.search(r"setelah=([^&\"]+)", boxed)
    assert behind is not None
    assert titles(mapped.get(f"/peta?bbox={TEBET_BOX}&setelah={behind[1]}").text) == titles(second)


def test_the_numbers_and_points_are_those_that_everybody_may_see(store: Store, mapped: Running) -> None:
    save_some(store)
    report = store.reports.find_own("DKI-2611-000002")
    assert report is not None
    store.data["reports"].update_one({"_id": report.number}, {"$set": {"is_hidden": True}})
    assert mapped.get("/api/peta/jumlah?keadaan=semua").json() == {
        "jumlah": 4, "kelurahan": {"31.74.01.1002": 3}, "tanpa_kelurahan": 1,
    }  # fmt: skip
    found = mapped.get(f"/api/peta/titik?bbox={TEBET_BOX}").json()
    assert {one["number"] for one in found["titik"]} == {"DKI-2611-000001", "DKI-2611-000005"}
    one = found["titik"][0]
    assert (one["lat"], one["lon"]) == (-6.2281, 106.8551), "points are as rounded as in the feeds"
    assert "author" not in json.dumps(found)
    assert set(one) == {
        "number", "lat", "lon", "is_exact", "title", "category", "state", "tone", "state_name", "urgency",
        "urgency_name", "place", "kel", "at",
    }  # fmt: skip
    assert (one["state_name"], one["tone"], one["is_exact"]) == ("Menunggu", "merah", True)
    english = mapped.get(f"/api/peta/titik?bbox={TEBET_BOX}", language="en").json()["titik"][0]
    assert (english["state_name"], english["category"]) == ("Waiting", "Flood")


def test_the_filters_hold_for_numbers_and_points_alike(store: Store, mapped: Running) -> None:
    save_some(store)
    assert mapped.get("/api/peta/jumlah?kategori=sampah").json()["kelurahan"] == {"31.74.01.1001": 1}
    found = mapped.get(f"/api/peta/titik?kategori=sampah&bbox={TEBET_BOX}").json()
    assert [one["number"] for one in found["titik"]] == ["DKI-2611-000002"]
    assert not mapped.get(f"/api/peta/titik?kel=31.71&bbox={TEBET_BOX}").json()["titik"]


def test_a_view_with_too_many_reports_gives_none_of_them(store: Store, mapped: Running) -> None:
    row = save_report(store, "DKI-2611-000001")
    document = store.data["reports"].find_one({"_id": row.number})
    assert document is not None
    rows = [document | {"_id": f"X-{n}", "number": f"X-{n}", "numbers": [f"X-{n}"]} for n in range(MOST_DOTS)]
    store.data["reports"].insert_many(rows[:-1])
    full = mapped.get(f"/api/peta/titik?bbox={TEBET_BOX}").json()
    assert (full["terlalu_banyak"], len(full["titik"])) == (False, MOST_DOTS)
    store.data["reports"].insert_one(rows[-1])
    assert mapped.get(f"/api/peta/titik?bbox={TEBET_BOX}").json() == {"terlalu_banyak": True, "titik": []}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/api/peta/titik", "bbox"),
        ("/api/peta/titik?bbox=1,2,3", "bbox"),
        ("/api/peta/jumlah?kategori=hantu", "kategori"),
        ("/api/peta/jumlah?warna=biru", "warna"),
        ("/peta/wilayah.json?tingkat=rt", "tingkat"),
    ],
)
def test_programs_are_told_what_is_wrong(mapped: Running, address: str, told: str) -> None:
    answer = mapped.get(address)
    assert answer.status_code == 400
    if address.startswith("/api/"):
        assert told in answer.json()["error"]


def test_shapes_are_kept_for_ever_under_their_version(mapped: Running, atlas: Atlas) -> None:
    page = mapped.get("/peta").text
    address = re.search(r'data-shapes="([^"]+)"', page)
    assert address is not None
    answer = mapped.get(address[1].replace("&amp;", "&"))
    assert answer.headers["content-type"] == "application/geo+json"
    assert "immutable" in answer.headers["cache-control"]
    assert len(answer.json()["features"]) == 267
    plain = mapped.get("/peta/wilayah.json?tingkat=kota")
    assert plain.headers["cache-control"] == "public, max-age=300"
    with mapped.client() as client:
        again = client.get("/peta/wilayah.json?tingkat=kota", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_point_is_placed_and_a_near_border_is_told(mapped: Running) -> None:
    near = mapped.get("/api/tempat?lat=-6.2281&lon=106.8526").json()
    assert (near["kelurahan"], near["border_name"], near["near_border"]) == ("Tebet Timur", "Tebet Barat", True)
    far = mapped.get("/api/tempat?lat=-6.2281&lon=106.8551").json()
    assert (far["kelurahan"], far["near_border"], far["problem"]) == ("Tebet Timur", False, None)
    outside = mapped.get("/api/tempat?lat=-6.6&lon=106.8")
    assert (outside.status_code, outside.json()["problem"]) == (200, "titik di luar Jakarta")
    assert mapped.get("/api/tempat?lat=-6.6&lon=106.8", language="en").json()["problem"] == (
        "the point is outside Jakarta"
    )


@pytest.mark.parametrize("query", ["", "lat=-6.2", "lat=a&lon=b", "lat=nan&lon=106", "lat=-91&lon=0", "lat=0&lon=181"])
def test_what_is_no_point_is_refused(mapped: Running, query: str) -> None:
    assert mapped.get(f"/api/tempat?{query}").status_code == 422


def test_every_reason_of_the_locator_is_known_to_the_translators(atlas: Atlas) -> None:
    points = [(float("nan"), 106.8), (0.0, 0.0), (106.8, -6.2), (-91.0, 300.0), (-6.05, 106.9), (-6.6, 106.8)]
    assert {atlas.find(lat, lon).problem for lat, lon in points} == set(PROBLEMS)


def test_without_areas_the_list_still_reads(store: Store, site: Running) -> None:
    save_some(store)
    page = site.get("/peta").text
    assert len(titles(page)) == 4
    assert 'data-shapes=""' in page
    assert site.get("/api/tempat?lat=-6.2&lon=106.8").status_code == 404
    assert site.get("/peta/wilayah.json").status_code == 404
    assert site.get("/peta/dasar.pmtiles").status_code == 404


def test_pictures_come_from_the_operators_tile_server_and_no_other(store: Store, atlas: Atlas) -> None:
    tiles = Basemap(tiles="https://{s}.tiles.example.org/{z}/{x}/{y}.png", attribution="© Contoh")
    with serve(store, atlas=atlas, basemap=tiles) as running:
        answer = running.get("/peta")
        assert "img-src 'self' data: https://*.tiles.example.org;" in answer.headers["content-security-policy"]
        assert "https://{s}.tiles.example.org/{z}/{x}/{y}.png" in answer.text
        assert "© Contoh" in answer.text
    with serve(store, atlas=atlas) as running:
        assert "img-src 'self';" in running.get("/peta").headers["content-security-policy"]


def test_ranges_of_the_operators_archive_are_given_as_they_lie_there(
    store: Store, atlas: Atlas, tmp_path: Path
) -> None:
    archive = tmp_path / "basemap.pmtiles"
    archive.write_bytes(bytes(range(256)) * 100)
    with serve(store, atlas=atlas, basemap=Basemap(archive=archive, tiles="https://x.example/{z}")) as running:
        with running.client() as client:
            part = client.get("/peta/dasar.pmtiles", headers={"range": "bytes=2000-5999", "accept-encoding": "gzip"})
            beyond = client.get("/peta/dasar.pmtiles", headers={"range": "bytes=999999-"})
        assert (part.status_code, part.headers["content-range"]) == (206, "bytes 2000-5999/25600")
        assert part.content == archive.read_bytes()[2000:6000]
        assert beyond.status_code == 416
        policy = running.get("/peta").headers["content-security-policy"]
        assert "img-src 'self' blob:;" in policy
        assert "x.example" not in policy
