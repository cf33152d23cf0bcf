"""Read names from a table (CSV) that a city keeps: its housing complexes, schools, offices.

Columns by their header, in Indonesian or English: nama/name, jenis/kind, lat/lintang, lon/bujur, kelurahan (a code, or
a name), alias/aliases (separated by ";"). A name is needed, and either a point or a kelurahan.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan
from typing import TextIO

from dengar.errors import DengarError
from dengar.geocode.importing.layer import KINDS
from dengar.geocode.sights import Sight, kind_of
from dengar.geocode.text import canonical
from dengar.models.place import Area

HEADS = {
    "name": ("nama", "name"),
    "kind": ("jenis", "kind", "type"),
    "lat": ("lat", "lintang", "latitude"),
    "lon": ("lon", "bujur", "lng", "longitude"),
    "kelurahan": ("kelurahan", "kode", "code", "village"),
    "aliases": ("alias", "aliases"),
}
SAMPLE = 4096
Complain = Callable[[int, str], object]


def read_table(file: TextIO, source: str, areas: Sequence[Area], complain: Complain) -> Iterator[Sight]:
    """Read a table; a row that cannot be used is told to `complain` with its line number. Raises DengarError."""
    sample = file.read(SAMPLE)
    file.seek(0)
    rows = csv.reader(file, _dialect(sample))
    columns = _find_columns(next(rows, []))
    codes = _codes(areas)
    try:
        for row in rows:
            said = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
            if any(said.values()):
                try:
                    yield _read(said, source, codes)
                except ValueError as error:
                    complain(rows.line_num, str(error))
    except csv.Error as error:
        raise DengarError(f"Line {rows.line_num} is no row of a table: {error}.") from error


def _dialect(sample: str) -> type[csv.Dialect] | str:
    try:
        return csv.Sniffer().sniff(sample.partition("\n")[0], ",;\t|")
    except csv.Error:
        return "excel"


def _find_columns(header: Sequence[str]) -> dict[str, int]:
    said = [one.strip().lower().lstrip("\ufeff") for one in header]
    columns = {name: said.index(one) for name, others in HEADS.items() for one in others[::-1] if one in said}
    if "name" not in columns or not ({"lat", "lon"} <= columns.keys() or "kelurahan" in columns):
        raise DengarError(
            "The first line names the columns: nama is needed, and lat and lon or kelurahan; "
            f"this one has {', '.join(said) or 'nothing'}."
        )
    return columns


def _codes(areas: Sequence[Area]) -> dict[str, list[str]]:
    """Give the codes of kelurahan by code and by name; of several with the same name, all."""
    codes: dict[str, list[str]] = {}
    for area in areas:
        if area.level == "kelurahan":
            for said in {area.code, *map(canonical, (area.name, *area.aliases))}:
                codes.setdefault(said, []).append(area.code)
    return codes


def _read(said: Mapping[str, str], source: str, codes: Mapping[str, Sequence[str]]) -> Sight:
    name, kind = said["name"], said.get("kind", "").lower()
    if not canonical(name):
        raise ValueError("it has no name")
    if kind and kind not in KINDS:
        raise ValueError(f"jenis {kind!r} is none of {', '.join(KINDS)}")
    lat, lon = _point(said)
    named = said.get("kelurahan", "")
    found = codes.get(named) or codes.get(canonical(named)) or [] if named else []
    if isnan(lat) and len(found) != 1:
        which = f"{len(found)} kelurahan are called {named!r}" if named else "it has neither a point nor a kelurahan"
        raise ValueError(which)
    aliases = tuple(one.strip() for one in said.get("aliases", "").split(";") if one.strip())
    return Sight(name, kind or kind_of(name) or "landmark", lat, lon, source, aliases, found[0] if found else "")


def _point(said: Mapping[str, str]) -> tuple[float, float]:
    """Read the coordinates, also with a decimal comma; NaN where there are none."""
    lat, lon = said.get("lat", ""), said.get("lon", "")
    if not lat and not lon:
        return float("nan"), float("nan")
    try:
        return float(lat.replace(",", ".")), float(lon.replace(",", "."))
    except ValueError:
        raise ValueError(f"{lat!r}, {lon!r} are no coordinates") from None
