import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from dengar.geocode import Locator
from dengar.geocode.boundaries import read_boundaries
from dengar.geocode.ground import Ground
from dengar.geocode.importing.areas import read_ground, write_ground
from dengar.geocode.make_areas import make_areas
from dengar.geocode.make_grid import make_grid
from dengar.geocode.points import Grid, point_problem

BOUNDARIES = Path(__file__).parents[2].parent / "shared" / "data" / "boundaries" / "jakarta_kelurahan.geojson"
needs_boundaries = pytest.mark.skipif(
    not BOUNDARIES.exists(), reason="the official polygons are not part of the repository"
)
GRID = Grid.built_in()


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (math.nan, 106.8, "bukan angka"),
        (-6.2, math.inf, "bukan angka"),
        (0.0, 0.0, "0,0"),
        (106.8, -6.2, "tertukar"),
        (-5.95, 106.8, "laut"),
        (-6.9, 107.6, "luar Jakarta"),
        (-600.0, 106.8, "luar bumi"),
    ],
)
def test_points_that_cannot_be_used_are_refused_with_a_reason(lat: float, lon: float, words: str) -> None:
    code = GRID.kelurahan_of([lat], [lon])[0]
    assert code is None
    assert words in str(point_problem(lat, lon, code))
    assert GRID.border(lat, lon) is None


def test_every_centre_of_a_kelurahan_lies_in_it(locator: Locator) -> None:
    areas = [area for area in locator.areas if area.level == "kelurahan"]
    found = GRID.kelurahan_of([area.lat for area in areas], [area.lon for area in areas])
    assert list(found) == [area.code for area in areas]


def test_a_border_is_nearer_than_the_size_of_the_area(locator: Locator) -> None:
    for area in locator.areas[60:160:7]:
        border = GRID.border(area.lat, area.lon)
        assert border is not None
        assert 0 < border.metres < 3 * area.radius_m
        assert border.code in area.neighbours


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    path = tmp_path_factory.mktemp("ground") / "areas.npz"
    write_ground(path, read_boundaries(BOUNDARIES))
    return read_ground(path)


@needs_boundaries
def test_the_grid_agrees_with_the_outlines(exact: Ground) -> None:
    random = np.random.default_rng(7)
    lats, lons = random.uniform(-6.38, -6.07, 30_000), random.uniform(106.68, 106.98, 30_000)
    ours, theirs = GRID.kelurahan_of(lats, lons), exact.points.kelurahan_of(lats, lons)
    land = theirs != None  # noqa: E711
    differ = np.flatnonzero((ours != theirs) & (land | (ours != None)))  # noqa: E711
    assert len(differ) <= 0.02 * land.sum()
    edges = np.array([one.shape.boundary for one in read_boundaries(BOUNDARIES)])
    assert max(nearest_m(edges, lats[i], lons[i]) for i in differ) <= 70


def nearest_m(edges: "np.typing.NDArray[np.object_]", lat: float, lon: float) -> float:
    return float(shapely.distance(edges, shapely.Point(lon, lat)).min()) * 111_195


@needs_boundaries
def test_cells_on_a_border_are_looked_up_in_the_outlines(exact: Ground) -> None:
    random = np.random.default_rng(9)
    lats, lons = random.uniform(-6.38, -6.07, 20_000), random.uniform(106.68, 106.98, 20_000)
    outlines = read_boundaries(BOUNDARIES)
    points, areas = shapely.STRtree([one.shape for one in outlines]).query(shapely.points(lons, lats), "intersects")
    expected = np.full(len(lats), None, dtype=object)
    expected[points] = [outlines[area].code for area in areas]
    assert np.array_equal(exact.points.kelurahan_of(lats, lons), expected)


@needs_boundaries
def test_the_distance_to_a_border_is_right_to_a_cell_and_a_half(exact: Ground) -> None:
    random = np.random.default_rng(8)
    lats, lons = random.uniform(-6.35, -6.12, 300), random.uniform(106.7, 106.95, 300)
    for lat, lon in zip(lats, lons, strict=True):
        ours, theirs = GRID.border(lat, lon), exact.points.border(lat, lon)
        if ours is not None and theirs is not None and exact.points.kelurahan_of([lat], [lon])[0]:
            assert abs(ours.metres - theirs.metres) <= 35


@needs_boundaries
def test_exact_outlines_replace_the_grid(exact: Ground) -> None:
    locator = Locator(exact)
    assert locator.kelurahan_of([-6.1814, math.nan], [106.8284, 106.8]).tolist() == ["31.71.01.1001", None]


@needs_boundaries
def test_the_built_in_tables_can_be_computed_again(locator: Locator) -> None:
    boundaries = read_boundaries(BOUNDARIES)
    again = Grid(make_grid(boundaries))
    assert np.array_equal(again.starts, GRID.starts)
    assert np.array_equal(again.area, GRID.area)
    aliases = {area.code: "; ".join(area.aliases) for area in locator.areas}
    assert tuple(make_areas(boundaries, aliases)) == locator.areas
