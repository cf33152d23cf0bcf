import csv
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import osmium
import pytest
from made import NOW
from osmium.osm.mutable import Node, Way

from dengar.errors import DengarError
from dengar.geocode import Locator
from dengar.geocode.boundaries import find_overlaps, read_boundaries
from dengar.geocode.ground import Ground, built_in_ground
from dengar.geocode.importing.areas import read_ground, write_ground
from dengar.geocode.importing.folder import AREAS, INDEX, Folder
from dengar.geocode.importing.layer import LayerFile, write_layer
from dengar.geocode.importing.names import Importing, Report, write_report
from dengar.geocode.importing.osm import read_osm
from dengar.geocode.importing.table import read_table
from dengar.geocode.sights import Name, Sight
from dengar.geocode.stops import read_stops
from dengar.geocode.tables import Spot, read_names

PALMERAH = "31.73.07.1001"
STREET = [(-6.2072 + step * 0.0009, 106.7881) for step in range(20)]  # two kilometres to the north
SQUARES = (("32.75.01.1001", "Satu", 0.0), ("32.75.01.1002", "Dua", 0.02))


@pytest.fixture(scope="module")
def ground() -> Ground:
    return built_in_ground()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "gazetteer")


def make_extract(path: Path) -> Path:
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (lat, lon) in enumerate(STREET, start=1):
            writer.add_node(Node(id=number, location=(lon, lat)))
        for number, (lat, lon, tags) in enumerate(
            (
                (-6.2065, 106.797, {"name": "Pasar Bayangan", "amenity": "marketplace", "addr:street": "Jalan Ceria"}),
                (-6.2066, 106.797, {"name": "Kampung Uji Coba", "place": "neighbourhood", "alt_name": "Kp Ujicoba"}),
                (-6.2067, 106.797, {"name": "Halte Bayangan", "highway": "bus_stop"}),
                (-6.9, 107.6, {"name": "Jalan Jauh", "highway": "residential"}),
                (-6.2068, 106.797, {"name": "Pohon Besar", "natural": "tree"}),
            ),
            start=100,
        ):
            writer.add_node(Node(id=number, location=(lon, lat), tags=tags))
        tags = {"highway": "residential", "name": "Jalan Cerita Panjang"}
        writer.add_way(Way(id=1, nodes=range(1, len(STREET) + 1), tags=tags))
        writer.add_way(Way(id=2, nodes=[9_999], tags={"highway": "residential", "name": "Jalan Tanpa Titik"}))
    return path


def do_import(folder: Folder, ground: Ground, sights: Iterator[Sight], name: str = "osm") -> Report:
    report = Report()
    Importing(folder, ground.areas, ground.points).run(name, sights, Path("peta.osm.pbf"), NOW, report)
    return report


def test_an_extract_gives_streets_with_points_places_and_addresses(
    folder: Folder, ground: Ground, tmp_path: Path
) -> None:
    seen: list[int] = []
    report = do_import(folder, ground, read_osm(make_extract(tmp_path / "kota.osm.pbf"), lambda: seen.append(1)))
    assert (report.names, report.outside, len(seen)) == (5, 1, 7)
    (layer,) = folder.load()[1]
    kinds = {entry.name: entry.kind for entry in layer.entries()}
    assert kinds == {
        "Jalan Ceria": "street", "Jalan Cerita Panjang": "street", "Kampung Uji Coba": "area",
        "Halte Bayangan": "transit_stop", "Pasar Bayangan": "landmark",
    }  # fmt: skip
    (street,) = layer.find("jalan cerita panjang")
    assert len(street.codes) > 1
    assert len(street.spots) >= 10
    assert layer.find("kampung ujicoba") == layer.find("kampung uji coba") != ()


def test_imported_names_are_found_in_texts(folder: Folder, ground: Ground, tmp_path: Path) -> None:
    do_import(folder, ground, read_osm(make_extract(tmp_path / "kota.osm.pbf")))
    [located] = Locator(*folder.load()).locate(["Banjir di Kp Ujicoba dekat Pasar Bayangan"])
    assert [mention.text for mention in located.mentions] == ["Kp Ujicoba", "Pasar Bayangan"]
    assert located.place is not None
    assert located.place.kelurahan_code is not None
    assert located.place.precision == "point"
    assert located.place.label.startswith(("Kampung Uji Coba, Kel.", "Pasar Bayangan, Kel."))


def test_the_same_again_changes_nothing_and_another_is_the_next_version(folder: Folder, ground: Ground) -> None:
    one = Sight("Jalan Satu Uji", "street", *STREET[0], "osm")
    first = do_import(folder, ground, iter([one]))
    again = do_import(folder, ground, iter([one]))
    other = do_import(folder, ground, iter([one, one._replace(name="Jalan Dua Uji")]))
    assert [(report.version.number, report.is_new) for report in (first, again, other) if report.version] == [
        (1, True), (1, False), (2, True),
    ]  # fmt: skip
    assert [version.number for version in folder.used()] == [2]
    folder.use("osm", 1)
    assert len(folder.load()[1][0]) == 1
    folder.drop("osm")
    assert folder.load() == (None, [])
    assert len(folder.index().versions) == 2


