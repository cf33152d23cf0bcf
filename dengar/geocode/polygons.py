"""Which kelurahan contains a point, by exact polygons that a city imports instead of the grid."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy.typing as npt

    from dengar.geocode.points import Codes

METRES_PER_DEGREE = 111_195.0


class Polygons:
    """Exact polygons from a GeoJSON whose features have the property `code`."""

    def __init__(self, path: Path) -> None:
        import numpy as np
        import shapely

        from dengar.geocode.make_grid import read_boundaries

        boundaries = read_boundaries(path)
        self.codes: Codes = np.array(list(boundaries), dtype=object)
        self.shapes = np.array([shapely.union_all(parts) for parts in boundaries.values()])
        self.tree = shapely.STRtree(self.shapes)

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the code of the kelurahan around each point, None outside all of them."""
        import numpy as np
        import shapely

        lats, lons = np.asarray(lats, dtype=np.float64), np.asarray(lons, dtype=np.float64)
        found: Codes = np.full(lats.shape, None, dtype=object)
        usable = np.flatnonzero(np.isfinite(lats) & np.isfinite(lons))
        points, areas = self.tree.query(shapely.points(lons[usable], lats[usable]), predicate="intersects")
        found[usable[points]] = self.codes[areas]
        return found

    def border_m(self, lat: float, lon: float) -> float | None:
        """Give the metres to the nearest other kelurahan: a plane around the point is exact enough for a city."""
        import numpy as np
        import shapely

        if not (np.isfinite(lat) and np.isfinite(lon)):
            return None
        point = shapely.Point(lon, lat)
        near = self.tree.query(point.buffer(0.05))
        others = [self.shapes[i] for i in near if not self.shapes[i].intersects(point)]
        metres = np.array([METRES_PER_DEGREE * np.cos(np.radians(lat)), METRES_PER_DEGREE])
        flat = [shapely.transform(shape, lambda xy: (xy - (lon, lat)) * metres) for shape in others]
        return round(min(shapely.distance(flat, shapely.Point(0, 0))), 1) if flat else None
