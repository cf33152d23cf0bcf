"""Compile names.tsv: the well-known names of the city.

    python -m dengar.geocode.make_names KNOWN.tsv STOPS.txt WATER_FOLDER OUT.tsv

KNOWN is written by hand: name, kind, kelurahan (names, likeliest first, separated by ", "), aliases ("; "). STOPS is
the stops.txt of a GTFS feed: a stop called "Jln. X 1" says that Jalan X is where the stop is. WATER_FOLDER holds the
three petajakarta GeoJSON files. The grid turns coordinates into kelurahan; points outside all kelurahan are dropped.
"""

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import cos, hypot, radians
from pathlib import Path
from statistics import median
from typing import NamedTuple

from dengar.geocode.gazetteer import read_areas
from dengar.geocode.points import Grid
from dengar.geocode.text import canonical
from dengar.geocode.words import STOP, words
from dengar.models.place import Area

PARTS = 5
COLUMNS = ("name", "kind", "codes", "lat", "lon", "precision_m", "aliases", "source")
METRES = 111_195.0
SPREAD_M = 4_000.0  # seen further apart than this, a name is in several places: no point stands for it
NOISE = re.compile(r",? platform.*|\(.*?\)|^(?:sbr|seb|sebrang|seberang|depan|dpn)\b\.?\s*|\s+arah\b.*", re.IGNORECASE)
STREET = re.compile(r"\b(?:Jln|Jl|Jalan)\b\.?\s*([^,()-]{4,40})$", re.IGNORECASE)
LANE = re.compile(r"\s+(?:[IVX]+|Raya|Dalam)$")
NUMBER = re.compile(r"\s+\d+$")
NUMBERED = words("sd sdn smp smpn sma sman smk smkn mi min mts mtsn man tk sln rw rt pintu gate pos km gang")
KINDS = {
    "street": "jalan gang",
    "road_structure": "simpang perempatan pertigaan bundaran flyover underpass jembatan kolong tol",
    "transit_stop": "halte terminal stasiun",
    "waterway": "kali sungai waduk situ danau setu embung kanal",
    "area": "komplek perumahan kampung rusun rusunawa apartemen",
    "landmark": "pasar masjid musholla gereja vihara rs rsu rsud rsia rumah puskesmas klinik sd sdn smp smpn sma sman "
    "smk smkn mi min mts mtsn man tk sekolah kampus universitas stie institut akademi gedung mall plaza hotel spbu "
    "taman museum kantor polsek polres lapangan gor stadion rptra tpu ruko gudang pool graha wisma menara pt bank",
}
KIND = {word: kind for kind, words in KINDS.items() for word in words.split()}
SKIPPED = words("kelurahan kecamatan")


class Sight(NamedTuple):
    """One time a name was seen at a point."""

    name: str
    kind: str
    source: str
    lat: float
    lon: float


def clean(name: str) -> str:
    """Give the name of a stop without platform, direction and running number."""
    name = " ".join(NOISE.sub("", NOISE.sub("", name)).split())
    head = canonical(name).split(" ")[0]
    name = name if head in NUMBERED else NUMBER.sub("", name)
    return re.sub(r"^(?:Jln|Jl|Jalan)\b\.?\s*", "Jalan ", name, flags=re.IGNORECASE)


def stop_sights(stops: Path) -> Iterator[Sight]:
    """Give what the stops of a GTFS feed say."""
    for row in csv.DictReader(stops.read_text(encoding="utf-8-sig").splitlines()):
        name, lat, lon = clean(row["stop_name"]), float(row["stop_lat"]), float(row["stop_lon"])
        words = canonical(name).split()
        if not words or words[0] in SKIPPED or words == ["jalan"]:
            continue
        kind = KIND.get(words[0])
        if kind is None:
            yield Sight(f"Halte {name}", "transit_stop", "gtfs", lat, lon)
            if len(words) > 1 and not STOP.intersection(words) and not words[-1].isdigit():
                yield Sight(name, "landmark", "gtfs", lat, lon)
        elif len(words) > 1:
            yield Sight(name, kind, "gtfs", lat, lon)
        yield from street_sights(name, lat, lon)


def street_sights(name: str, lat: float, lon: float) -> Iterator[Sight]:
    """Give the street inside a name ("Simpang Jalan X"), and Jalan X for its lane Jalan X VIII."""
    inside = STREET.search(name)
    street = f"Jalan {inside.group(1)}" if inside else ""
    if street and not name.startswith("Jalan "):
        yield Sight(street, "street", "gtfs", lat, lon)
    base = LANE.sub("", street)
    if base != street and len(base.split()) > 2:  # noqa: PLR2004
        yield Sight(base, "street", "gtfs", lat, lon)


