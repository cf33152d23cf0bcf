"""Compute areas.tsv: the facts about every kelurahan, kecamatan and kota.

    python -m dengar.geocode.make_areas BOUNDARIES.geojson AREA_ALIASES.tsv OUT.tsv

AREA_ALIASES has the columns code and aliases (separated by "; "). The centre always lies inside the area; the radius is
that of a circle of the same size; neighbours come within 30 m of each other. Lengths are right to 1 % (a plane through
the city's middle).
"""

import csv
import sys
from collections.abc import Mapping, Sequence
from math import pi, sqrt
from pathlib import Path

from dengar.geocode.boundaries import Boundary, read_boundaries
from dengar.geocode.points import plane_at
from dengar.geocode.tables import split
from dengar.models.place import Area, Level

PARTS = 4
NEIGHBOUR_M = 30.0
COLUMNS = ("code", "name", "level", "parent", "postal", "lat", "lon", "radius_m", "neighbours", "aliases")
LEVELS: dict[int, Level] = {5: "kota", 8: "kecamatan", 13: "kelurahan"}


def short(kota: str) -> str:
    """Give "Jakarta Barat" for "Kota Administrasi Jakarta Barat"."""
    return kota.removeprefix("Kota Administrasi ").removeprefix("Kabupaten Administrasi ")


def make_areas(boundaries: Sequence[Boundary], aliases: Mapping[str, str]) -> list[Area]:
    """Give all areas, kota first, each level by code."""
    import shapely

    middle = shapely.union_all([one.shape.envelope for one in boundaries]).centroid
    scale = plane_at(middle.y)
    parts: dict[str, list[Boundary]] = {}
    for one in boundaries:
        for digits in LEVELS:
            parts.setdefault(one.code[:digits], []).append(one)
    flat = {one.code: shapely.transform(one.shape, lambda xy: xy * scale) for one in boundaries}
    shapes = {code: shapely.union_all([flat[one.code] for one in ones]) for code, ones in parts.items()}
    areas = []
    for code in sorted(parts, key=lambda code: (len(code), code)):
        shape, own = shapes[code], parts[code][0]
        centre = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
        same = (other for other in parts if len(other) == len(code) and other != code)
        near = sorted(other for other in same if shapely.dwithin(shape, shapes[other], NEIGHBOUR_M))
        level = LEVELS[len(code)]
        area = Area(
            code=code,
            name={"kota": short(own.kota), "kecamatan": own.kecamatan, "kelurahan": own.kelurahan}[level],
            level=level,
            parent=code.rpartition(".")[0] if level != "kota" else None,
            postal=(own.postal or None) if level == "kelurahan" else None,
            lat=round(centre.y / scale[1], 6),
            lon=round(centre.x / scale[0], 6),
            radius_m=round(sqrt(shape.area / pi)),
            neighbours=tuple(near),
            aliases=split(aliases.get(code, "")),
        )
        areas.append(area)
    return areas


def write_area(area: Area) -> list[object]:
    """Give a row of areas.tsv."""
    joined = {"neighbours": " ".join(area.neighbours), "aliases": "; ".join(area.aliases)}
    return [joined.get(name, getattr(area, name)) or "" for name in COLUMNS]


def main() -> None:
    """Run the module as a program."""
    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    boundaries, named, out = map(Path, sys.argv[1:])
    lines = named.read_text(encoding="utf-8").splitlines()[1:]
    areas = make_areas(read_boundaries(boundaries), dict(line.split("\t") for line in lines))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
        writer.writerows([COLUMNS, *map(write_area, areas)])
    sys.stdout.write(f"{len(areas)} areas written to {out}\n")


if __name__ == "__main__":
    main()
