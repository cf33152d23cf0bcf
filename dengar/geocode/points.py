"""Which kelurahan contains a point, and how far the next one is: by the grid of make_grid.py."""

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.object_]

GRID = Path(__file__).parent / "data" / "grid.npz"
METRES_PER_DEGREE = 111_195.0
NEAR_M = 500.0
REACH_M = 5_000.0
STEPS = 6  # runs looked at on each side of a point, per row: enough to jump over rivers and basins without an owner


def plane_at(lat: float) -> tuple[float, float]:
    """Give the metres of a degree of longitude and of latitude: a plane good to 0.1 % for 50 km around."""
    return METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE


class Border(NamedTuple):
    """The nearest other kelurahan: how far it is, and its code."""

    metres: float
    code: str


class Raster(NamedTuple):
    """All cells: `places[row, column]` from the south-west corner are places in `codes`, 0 is no kelurahan."""

    west: float
    south: float
    cell: float
    places: "npt.NDArray[np.integer[Any]]"
    codes: "Codes"


class Points(Protocol):
    """Whatever can answer for points: the grid here, or exact polygons (polygons.py)."""

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the code of the kelurahan around each point, None outside all of them."""
        ...

    def border(self, lat: float, lon: float) -> Border | None:
        """Give the nearest other kelurahan; None beyond 5 km and outside all."""
        ...

    def raster(self) -> Raster:
        """Give to which kelurahan the centre of every cell belongs."""
        ...


class Grid:
    """A grid of make_grid.py: one binary search per point, vectorised."""

    def __init__(self, data: "Mapping[str, npt.NDArray[np.generic]]") -> None:
        import numpy as np

        self.west, self.south, self.cell, columns, rows = data["frame"].tolist()
        self.starts = np.cumsum(data["gaps"], dtype=np.int64)
        self.area = data["area"]
        self.codes: Codes = np.array([str(code) or None for code in data["codes"]], dtype=object)
        self.columns, self.rows = int(columns), int(rows)
        self._border_of = lru_cache(maxsize=50_000)(self._find_border)

    @classmethod
    def built_in(cls) -> Self:
        """Give the grid of the city that comes along."""
        import numpy as np

        with np.load(GRID) as data:
            return cls(dict(data))

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the code of the kelurahan around each point, None outside all of them."""
        import numpy as np

        found: Codes = self.codes[self.places_of(np.asarray(lats, np.float64), np.asarray(lons, np.float64))]
        return found

    def places_of(self, lats: "Floats", lons: "Floats") -> "npt.NDArray[np.int64]":
        """Give the value of the cell of each point: a place in `codes`, 0 outside, or EDGE."""
        import numpy as np

        cells = self._cells(lats, lons)
        runs = np.searchsorted(self.starts, np.maximum(cells, 0), side="right") - 1
        places: npt.NDArray[np.int64] = np.where(cells < 0, 0, self.area[runs])
        return places

    def border(self, lat: float, lon: float) -> Border | None:
        """Give the nearest other kelurahan, right to one cell; None beyond 5 km and outside all."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return None
        row, column = math.floor((lat - self.south) / self.cell), math.floor((lon - self.west) / self.cell)
        return self._border_of(row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None

    def raster(self) -> Raster:
        """Give the value of every cell: also EDGE where the grid has it."""
        import numpy as np

        lengths = np.diff(self.starts, append=self.rows * self.columns)
        places = np.repeat(self.area, lengths).reshape(self.rows, self.columns)
        return Raster(self.west, self.south, self.cell, places, self.codes)

    def _find_border(self, row: int, column: int) -> Border | None:
        found = (self._nearest_border(row, column, reach) for reach in (NEAR_M, REACH_M))
        return next((border for border in found if border), None)

    def _nearest_border(self, row: int, column: int, reach: float) -> Border | None:
        """Give the nearest other kelurahan within reach, looking at the rows within reach."""
        import numpy as np

        cell = row * self.columns + column
        own = int(self.area[np.searchsorted(self.starts, cell, side="right") - 1])
        if own == 0:
            return None
        width, height = (self.cell * metres for metres in plane_at(self.south + (row + 0.5) * self.cell))
        far = int(reach / height)
        rows = np.arange(max(row - far, 0), min(row + far + 1, self.rows))
        gaps, values = self._nearest_other(rows, column, own)
        metres = np.hypot(gaps * width, np.maximum(np.abs(rows - row) - 0.5, 0) * height)
        best = int(metres.argmin())
        return Border(round(float(metres[best]), 1), self.codes[values[best]]) if metres[best] <= reach else None

    def _cells(self, lats: "Floats", lons: "Floats") -> "npt.NDArray[np.int64]":
        """Give the number of the cell of each point, -1 outside the frame and for NaN."""
        import numpy as np

        with np.errstate(invalid="ignore", over="ignore"):
            rows = np.floor((lats - self.south) / self.cell)
            columns = np.floor((lons - self.west) / self.cell)
            inside = (rows >= 0) & (rows < self.rows) & (columns >= 0) & (columns < self.columns)
            cells: npt.NDArray[np.int64] = np.where(inside, rows * self.columns + columns, -1).astype(np.int64)
        return cells

    def _nearest_other(
        self, rows: "npt.NDArray[np.int64]", column: int, own: int
    ) -> tuple["Floats", "npt.NDArray[np.int64]"]:
        """Give for each row how many cells lie between `column` and the nearest other kelurahan, and which that is."""
        import numpy as np

        first = (rows * self.columns)[:, None]
        here = np.searchsorted(self.starts, first + column, side="right") - 1
        run = np.clip(here + np.arange(-STEPS, STEPS + 1), 0, len(self.starts) - 2)
        west = np.maximum(self.starts[run] - first, 0)
        east = np.minimum(self.starts[run + 1] - first, self.columns) - 1
        gap = np.maximum(np.maximum(west - column, column - east) - 0.5, 0)
        other = (self.area[run] > 0) & (self.area[run] != own) & (west <= east)
        gaps = np.where(other, gap, np.inf)
        best = gaps.argmin(axis=1)
        line = np.arange(len(rows))
        return gaps[line, best], self.area[run][line, best]


def point_problem(lat: float, lon: float, code: str | None) -> str | None:
    """Say in Indonesian why a point cannot be used, None when it can; `code` is what kelurahan_of gave for it."""
    problems = (
        (not (math.isfinite(lat) and math.isfinite(lon)), "koordinat bukan angka"),
        (lat == 0 and lon == 0, "koordinat 0,0: perangkat belum tahu letaknya"),
        (106 < lat < 107.2 and -7 < lon < -5, "lintang dan bujur tertukar"),  # noqa: PLR2004
        (not (-90 <= lat <= 90 and -180 <= lon <= 180), "koordinat di luar bumi"),  # noqa: PLR2004
        (code is None and -6.09 < lat < -5 and 106.3 < lon < 107, "titik di laut"),  # noqa: PLR2004
        (code is None, "titik di luar Jakarta"),
    )
    return next((text for wrong, text in problems if wrong), None)