def water_sights(folder: Path) -> Iterator[Sight]:
    """Give what the floodgates, pumps and waterways of petajakarta say; a line is seen at each of its points."""
    for file, kind in (("floodgates", "landmark"), ("pumps", "landmark"), ("waterways", "waterway")):
        text = (folder / f"jakarta_{file}_petajakarta.geojson").read_text(encoding="utf-8")
        for feature in json.loads(text)["features"]:
            name = re.sub(r"^PA\b", "Pintu Air", (feature["properties"].get("name") or "").strip())
            points = feature["geometry"]["coordinates"]
            for lon, lat in points if kind == "waterway" else [points]:
                if len(canonical(name).split()) > 1:
                    yield Sight(name, kind, "petajakarta", lat, lon)


def metres(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Give the distance in a plane."""
    return METRES * hypot(lat2 - lat, (lon2 - lon) * cos(radians(lat)))


def gather(sights: list[Sight], grid: Grid) -> dict[tuple[str, str], list[object]]:
    """Give one row of names.tsv per name and kind from all its sights."""
    codes = grid.kelurahan_of([sight.lat for sight in sights], [sight.lon for sight in sights])
    seen: dict[tuple[str, str], list[tuple[Sight, str]]] = defaultdict(list)
    for sight, code in zip(sights, codes, strict=True):
        if code:
            seen[canonical(sight.name), sight.kind].append((sight, code))
    rows: dict[tuple[str, str], list[object]] = {}
    for key, group in seen.items():
        counted = [code for code, _ in Counter(code for _, code in group).most_common(40)]
        lat, lon = median(sight.lat for sight, _ in group), median(sight.lon for sight, _ in group)
        spread = max(metres(lat, lon, sight.lat, sight.lon) for sight, _ in group)
        point = [round(lat, 5), round(lon, 5), max(60, round(spread))] if spread < SPREAD_M else ["", "", ""]
        sight = group[0][0]
        rows[key] = [sight.name, sight.kind, " ".join(counted), *point, "", sight.source]
    return rows


def add_known(rows: dict[tuple[str, str], list[object]], known: Path, areas: tuple[Area, ...]) -> list[str]:
    """Put the hand-written names before what was seen; give a sentence for each that does not fit.

    What was seen next to where the hand-written row says goes first; seen far away it is another place of that name.
    """
    by_name = {canonical(area.name): area for area in areas if area.level == "kelurahan"}
    by_code = {area.code: area for area in by_name.values()}
    near = {area.code: area.neighbours for area in by_name.values()}
    problems = []
    for number, line in enumerate(known.read_text(encoding="utf-8").splitlines()[1:], start=2):
        name, kind, named, aliases = line.split("\t")
        unknown = [one for one in named.split(", ") if canonical(one) not in by_name]
        if unknown or not named:
            problems.append(f"line {number}: no kelurahan called {', '.join(unknown)}")
            continue
        codes = [by_name[canonical(one)].code for one in named.split(", ")]
        keys = [(canonical(one), kind) for one in (name, *aliases.split("; "))]
        others = [(canonical(f"Halte {name}"), "transit_stop"), (canonical(name), "landmark")]
        sights = [rows[key] for key in (*keys, *others) if key in rows and rows[key][3] != ""]
        sight = next((row for row in sights if set(str(row[2]).split()) & set(codes)), None)
        seen = str(rows[keys[0]][2]).split() if keys[0] in rows and kind != "area" else []
        if sights and sight is None:
            problems.append(f"line {number}: {name} was seen in {sights[0][2]}, not in {' '.join(codes)}")
            around = {code for one in codes for code in near[one]}
            codes = [*(code for code in seen if code in around), *codes]
        first = by_code[codes[0]]
        point = list(sight[3:6]) if sight else [first.lat, first.lon, first.radius_m]
        joined = " ".join(dict.fromkeys([*codes, *seen]))
        rows[keys[0]] = [name, kind, joined, *point, aliases, "knowledge"]
    return problems


def main() -> None:
    """Run the module as a program."""
    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    known, stops, water, out = map(Path, sys.argv[1:])
    rows = gather([*stop_sights(stops), *water_sights(water)], Grid())
    problems = add_known(rows, known, read_areas())
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerows([COLUMNS, *(rows[key] for key in sorted(rows))])
    sys.stdout.write("\n".join([*problems, f"{len(rows)} names written to {out}\n"]))


if __name__ == "__main__":
    main()
