"""The outlines of areas for maps: they cover the city, share their borders, and are light."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from dengar.geocode.outlines import join_outlines, make_outlines
from dengar.geocode.points import Grid, Raster
from dengar.geocode.tables import read_areas

SIMPLIFIED_M = 160  # a corner that is cut off may lie so far outside of its outline


@pytest.fixture(scope="module")
def outlines() -> dict[str, BaseGeometry]:
    return make_outlines(Grid.built_in())


def test_every_kelurahan_has_an_outline_around_its_centre(outlines: dict[str, BaseGeometry]) -> None:
    areas = {area.code: area for area in read_areas() if area.level == "kelurahan"}
    assert set(outlines) == set(areas)
    far = [
        code for code, shape in outlines.items()
        if shapely.distance(shape, shapely.Point(areas[code].lon, areas[code].lat)) * 111_195 > SIMPLIFIED_M
    ]  # fmt: skip
    assert far == []


def test_neighbours_share_their_borders_and_nothing_lies_on_each_other(outlines: dict[str, BaseGeometry]) -> None:
    shapes = list(outlines.values())
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-9)


def test_the_outlines_say_nearly_always_what_the_grid_says(outlines: dict[str, BaseGeometry]) -> None:
    random = np.random.default_rng(5)
    lats, lons = random.uniform(-6.36, -6.1, 20_000), random.uniform(106.7, 106.95, 20_000)
    said = Grid.built_in().kelurahan_of(lats, lons)
    codes = list(outlines)
    tree = shapely.STRtree(list(outlines.values()))
    found = np.full(len(lats), None, dtype=object)
    points, areas = tree.query(shapely.points(lons, lats), predicate="intersects")
    found[points] = [codes[area] for area in areas]
    land = np.array([code is not None for code in said])
    assert land.sum() > 10_000
    assert (found[land] == said[land]).mean() > 0.95


def test_kecamatan_and_kota_are_made_of_their_kelurahan(outlines: dict[str, BaseGeometry]) -> None:
    for level in ("kecamatan", "kota"):
        joined = join_outlines(outlines, level)
        assert set(joined) == {area.code for area in read_areas() if area.level == level}
        assert sum(shape.area for shape in joined.values()) == pytest.approx(
            sum(shape.area for shape in outlines.values()), rel=1e-9
        )


class Squares:
    """Three kelurahan: two halves with a crumb of nobody between them, and an islet of one cell far out."""

    def __init__(self) -> None:
        self.places = np.zeros((60, 60), np.int16)
        self.places[5:40, 5:20], self.places[5:40, 20:40] = 1, 2
        self.places[10:12, 19:21] = 0
        self.places[55, 55] = 3

    def raster(self) -> Raster:
        return Raster(106.0, -6.0, 0.00018, self.places, np.array([None, "A", "B", "C"], dtype=object))

    def kelurahan_of(self, *_: object) -> "np.typing.NDArray[np.object_]":
        raise NotImplementedError

    def border(self, *_: object) -> None:
        raise NotImplementedError


def test_a_crumb_of_nobody_is_given_away_and_an_islet_stays() -> None:
    outlines = make_outlines(Squares())
    assert set(outlines) == {"A", "B", "C"}
    assert outlines["A"].union(outlines["B"]).area == pytest.approx(35 * 35 * 0.00018**2, rel=0.02)
    assert not shapely.get_rings(outlines["A"])[1:].size
    assert outlines["C"].area > 0