def test_what_is_not_there_cannot_be_used_or_dropped(folder: Folder) -> None:
    with pytest.raises(DengarError, match="no version 7 of 'osm'"):
        folder.use("osm", 7)
    with pytest.raises(DengarError, match="'osm' is not in use"):
        folder.drop("osm")


def test_what_was_measured_replaces_what_was_remembered_and_conflicts_are_told(
    folder: Folder, ground: Ground, tmp_path: Path
) -> None:
    streets = (entry for _, entry in read_names() if entry.source == "knowledge" and entry.kind == "street")
    remembered = next(entry for entry in streets if len(entry.codes) == 1 and entry.codes[0].startswith("31.73"))
    far = Sight(remembered.name, "street", -6.3364, 106.8965, "osm")
    report = do_import(folder, ground, iter([far]))
    assert report.replaced == 1
    (conflict,) = report.conflicts
    assert (conflict.name, conflict.known, conflict.known_by) == (remembered.name, remembered.codes, "knowledge")
    write_report(report, tmp_path / "laporan.csv")
    rows = list(csv.DictReader((tmp_path / "laporan.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["name"] for row in rows] == [remembered.name]


def test_an_import_of_nothing_says_why_and_keeps_what_was_there(folder: Folder, ground: Ground) -> None:
    do_import(folder, ground, iter([Sight("Jalan Satu Uji", "street", *STREET[0], "osm")]))
    with pytest.raises(DengarError, match="2 sights, 1 of them outside, 1 without a name"):
        do_import(
            folder, ground, iter([Sight("Jalan Jauh", "street", 0, 0, "osm"), Sight("--", "area", *STREET[0], "x")])
        )
    assert len(folder.load()[1][0]) == 1


@pytest.mark.parametrize("content", [b"", b"no extract", b"\x00\x00\x00\x0e\x0a\x09OSMHeader"])
def test_a_file_that_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rusak.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(DengarError, match=r"rusak\.osm\.pbf cannot be read as an extract"):
        list(read_osm(path))


def test_stops_of_a_feed_give_halte_streets_and_buildings(tmp_path: Path) -> None:
    path = tmp_path / "stops.txt"
    path.write_text(
        "stop_id,stop_name,stop_lat,stop_lon\n1,Jln. Uji Coba 2,-6.2,106.8\n2,Sbr. Pasar Uji,-6.2,106.8\n3,Rusak,x,1\n"
    )
    with path.open() as file:
        names = {(sight.name, sight.kind) for sight in read_stops(file)}
    assert {("Jalan Uji Coba", "street"), ("Pasar Uji", "landmark"), ("Halte Rusak", "transit_stop")} <= names
    path.write_text("id,name\n1,a\n")
    with path.open() as file, pytest.raises(DengarError, match="no column stop_name"):
        list(read_stops(file))


def test_a_table_is_read_by_its_header_and_bad_rows_are_told_by_line(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text(
        "\ufeffNama;Jenis;Lat;Lon;Kelurahan;Alias\n"
        "Komplek Melati Uji;area;;;Palmerah;KMU; \n"
        "SDN Uji 01;;-6,2;106,8;;\n"
        "Toko;warung;;;Palmerah;\n"
        ";;;;Palmerah;\n"
        "Gudang;;;;Cempaka;\n"
        "Pabrik;;utara;106.8;;\n"
        "\n"
    )
    told: list[tuple[int, str]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = read_table(file, "tabel", ground.areas, lambda line, why: told.append((line, why)))
    assert (first.name, first.kind, first.code, first.aliases) == ("Komplek Melati Uji", "area", PALMERAH, ("KMU",))
    assert (second.kind, second.lat, second.lon) == ("landmark", -6.2, 106.8)
    assert [line for line, _ in told] == [4, 5, 6, 7]
    assert [next(word for word in ("warung", "no name", "Cempaka", "utara") if word in why) for _, why in told] == [
        "warung",
        "no name",
        "Cempaka",
        "utara",
    ]


def test_a_table_without_the_needed_columns_says_which(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text("judul,isi\n1,2\n")
    with path.open() as file, pytest.raises(DengarError, match="this one has judul, isi"):
        list(read_table(file, "tabel", ground.areas, lambda *_: None))


def write_squares(path: Path, squares: tuple[tuple[str, str, float], ...] = SQUARES, **changes: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {
                "KODE_DESA": code.replace(".", ""), "DESA": name, "KECAMATAN": "Barat", "KABKOTA": "Kota Uji",
            } | changes,
            "geometry": {
                "type": "Polygon",
                "coordinates": [[
                    [107.0 + east, -6.0], [107.02 + east, -6.0], [107.02 + east, -5.98], [107.0 + east, -5.98],
                    [107.0 + east, -6.0],
                ]],
            },
        }
        for code, name, east in squares
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_another_city_stands_on_its_own_boundaries(folder: Folder, tmp_path: Path) -> None:
    boundaries = read_boundaries(write_squares(tmp_path / "kota.geojson"))
    folder.add(AREAS, "areas", tmp_path / "kota.geojson", NOW, lambda path: len(write_ground(path, boundaries)))
    locator = Locator(*folder.load())
    assert [area.name for area in locator.areas] == ["Kota Uji", "Barat", "Satu", "Dua"]
    assert list(locator.kelurahan_of([-5.99, -5.99, -6.2], [107.01, 107.03, 106.8])) == [
        "32.75.01.1001",
        "32.75.01.1002",
        None,
    ]
    [located] = locator.locate(["banjir di Kel. Dua"])
    assert located.place is not None
    assert located.place.kelurahan_code == "32.75.01.1002"
    assert locator.describe(-5.99, 107.01) == "Kel. Satu"
    [palmerah] = locator.locate(["banjir di Palmerah"])
    assert palmerah.place is None


def test_boundaries_that_cannot_be_used_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(DengarError, match=r"2 features .* feature 1: no property kelurahan .* feature 2"):
        read_boundaries(write_squares(tmp_path / "kota.geojson", DESA=None))
    with pytest.raises(DengarError, match="is no code of a kelurahan"):
        read_boundaries(write_squares(tmp_path / "kota.geojson", KODE_DESA="12"))
    (tmp_path / "kota.geojson").write_text("[]")
    with pytest.raises(DengarError, match="is no GeoJSON with features"):
        read_boundaries(tmp_path / "kota.geojson")


def test_boundaries_on_each_other_are_found(tmp_path: Path) -> None:
    squares = (SQUARES[0], ("32.75.01.1002", "Dua", 0.01))
    ((first, second, share),) = find_overlaps(read_boundaries(write_squares(tmp_path / "kota.geojson", squares)))
    assert (first.kelurahan, second.kelurahan) == ("Satu", "Dua")
    assert share == pytest.approx(0.5)


def test_islands_of_one_kelurahan_are_one_boundary(tmp_path: Path) -> None:
    squares = (SQUARES[0], ("32.75.01.1001", "Satu", 0.1))
    (one,) = read_boundaries(write_squares(tmp_path / "kota.geojson", squares))
    assert one.shape.area == pytest.approx(2 * 0.02**2)


NAMES = {
    (f"jalan uji {number}", "street"): Name(
        f"Jalan Uji {number}", "street", (Spot(PALMERAH, -6.2, 106.79),), 60, "osm", (f"Uji ke-{number}",)
    )
    for number in range(300)
}


def test_a_layer_gives_back_what_was_written_and_equal_names_are_equal_files(tmp_path: Path) -> None:
    write_layer(tmp_path / "a.npz", NAMES)
    write_layer(tmp_path / "b.npz", dict(reversed(NAMES.items())))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    layer = LayerFile(tmp_path / "a.npz", "osm")
    assert len(layer) == len(NAMES)
    (entry,) = layer.find("jalan uji 7")
    assert (entry.name, entry.kind, entry.codes, entry.source) == ("Jalan Uji 7", "street", (PALMERAH,), "osm")
    assert layer.find("uji ke 7") == (entry,)
    assert layer.begins("jalan uji")
    assert layer.find("jalan uji") == layer.find("tidak ada") == ()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 100])
def test_a_damaged_layer_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "layer.npz"
    path.write_bytes(content)
    with pytest.raises(DengarError, match="import it again"):
        LayerFile(path, "osm")
    with pytest.raises(DengarError, match="import them again"):
        read_ground(path)


def test_a_file_that_is_not_the_one_that_was_imported_is_refused(folder: Folder, ground: Ground) -> None:
    do_import(folder, ground, iter([Sight("Jalan Satu Uji", "street", *STREET[0], "osm")]))
    write_layer(folder.path / "osm-1.npz", NAMES)
    with pytest.raises(DengarError, match="is not the file that was imported"):
        folder.load()
    (folder.path / INDEX).write_text("{")
    with pytest.raises(DengarError, match="is damaged"):
        folder.load()


def test_an_import_that_breaks_leaves_no_trace(folder: Folder) -> None:
    def write(path: Path) -> int:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        folder.add("osm", "names", Path("x"), NOW + timedelta(days=1), write)
    assert list(folder.path.iterdir()) == []


def test_a_feed_may_be_a_zip_a_folder_or_the_file(tmp_path: Path) -> None:
    from dengar.gazetteer_cli import _open_stops

    stops = tmp_path / "stops.txt"
    stops.write_text("stop_id,stop_name,stop_lat,stop_lon\n1,Uji,-6.2,106.8\n")
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as feed:
        feed.write(stops, "stops.txt")
    for path in (stops, tmp_path, tmp_path / "feed.zip"):
        with _open_stops(path) as file:
            assert [sight.name for sight in read_stops(file)] == ["Halte Uji"]
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as feed:
        feed.writestr("agency.txt", "")
    with pytest.raises(DengarError, match=r"holds no stops\.txt"), _open_stops(tmp_path / "empty.zip"):
        pass
