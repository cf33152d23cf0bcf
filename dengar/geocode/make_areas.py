"""Compute areas.tsv: the facts about every kelurahan, kecamatan and kota.

    python -m dengar.geocode.make_areas BOUNDARIES.geojson AREA_ALIASES.tsv OUT.tsv

BOUNDARIES has the properties code, kelurahan, kecamatan, kec_code, kota, kota_code, postal. AREA_ALIASES has the
columns code and aliases (separated by "; "). The centre always lies inside the area; the radius is that of a circle of
the same size; neighbours come within 30 m of each other. Lengths are right to 1 % (a plane through the city's middle).
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

PARTS = 4
NEIGHBOUR_M = 30.0
METRES = 111_195.0 * 0.9942, 111_195.0  # one degree of longitude and of latitude at 6.2 degrees south
COLUMNS = ("code", "name", "level", "parent", "postal", "lat", "lon", "radius_m", "neighbours", "aliases")
LEVELS = {5: "kota", 8: "kecamatan", 13: "kelurahan"}


def short(kota: str) -> str:
    """Give "Jakarta Barat" for "Kota Administrasi Jakarta Barat"."""
    return kota.removeprefix("Kota Administrasi ").removeprefix("Kabupaten Administrasi ")


def collect(boundaries: Path) -> dict[str, tuple[str, str, list[Any]]]:
    """Give (name, postal code, polygons in metres) of every area by code."""
    import shapely

    areas: dict[str, tuple[str, str, list[Any]]] = {}
    for feature in json.loads(boundaries.read_text(encoding="utf-8"))["features"]:
        row = feature["properties"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        shape = shapely.transform(shape, lambda xy: xy * METRES)
        for code, name, postal in (
            (row["kota_code"], short(row["kota"]), ""),
            (row["kec_code"], row["kecamatan"], ""),
            (row["code"], row["kelurahan"], row["postal"]),
        ):
            areas.setdefault(code, (name, postal, []))[2].append(shape)
    return areas


def make_rows(boundaries: Path, aliases: dict[str, str]) -> list[list[object]]:
    """Give one row of areas.tsv per area, kota first."""
    import shapely

    areas = collect(boundaries)
    shapes = {code: shapely.union_all(shapes) for code, (_, _, shapes) in areas.items()}
    rows: list[list[object]] = []
    for code in sorted(areas, key=lambda code: (len(code), code)):
        name, postal, _ = areas[code]
        shape = shapes[code]
        centre = shape.centroid if shape.contains(shape.centroid) else shape.representative_point()
        same = (other for other in areas if len(other) == len(code) and other != code)
        near = [other for other in same if shapely.dwithin(shape, shapes[other], NEIGHBOUR_M)]
        lat, lon = round(centre.y / METRES[1], 6), round(centre.x / METRES[0], 6)
        parent = code.rpartition(".")[0] if len(code) > min(LEVELS) else ""
        radius = round((shape.area / 3.14159265) ** 0.5)
        facts = [code, name, LEVELS[len(code)], parent, postal, lat, lon, radius]
        rows.append([*facts, " ".join(sorted(near)), aliases.get(code, "")])
    return rows


def main() -> None:
    """Run the module as a program."""
    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    boundaries, named, out = map(Path, sys.argv[1:])
    lines = named.read_text(encoding="utf-8").splitlines()[1:]
    rows = make_rows(boundaries, dict(line.split("\t") for line in lines))
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE).writerows([COLUMNS, *rows])
    sys.stdout.write(f"{len(rows)} areas written to {out}\n")


if __name__ == "__main__":
    main()
