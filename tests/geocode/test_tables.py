from collections import Counter

from dengar.geocode import Locator
from dengar.geocode.gazetteer import Gazetteer
from dengar.geocode.points import Grid
from dengar.geocode.tables import read_names, read_table
from dengar.geocode.text import canonical

KINDS = {"street", "area", "landmark", "waterway", "transit_stop", "road_structure"}


def test_all_areas_are_there(locator: Locator) -> None:
    assert Counter(area.level for area in locator.areas) == {"kelurahan": 267, "kecamatan": 44, "kota": 6}
    codes = {area.code for area in locator.areas}
    for area in locator.areas:
        assert area.parent is None or area.parent in codes
        assert codes.issuperset(area.neighbours)
        assert area.level != "kelurahan" or area.postal


def test_neighbours_know_each_other(locator: Locator) -> None:
    by_code = {area.code: area for area in locator.areas}
    assert all(area.code in by_code[code].neighbours for area in locator.areas for code in area.neighbours)


def test_every_name_has_a_kind_a_source_and_known_kelurahan(locator: Locator) -> None:
    codes = {area.code for area in locator.areas if area.level == "kelurahan"}
    rows = list(read_table("names.tsv"))
    assert len(rows) >= 4_000
    for row in rows:
        assert row["kind"] in KINDS, row
        assert row["source"] in {"checked", "knowledge", "belief", "gtfs", "petajakarta"}, row
        assert row["codes"], row
        assert codes.issuperset(row["codes"].split()), row
        assert canonical(row["name"]), row
        assert row["points"], row
        assert int(row["precision_m"]) >= 60, row


def test_the_points_of_names_lie_where_they_say() -> None:
    spots = list(dict.fromkeys(spot for _, entry in read_names() for spot in entry.spots))
    found = Grid.built_in().kelurahan_of([spot.lat for spot in spots], [spot.lon for spot in spots])
    assert [spot for spot, code in zip(spots, found, strict=True) if spot.code != code] == []


def test_every_area_is_found_by_its_own_name(locator: Locator) -> None:
    gazetteer = Gazetteer(locator.areas)
    for area in gazetteer.areas:
        for name in (area.name, *area.aliases):
            assert area.code in {code for entry in gazetteer.named[canonical(name)] for code in entry.codes}, name


def test_every_kelurahan_is_located_by_its_address(locator: Locator) -> None:
    by_code = {area.code: area for area in locator.areas}
    kelurahan = [area for area in locator.areas if area.level == "kelurahan"]
    texts = [f"Banjir di Kel. {area.name}, Kec. {by_code[area.code[:8]].name}" for area in kelurahan]
    places = [located.place for located in locator.locate(texts)]
    wrong = [area.name for area, place in zip(kelurahan, places, strict=True) if not place or place.code != area.code]
    assert wrong == []
