"""What the stops of a GTFS feed say: where stops are, and the streets and buildings that they are called after."""

import csv
import re
from collections.abc import Iterator
from typing import TextIO

from dengar.errors import DengarError
from dengar.geocode.sights import Sight, kind_of
from dengar.geocode.text import canonical
from dengar.geocode.words import STOP, words

NOISE = re.compile(r",? platform.*|\(.*?\)|^(?:sbr|seb|sebrang|seberang|depan|dpn)\b\.?\s*|\s+arah\b.*", re.IGNORECASE)
STREET = re.compile(r"\b(?:Jln|Jl|Jalan)\b\.?\s*([^,()-]{4,40})$", re.IGNORECASE)
LANE = re.compile(r"\s+(?:[IVX]+|Raya|Dalam)$")
NUMBER = re.compile(r"\s+\d+$")
NUMBERED = words("sd sdn smp smpn sma sman smk smkn mi min mts mtsn man tk sln rw rt pintu gate pos km gang")
SKIPPED = words("kelurahan kecamatan")
NEEDED = ("stop_name", "stop_lat", "stop_lon")


def read_stops(file: TextIO) -> Iterator[Sight]:
    """Read stops.txt of a GTFS feed; raises DengarError when a column is missing.

    A row without a name, or with coordinates that are no numbers, gives a sight without a point.
    """
    rows = csv.DictReader(file)
    missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise DengarError(f"There is no column {', '.join(missing)}: this is no stops.txt of a GTFS feed.")
    for row in rows:
        try:
            lat, lon = float(row["stop_lat"]), float(row["stop_lon"])
        except (TypeError, ValueError):
            lat = lon = float("nan")
        yield from stop_sights(row["stop_name"] or "", lat, lon)


def clean(name: str) -> str:
    """Give the name of a stop without platform, direction and running number."""
    name = " ".join(NOISE.sub("", NOISE.sub("", name)).split())
    head = canonical(name).split(" ")[0]
    name = name if head in NUMBERED else NUMBER.sub("", name)
    return re.sub(r"^(?:Jln|Jl|Jalan)\b\.?\s*", "Jalan ", name, flags=re.IGNORECASE)


def stop_sights(said: str, lat: float, lon: float) -> Iterator[Sight]:
    """Give what a stop says: itself, and the place that it is called after."""
    name = clean(said)
    words = canonical(name).split()
    if not words or words[0] in SKIPPED or words == ["jalan"]:
        return
    kind = kind_of(name)
    if kind is None:
        yield Sight(f"Halte {name}", "transit_stop", lat, lon, "gtfs")
        if len(words) > 1 and not STOP.intersection(words) and not words[-1].isdigit():
            yield Sight(name, "landmark", lat, lon, "gtfs")
    elif len(words) > 1:
        yield Sight(name, kind, lat, lon, "gtfs")
    yield from _street_sights(name, lat, lon)


def _street_sights(name: str, lat: float, lon: float) -> Iterator[Sight]:
    """Give the street inside a name ("Simpang Jalan X"), and Jalan X for its lane Jalan X VIII."""
    inside = STREET.search(name)
    street = f"Jalan {inside.group(1)}" if inside else ""
    if street and not name.startswith("Jalan "):
        yield Sight(street, "street", lat, lon, "gtfs")
    base = LANE.sub("", street)
    if base != street and len(base.split()) > 2:  # noqa: PLR2004
        yield Sight(base, "street", lat, lon, "gtfs")
