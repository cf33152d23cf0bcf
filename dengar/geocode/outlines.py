"""The outlines of kelurahan for maps, read off a grid and simplified together: neighbours share their borders.

Official boundaries have slivers and overlaps that a grid does not have, so imported ones take the same way.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dengar.geocode.points import Points, Raster

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    Shapes = npt.NDArray[np.object_]
    Places = npt.NDArray[np.int64]

CRUMB = 25  # cells, 10,000 m²: smaller pieces beside others are drawn with these, whoever owns them
TOLERANCE = 3.0  # cells, 60 m: a triangle of such sides is the smallest corner that stays
ROUNDS = 3  # crumbs that touch only crumbs find an owner in the next round
DIGITS = {"kota": 5, "kecamatan": 8, "kelurahan": 13}  # of a code such as 31.74.02.1001


def make_outlines(points: Points) -> dict[str, "BaseGeometry"]:
    """Give the outline of every kelurahan by its code, in degrees, longitude first; it takes some seconds."""
    import numpy as np
    import shapely

    raster = points.raster()
    faces, owners = _trace(raster)
    owners = _absorb(faces, owners)
    known = np.unique(owners[owners > 0])
    wholes = np.array([shapely.coverage_union_all(faces[owners == place]) for place in known], dtype=object)
    simple = shapely.coverage_simplify(wholes, TOLERANCE)
    corner = np.array([raster.west, raster.south])
    degrees = shapely.transform(simple, lambda xy: corner + xy * raster.cell)
    return {str(raster.codes[place]): shape for place, shape in zip(known, degrees, strict=True)}


def join_outlines(outlines: Mapping[str, "BaseGeometry"], level: str) -> dict[str, "BaseGeometry"]:
    """Give the outlines of kecamatan or kota by code, from those of their kelurahan."""
    import shapely

    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for code, shape in outlines.items():
        parts[code[: DIGITS[level]]].append(shape)
    return {code: shapely.coverage_union_all(shapes) for code, shapes in parts.items()}


def _trace(raster: Raster) -> tuple["Shapes", "Places"]:
    """Give the areas of equal cells as polygons along the edges of the cells, and the value of each."""
    import numpy as np
    import shapely

    cells = np.pad(raster.places, 1)
    upright, level = np.argwhere(cells[:, 1:] != cells[:, :-1]), np.argwhere(cells[1:] != cells[:-1])
    y, x = upright[:, 0] - 1, upright[:, 1]
    y2, x2 = level[:, 0], level[:, 1] - 1
    edges = np.concatenate([np.stack([x, y, x, y + 1], axis=1), np.stack([x2, y2, x2 + 1, y2], axis=1)])
    lines = shapely.linestrings(edges.reshape(-1, 2, 2).astype(float))
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    faces: Shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(merged)))
    inside = np.floor(shapely.get_coordinates(shapely.point_on_surface(faces))).astype(int) + 1
    return faces, cells[inside[:, 1], inside[:, 0]].astype(np.int64)


def _absorb(faces: "Shapes", owners: "Places") -> "Places":
    """Give crumbs to the neighbour with the longest border; a kelurahan keeps its largest piece, islets stay."""
    import numpy as np
    import shapely

    areas = shapely.area(faces)
    crumbs = np.flatnonzero((areas < CRUMB) | (owners == 0))
    largest = {int(owners[face]): int(face) for face in np.argsort(areas)}
    kept = {face for owner, face in largest.items() if owner > 0}
    borders = _measure_borders(faces, [int(face) for face in crumbs if int(face) not in kept])
    owners, settled = owners.copy(), owners > 0
    settled[list(borders)] = False
    for _ in range(ROUNDS):
        for face, sides in borders.items():
            shares: dict[int, float] = defaultdict(float)
            for other, metres in sides:
                if settled[other]:
                    shares[int(owners[other])] += metres
            if shares and not settled[face]:
                owners[face], settled[face] = max(shares, key=lambda owner: shares[owner]), True
    return owners


def _measure_borders(faces: "Shapes", some: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    """Give for each of some faces those that share a border with it, and how long that is."""
    import shapely

    borders: dict[int, list[tuple[int, float]]] = {face: [] for face in some}
    if not some:
        return borders
    chosen = faces[list(some)]
    of, others = shapely.STRtree(faces).query(chosen, predicate="touches")
    shared = shapely.intersection(shapely.boundary(chosen[of]), shapely.boundary(faces[others]))
    for place, other, length in zip(of, others, shapely.length(shared), strict=True):
        if length > 0:
            borders[some[place]].append((int(other), float(length)))
    return borders
