"""Official boundaries of kelurahan, read from GeoJSON and checked."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dengar.errors import DengarError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CODE = re.compile(r"(\d\d)\.?(\d\d)\.?(\d\d)\.?(\d{4})$")
# What offices call the properties.
PROPERTIES = {
    "code": ("code", "kode", "kode_desa", "kode_kel", "kode_kelurahan", "kd_desa", "kemendagri", "kdepum"),
    "kelurahan": ("kelurahan", "desa", "nama_kel", "nama_kelurahan", "wadmkd", "namobj", "nama"),
    "kecamatan": ("kecamatan", "nama_kec", "nama_kecamatan", "wadmkc"),
    "kota": ("kota", "kabupaten", "kabkota", "nama_kota", "wadmkk", "kab_kota"),
    "postal": ("postal", "kode_pos", "kodepos"),
}
NEEDED = ("code", "kelurahan", "kecamatan", "kota")
MOST_NAMED = 10
OVERLAP = 0.01  # neighbours may share so much of the smaller one: drawn lines never meet exactly


class Boundary(NamedTuple):
    """A kelurahan: its code with dots, its names, its postal code, and its outline in degrees (longitude first)."""

    code: str
    kelurahan: str
    kecamatan: str
    kota: str
    postal: str
    shape: "BaseGeometry"


def read_boundaries(path: Path) -> list[Boundary]:
    """Read the features of a GeoJSON, sorted by code; raises DengarError that names every one that cannot be used."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise DengarError(f"{path} is no GeoJSON with features: {error!r}.") from error
    parts: dict[str, list[Boundary]] = {}
    problems = []
    for number, feature in enumerate(found, start=1):
        try:
            one = _read(feature)
            parts.setdefault(one.code, []).append(one)
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"feature {number}: {error}")
    if problems or not parts:
        told = "; ".join(problems[:MOST_NAMED]) or "it has no features"
        raise DengarError(f"{path} has {len(problems)} features that cannot be used: {told}.")
    return [_join(parts[code]) for code in sorted(parts)]


def find_overlaps(boundaries: Sequence[Boundary]) -> Iterator[tuple[Boundary, Boundary, float]]:
    """Give the kelurahan that lie on each other, with the share of the smaller one that they have in common."""
    import shapely

    shapes = [one.shape for one in boundaries]
    tree = shapely.STRtree(shapes)
    for first, second in zip(*tree.query(shapes, predicate="intersects").tolist(), strict=True):
        if first < second:
            common = shapes[first].intersection(shapes[second]).area
            share = common / min(shapes[first].area, shapes[second].area)
            if share > OVERLAP:
                yield boundaries[first], boundaries[second], share


def _read(feature: Mapping[str, Any]) -> Boundary:
    import shapely

    said = {name.lower(): str(value).strip() for name, value in feature["properties"].items() if value is not None}
    row = {name: next((said[one] for one in others if said.get(one)), "") for name, others in PROPERTIES.items()}
    if missing := [name for name in NEEDED if not row[name]]:
        msg = f"no property {' and no '.join(missing)} (it has {', '.join(said) or 'none'})"
        raise ValueError(msg)
    digits = CODE.match(row["code"])
    if digits is None:
        msg = f"{row['code']!r} is no code of a kelurahan such as 31.74.02.1001"
        raise ValueError(msg)
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    shape = shape if shape is None or shape.is_valid else shapely.make_valid(shape)
    if shape is None or shape.is_empty or shape.area == 0:
        msg = f"{row['kelurahan']} has no outline"
        raise ValueError(msg)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        msg = f"the outline of {row['kelurahan']} is not in degrees of longitude and latitude (WGS84)"
        raise ValueError(msg)
    row["code"] = ".".join(digits.groups())
    return Boundary(**row, shape=shape)


def _join(parts: Sequence[Boundary]) -> Boundary:
    """Make one of the features of the same kelurahan: islands stand alone in some files."""
    import shapely

    return parts[0] if len(parts) == 1 else parts[0]._replace(shape=shapely.union_all([part.shape for part in parts]))
