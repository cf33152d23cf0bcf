import math

import pytest

from dengar.geocode import Locator
from dengar.models.place import Clue, Point


def test_a_point_is_told_by_street_landmark_and_kelurahan(locator: Locator) -> None:
    assert locator.describe(-6.20769, 106.79016).startswith("Jl. Palmerah Barat, dekat ")
    assert locator.describe(-6.20769, 106.79016).endswith(", Kel. Palmerah")


def test_a_point_far_from_everything_is_told_by_its_kelurahan(locator: Locator) -> None:
    pulau = next(area for area in locator.areas if area.name == "Pulau Panggang")
    assert locator.describe(pulau.lat, pulau.lon).endswith("Kel. Pulau Panggang")


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [(math.nan, 106.8, "bukan angka"), (0, 0, "0,0"), (106.8, -6.2, "tertukar"), (-5.95, 106.8, "laut")],
)
def test_a_point_that_is_nowhere_says_why(locator: Locator, lat: float, lon: float, words: str) -> None:
    assert words in locator.describe(lat, lon)


def test_the_place_of_a_geotag_carries_the_words_for_its_point_and_its_neighbour(locator: Locator) -> None:
    point = Point(lat=-6.2075, lon=106.7968)
    [located] = locator.locate(["lampu mati"], [Clue(geotag=point)])
    assert located.place is not None
    assert located.place.label == locator.describe(point.lat, point.lon)
    names = {area.code: area.name for area in locator.areas}
    assert located.place.border_name == names[str(located.place.border_code)]


def test_a_place_read_from_the_text_is_told_by_what_was_named(locator: Locator) -> None:
    street, area = locator.locate(["macet depan Stasiun Palmerah, Gelora", "banjir di Kel. Palmerah"])
    assert street.place is not None
    assert street.place.label == "Stasiun Palmerah, Kel. Gelora"
    assert area.place is not None
    assert area.place.label == "Kel. Palmerah"
