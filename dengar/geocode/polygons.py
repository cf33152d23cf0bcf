"""Which kelurahan contains a point, by exact outlines that a city imports instead of the built-in grid."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from dengar.geocode.make_grid import EDGE
from dengar.geocode.points import NEAR_M, REACH_M, Border, Grid, Raster, plane_at

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dengar.geocode.points import Codes, Floats


class Polygons:
    """Exact outlines, in the order of the grid's codes; only points in cells on a border need them.

    `outlines` are in degrees, longitude first; the grid is one with edges (make_grid).
    """

    def __init__(self, outlines: "npt.NDArray[np.object_]", grid: Mapping[str, "npt.NDArray[np.generic]"]) -> None:
        import numpy as np
        import shapely

        self.grid = Grid(grid)
        self.codes = self.grid.codes[1:]
        self.outlines = outlines
        self._tree = shapely.STRtree(outlines)
        self._scale = plane_at(np.mean([outline.centroid.y for outline in outlines]))
        self._flat = shapely.STRtree([shapely.transform(outline, lambda xy: xy * self._scale) for outline in outlines])
        self._border_of = lru_cache(maxsize=50_000)(self._find_border)

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the code of the kelurahan around each point, None outside all of them."""
        import numpy as np

        places = self._places_of(np.asarray(lats, np.float64), np.asarray(lons, np.float64))
        found: Codes = self.grid.codes[places]
        return found

    def raster(self) -> Raster:
        """Give to which kelurahan the centre of every cell belongs."""
        import numpy as np

        raster = self.grid.raster()
        rows, columns = np.nonzero(raster.places == EDGE)
        lats = np.asarray(raster.south + (rows + 0.5) * raster.cell, np.float64)
        lons = np.asarray(raster.west + (columns + 0.5) * raster.cell, np.float64)
        raster.places[rows, columns] = self._places_of(lats, lons)
        return raster

    def _places_of(self, lats: "Floats", lons: "Floats") -> "npt.NDArray[np.int64]":
        import numpy as np
        import shapely

        places = self.grid.places_of(lats, lons)
        edges = np.flatnonzero(places == EDGE)
        places[edges] = 0
        points, areas = self._tree.query(shapely.points(lons[edges], lats[edges]), predicate="intersects")
        places[edges[points]] = areas + 1
        return places

    def border(self, lat: float, lon: float) -> Border | None:
        """Give the nearest other kelurahan; None beyond 5 km and outside all."""
        return self._border_of(lat, lon)

    def _find_border(self, lat: float, lon: float) -> Border | None:
        own = self.kelurahan_of([lat], [lon])[0]
        return self._nearest(lat, lon, own, NEAR_M) or self._nearest(lat, lon, own, REACH_M) if own else None

    def _nearest(self, lat: float, lon: float, own: str, reach: float) -> Border | None:
        import shapely

        point = shapely.Point(lon * self._scale[0], lat * self._scale[1])
        near = [
            place for place in self._flat.query(point, predicate="dwithin", distance=reach) if self.codes[place] != own
        ]
        found = [(point.distance(self._flat.geometries[place]), self.codes[place]) for place in near]
        if not found:
            return None
        metres, code = min(found)
        return Border(round(metres, 1), code)
