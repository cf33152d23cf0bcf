"""Compute the grid that says in which kelurahan a point lies.

    python -m dengar.geocode.make_grid BOUNDARIES.geojson OUT.npz

BOUNDARIES has one feature per kelurahan with the property `code`, in WGS84. OUT holds one row of cells after another,
from the south, as runs of equal cells: `gaps` (cells from the start of one run to the next) and `area` (index into
`codes`, 0 is no kelurahan). A cell is CELL degrees high and wide: 19.9 m by 19.8 m in Jakarta. A cell belongs to the
kelurahan that contains its centre, so a wrong answer lies within half a diagonal (14 m) of a border.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

CELL = 0.00018
PARTS = 3  # python -m dengar.geocode.make_grid BOUNDARIES OUT


def read_boundaries(path: Path) -> dict[str, list[Any]]:
    """Give the shapely polygons of every kelurahan code."""
    import shapely

    polygons: dict[str, list[Any]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        polygons.setdefault(feature["properties"]["code"], []).extend(shapely.get_parts(shape))
    return dict(sorted(polygons.items()))


def fill(cells: "npt.NDArray[np.int16]", polygon: Any, value: int, west: float, south: float) -> None:  # noqa: ANN401
    """Write `value` into the cells whose centres lie in the polygon."""
    import numpy as np
    import shapely

    low_lon, low_lat, high_lon, high_lat = polygon.bounds
    left, right = int((low_lon - west) / CELL), int((high_lon - west) / CELL) + 1
    bottom, top = int((low_lat - south) / CELL), int((high_lat - south) / CELL) + 1
    lons = west + (np.arange(left, right) + 0.5) * CELL
    lats = south + (np.arange(bottom, top) + 0.5) * CELL
    shapely.prepare(polygon)
    inside = shapely.contains_xy(polygon, *np.meshgrid(lons, lats))
    cells[bottom:top, left:right][inside] = value


def make_grid(boundaries: Path, out: Path) -> int:
    """Write the grid of these boundaries and give its number of runs."""
    import numpy as np

    polygons = read_boundaries(boundaries)
    bounds = np.array([part.bounds for parts in polygons.values() for part in parts])
    west, south = bounds[:, :2].min(axis=0) - CELL
    columns, rows = ((bounds[:, 2:].max(axis=0) - (west, south)) / CELL).astype(int) + 2
    cells = np.zeros((rows, columns), dtype=np.int16)
    for value, parts in enumerate(polygons.values(), start=1):
        for part in parts:
            fill(cells, part, value, west, south)
    flat = cells.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    gaps = np.diff(starts, prepend=0).astype(np.uint32)
    frame = np.array([west, south, CELL, columns, rows])
    np.savez_compressed(out, frame=frame, gaps=gaps, area=flat[starts], codes=np.array(["", *polygons]))
    return len(starts)


def main() -> None:
    """Run the module as a program."""
    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    runs = make_grid(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.write(f"{runs} runs written to {sys.argv[2]}\n")


if __name__ == "__main__":
    main()
