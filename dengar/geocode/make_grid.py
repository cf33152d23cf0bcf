"""Compute the grid that says in which kelurahan a point lies.

    python -m dengar.geocode.make_grid BOUNDARIES.geojson OUT.npz

OUT holds one row of cells after another, from the south, as runs of equal cells: `gaps` (cells from the start of one
run to the next) and `area` (index into `codes`, 0 is no kelurahan). A cell is CELL degrees high and wide: 19.9 m by
19.8 m in Jakarta. A cell belongs to the kelurahan that contains its centre, so a wrong answer lies within half a
diagonal (14 m) of a border. With exact outlines at hand, cells through which a border goes are EDGE instead.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dengar.geocode.boundaries import Boundary, read_boundaries

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    Cells = npt.NDArray[np.int16]

CELL = 0.00018
EDGE = -1
STEP = CELL / 4  # how far apart borders are looked at, and an eighth of a cell to each side of them
PARTS = 3  # python -m dengar.geocode.make_grid BOUNDARIES OUT


def make_grid(boundaries: Sequence[Boundary], *, edges: bool = False) -> "Mapping[str, npt.NDArray[np.generic]]":
    """Give the arrays of a grid; `edges` marks the cells on borders."""
    import numpy as np
    import shapely

    bounds = np.array([one.shape.bounds for one in boundaries])
    west, south = bounds[:, :2].min(axis=0) - CELL
    columns, rows = ((bounds[:, 2:].max(axis=0) - (west, south)) / CELL).astype(int) + 2
    cells = np.zeros((rows, columns), dtype=np.int16)
    for value, one in enumerate(boundaries, start=1):
        for part in shapely.get_parts(one.shape):
            _fill(cells, part, value, west, south)
    for one in boundaries if edges else ():
        _mark_border(cells, one.shape, west, south)
    flat = cells.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    return {
        "frame": np.array([west, south, CELL, columns, rows]),
        "gaps": np.diff(starts, prepend=0).astype(np.uint32),
        "area": flat[starts],
        "codes": np.array(["", *(one.code for one in boundaries)]),
    }


def _fill(cells: "Cells", polygon: "BaseGeometry", value: int, west: float, south: float) -> None:
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


def _mark_border(cells: "Cells", shape: "BaseGeometry", west: float, south: float) -> None:
    """Mark the cells through which the outline goes, or passes within an eighth of a cell."""
    import shapely

    points = shapely.get_coordinates(shapely.segmentize(shape.boundary, STEP))
    for east in (-STEP / 2, STEP / 2):
        for north in (-STEP / 2, STEP / 2):
            columns = ((points[:, 0] + east - west) / CELL).astype(int)
            rows = ((points[:, 1] + north - south) / CELL).astype(int)
            cells[rows, columns] = EDGE


def main() -> None:
    """Run the module as a program."""
    import numpy as np

    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    grid = make_grid(read_boundaries(Path(sys.argv[1])))
    np.savez_compressed(sys.argv[2], **grid)  # type: ignore[arg-type]  # its own keyword is none of these
    sys.stdout.write(f"{len(grid['area'])} runs written to {sys.argv[2]}\n")


if __name__ == "__main__":
    main()
