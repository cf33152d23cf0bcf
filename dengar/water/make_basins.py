"""Compute basins.tsv and pumps.tsv: which kelurahan, and which pump, lies nearest to which river.

    python -m dengar.water.make_basins WATER_FOLDER OUT_FOLDER

WATER_FOLDER holds the GeoJSON files of petajakarta's waterways and pumps. Points STEP_M apart in each kelurahan choose
the nearest waterway; `share` is the part of the kelurahan that is nearest to a river of its basin. Nearest is not the
same as drained by: where the land falls is not known here.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dengar.geocode.points import Grid, plane_at
from dengar.geocode.tables import read_areas

if TYPE_CHECKING:
    from shapely import STRtree

    from dengar.models import Area

STEP_M = 100.0
CENTRE = -6.2
PARTS = 3
# What the waterways are called, in the order in which a name is looked for, and the basin to which each belongs.
BASINS = {
    "kanal banjir barat": "Kanal Banjir Barat",
    "kanal banjir timur": "Kanal Banjir Timur",
    "kbt": "Kanal Banjir Timur",
    "cengkareng drain": "Cengkareng Drain",
    "cakung": "Cakung",
    "mookevart": "Mookervart",
    "angke": "Angke",
    "pesanggrahan": "Pesanggrahan",
    "sepak": "Pesanggrahan",
    "grogol": "Grogol",
    "mampang": "Krukut",
    "krukut": "Krukut",
    "cideng": "Cideng",
    "baru barat": "Kali Baru Barat",
    "baru timur": "Kali Baru Timur",
    "ciliwung": "Ciliwung",
    "tangki": "Ciliwung",
    "ancol": "Ciliwung",
    "pademangan": "Ciliwung",
    "marina": "Ciliwung",
    "kerendang": "Krukut",
    "cipinang": "Cipinang",
    "malang": "Cipinang",
    "petukangan": "Sunter",
    "kelapa gading": "Sunter",
    "sunter": "Sunter",
    "jati kramat": "Jati Kramat",
    "rawa rengas": "Buaran",
    "buaran": "Buaran",
    "bekasi tengah": "Cakung",
    "blencong": "Blencong",
}
# The point and the name of these do not fit together.
DOUBTFUL = frozenset({"Pompa Waduk Sunter Timur 3", "PA Marina"})


def basin_of(name: str) -> str:
    """Give the basin of a waterway by its name; raises KeyError for one that is not known."""
    lower = name.lower()
    return BASINS[next((one for one in BASINS if one in lower), lower)]


def make_basins(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the rows of basins.tsv."""
    nearest = Nearest(lines)
    grid = Grid.built_in()
    yield "code\tname\tbasin\tshare\tmetres"
    for area in read_areas():
        if area.level == "kelurahan" and not area.code.startswith("31.01"):
            yield _row(area, grid, nearest)


def _row(area: "Area", grid: Grid, nearest: "Nearest") -> str:
    import numpy as np

    wide, high = plane_at(area.lat)
    reach = np.arange(-area.radius_m * 1.5, area.radius_m * 1.5, STEP_M)
    lons, lats = (one.ravel() for one in np.meshgrid(area.lon + reach / wide, area.lat + reach / high))
    inside = grid.kelurahan_of(lats, lons) == area.code
    found = nearest.find(lats[inside], lons[inside])
    (basin, count), *_ = Counter(name for name, _ in found).most_common(1)
    metres = sorted(metres for _, metres in found)[len(found) // 2]
    return f"{area.code}\t{area.name}\t{basin}\t{count / len(found):.2f}\t{metres:.0f}"


class Nearest:
    """The waterways, on a plane in metres."""

    def __init__(self, features: Sequence[Mapping[str, Any]]) -> None:
        import shapely

        self._wide, self._high = plane_at(CENTRE)
        self._basins = [basin_of(one["properties"]["name"]) for one in features]
        self._tree: STRtree = shapely.STRtree(
            [
                shapely.LineString(
                    [(lon * self._wide, lat * self._high) for lon, lat in one["geometry"]["coordinates"]]
                )
                for one in features
            ]
        )

    def find(self, lats: Any, lons: Any) -> list[tuple[str, float]]:  # noqa: ANN401  arrays or lists of numbers
        """Give for each point the basin of the nearest waterway and how far that is in metres."""
        import numpy as np
        import shapely

        points = shapely.points(np.asarray(lons) * self._wide, np.asarray(lats) * self._high)
        (_, lines), metres = self._tree.query_nearest(points, all_matches=False, return_distance=True)
        return [(self._basins[line], float(far)) for line, far in zip(lines.tolist(), metres.tolist(), strict=True)]


def make_pumps(pumps: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the rows of pumps.tsv."""
    points = [one["geometry"]["coordinates"] for one in pumps]
    lats, lons = [lat for _, lat in points], [lon for lon, _ in points]
    codes = Grid.built_in().kelurahan_of(lats, lons)
    yield "name\tkelurahan\tbasin\tlat\tlon\tsure"
    rows = zip(pumps, codes, Nearest(lines).find(lats, lons), points, strict=True)
    for one, code, (basin, _), (lon, lat) in rows:
        name = one["properties"]["name"]
        yield f"{name}\t{code or ''}\t{basin}\t{lat}\t{lon}\t{2 if name in DOUBTFUL else 3}"


def main(arguments: Sequence[str]) -> None:
    """Write both tables."""
    if len(arguments) != PARTS:
        raise SystemExit(__doc__)
    folder, out = Path(arguments[1]), Path(arguments[2])
    lines, pumps = (
        json.loads((folder / f"jakarta_{what}_petajakarta.geojson").read_text(encoding="utf-8"))["features"]
        for what in ("waterways", "pumps")
    )
    (out / "basins.tsv").write_text("\n".join(make_basins(lines)) + "\n", encoding="utf-8")
    (out / "pumps.tsv").write_text("\n".join(make_pumps(pumps, lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv)
