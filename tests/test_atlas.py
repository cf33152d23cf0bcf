"""The atlas: shapes as GeoJSON, places of points, and another city's boundaries."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dengar.atlas import Atlas
from dengar.geocode.boundaries import read_boundaries
from dengar.geocode.importing.areas import write_ground
from dengar.geocode.importing.folder import AREAS, Folder
from dengar.models import Box

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return Atlas(Folder(tmp_path_factory.mktemp("none") / "gazetteer"))


def write_two(path: Path) -> Path:
    """Write two squares side by side, one of which reaches a little into the other."""
    features = [
        {
            "type": "Feature",
            "properties": {"kode": code, "desa": name, "kecamatan": "Barat", "kota": "Kota Uji"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, -6.0], [east, -6.0], [east, -5.98], [west, -5.98], [west, -6.0]]],
            },
        }
        for code, name, west, east in (("3275011001", "Satu", 107.0, 107.0201), ("3275011002", "Dua", 107.02, 107.04))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_all_kelurahan_are_light_enough_for_a_phone(atlas: Atlas) -> None:
    sizes = {level: len(gzip.compress(atlas.draw(level), 5)) for level in ("kelurahan", "kecamatan", "kota")}
    assert sizes["kota"] < sizes["kecamatan"] < sizes["kelurahan"] <= MOST_BYTES
    features = json.loads(atlas.draw("kelurahan"))["features"]
    assert len(features) == 267
    palmerah = next(one for one in features if one["id"] == "31.73.07.1001")
    assert palmerah["properties"] | {"lat": 0, "lon": 0} == {
        "name": "Palmerah", "within": ["Pal Merah", "Jakarta Barat"], "lat": 0, "lon": 0,
    }  # fmt: skip


def test_neighbours_share_the_corners_that_are_written(atlas: Atlas) -> None:
    corners: dict[tuple[float, float], set[str]] = {}
    for feature in json.loads(atlas.draw("kelurahan"))["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert ring[0] == ring[-1]
                for lon, lat in ring:
                    corners.setdefault((lon, lat), set()).add(feature["id"])
    shared = sum(len(codes) > 1 for codes in corners.values())
    assert shared > len(corners) / 3


def test_a_point_has_its_areas_and_the_way_to_the_border(atlas: Atlas) -> None:
    found = atlas.find(-6.2281, 106.8526)
    assert (found.kelurahan, found.kecamatan, found.kota) == ("Tebet Timur", "Tebet", "Jakarta Selatan")
    assert found.border_name == "Tebet Barat"
    assert found.border_m is not None
    assert 0 < found.border_m < 50
    assert found.problem is None


@pytest.mark.parametrize(
    ("lat", "lon", "problem"),
    [
        (-6.5, 106.85, "titik di luar Jakarta"),
        (-6.05, 106.9, "titik di laut"),
        (0.0, 0.0, "koordinat 0,0: perangkat belum tahu letaknya"),
        (106.85, -6.2, "lintang dan bujur tertukar"),
        (float("nan"), 106.85, "koordinat bukan angka"),
    ],
)
def test_a_point_of_no_kelurahan_says_why(atlas: Atlas, lat: float, lon: float, problem: str) -> None:
    found = atlas.find(lat, lon)
    assert (found.kelurahan_code, found.border_m, found.problem) == (None, None, problem)


def test_a_view_names_the_kelurahan_in_it_and_not_the_whole_city(atlas: Atlas) -> None:
    codes = atlas.within(Box(west=106.852, south=-6.229, east=106.853, north=-6.228))
    assert {"31.74.01.1001", "31.74.01.1002"} <= set(codes)
    assert len(codes) < 8
    assert atlas.within(Box(west=100, south=1, east=101, north=2)) == []


def test_imported_boundaries_are_followed_and_overlaps_become_one_border(tmp_path: Path) -> None:
    seconds = iter(range(0, 1000, 10))
    folder = Folder(tmp_path / "gazetteer")
    atlas = Atlas(folder, timer=lambda: next(seconds))
    before = atlas.version()
    boundaries = read_boundaries(write_two(tmp_path / "kota.geojson"))
    folder.add(AREAS, "areas", tmp_path / "kota.geojson", NOW, lambda path: len(write_ground(path, boundaries)))
    assert atlas.version() != before
    features = json.loads(atlas.draw("kelurahan"))["features"]
    assert [one["properties"]["name"] for one in features] == ["Satu", "Dua"]
    first, second = ({tuple(at) for at in one["geometry"]["coordinates"][0][0]} for one in features)
    assert len(first & second) >= 2
    assert atlas.find(-5.99, 107.01).kelurahan == "Satu"
    assert [area.name for area in atlas.areas() if area.level == "kota"] == ["Kota Uji"]


def test_a_damaged_import_leaves_the_map_as_it_was(tmp_path: Path) -> None:
    seconds = iter(range(0, 1000, 10))
    folder = Folder(tmp_path)
    atlas = Atlas(folder, timer=lambda: next(seconds))
    (tmp_path / "gazetteer.json").write_text("{")
    assert len(json.loads(atlas.draw("kota"))["features"]) == 6
    assert atlas.find(-6.2281, 106.8526).kelurahan == "Tebet Timur"
