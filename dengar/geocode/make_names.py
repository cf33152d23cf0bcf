"""Compile names.tsv: the well-known names of the city.

    python -m dengar.geocode.make_names KNOWN.tsv STOPS.txt WATER_FOLDER OUT.tsv

KNOWN is written by hand: name, kind, kelurahan (names, likeliest first, separated by ", "), aliases ("; "), and how
sure the writer is (3: of the kelurahan, 2: that it is this one or one next to it). STOPS is the stops.txt of a GTFS
feed: a stop called "Jln. X 1" says that Jalan X is where the stop is. WATER_FOLDER holds the three petajakarta GeoJSON
files. The grid turns coordinates into kelurahan; points outside all kelurahan are dropped.
"""

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from dengar.geocode.points import Grid
from dengar.geocode.sights import Key, Name, Sight, gather, give_codes
from dengar.geocode.stops import read_stops
from dengar.geocode.tables import Spot, read_areas, split
from dengar.geocode.text import canonical
from dengar.models.place import Area

PARTS = 5
COLUMNS = ("name", "kind", "codes", "points", "precision_m", "aliases", "source")
MOST_SPOTS = 12
FEEDS = frozenset({"gtfs", "petajakarta"})
SURE = "3"
REMEMBERED = {SURE: "knowledge", "2": "belief"}


def water_sights(folder: Path) -> Iterator[Sight]:
    """Give what the floodgates, pumps and waterways of petajakarta say; a line is seen at each of its points."""
    for file, kind in (("floodgates", "landmark"), ("pumps", "landmark"), ("waterways", "waterway")):
        text = (folder / f"jakarta_{file}_petajakarta.geojson").read_text(encoding="utf-8")
        for feature in json.loads(text)["features"]:
            name = re.sub(r"^PA\b", "Pintu Air", (feature["properties"].get("name") or "").strip())
            points = feature["geometry"]["coordinates"]
            for lon, lat in points if kind == "waterway" else [points]:
                if len(canonical(name).split()) > 1:
                    yield Sight(name, kind, lat, lon, "petajakarta")


def add_known(names: dict[Key, Name], known: Path, areas: tuple[Area, ...]) -> list[str]:
    """Put the hand-written names before what was seen; give a sentence for each that does not fit.

    A hand-written name that was seen in one of its kelurahan is checked, and has the points that were seen. What was
    seen next to where it should be goes first; seen far away it is another place of that name, or, where the writer was
    not sure, the only one.
    """
    by_name = {canonical(area.name): area for area in areas if area.level == "kelurahan"}
    problems = []
    for number, line in enumerate(known.read_text(encoding="utf-8").splitlines()[1:], start=2):
        name, kind, named, aliases, sure = line.split("\t")
        inside = [by_name.get(canonical(one)) for one in named.split(", ")]
        written = [area for area in inside if area is not None]
        if len(written) < len(inside):
            problems.append(f"line {number}: no kelurahan called {named}")
            continue
        key = canonical(name), kind
        keys = [key, *((canonical(one), kind) for one in split(aliases))]
        keys += [(canonical(f"Halte {name}"), "transit_stop"), (canonical(name), "landmark")]
        seen = [names[one] for one in keys if one in names and names[one].source in FEEDS]
        codes = {area.code for area in written}
        fitting = next((one for one in seen if codes.intersection(one.codes)), None)
        if seen and fitting is None:
            problems.append(f"line {number}: {name} was seen in {' '.join(seen[0].codes)}, not in {named}")
            if sure != SURE and key in names:
                continue
        # What is called like an area is a stop that is called after it.
        own = names[key].spots if key in names and names[key].source in FEEDS and kind != "area" else ()
        if fitting:
            spots, precision, source = _checked(written, fitting, own), fitting.precision_m, "checked"
        else:
            spots, precision, source = _beside(written, own), written[0].radius_m, REMEMBERED[sure]
        names[key] = Name(name, kind, spots, precision, source, split(aliases))
    return problems


def _checked(written: Sequence[Area], fitting: Name, own: Sequence[Spot]) -> tuple[Spot, ...]:
    """Give what was seen where it should be, then the rest of what is written, then what else was seen."""
    codes = {area.code for area in written}
    good = [spot for spot in fitting.spots if spot.code in codes]
    rest = [Spot(area.code, area.lat, area.lon) for area in written if area.code not in fitting.codes]
    return tuple(dict.fromkeys([*good, *rest, *own]))


def _beside(written: Sequence[Area], own: Sequence[Spot]) -> tuple[Spot, ...]:
    """Give what was seen next to where it should be, then the middle of what is written, then what else was seen."""
    near = {code for area in written for code in area.neighbours}
    centres = [Spot(area.code, area.lat, area.lon) for area in written]
    return tuple(dict.fromkeys([*(spot for spot in own if spot.code in near), *centres, *own]))


def write_name(name: Name) -> list[object]:
    """Give a row of names.tsv."""
    points = " ".join(f"{spot.code},{spot.lat},{spot.lon}" for spot in name.spots[:MOST_SPOTS])
    return [name.name, name.kind, " ".join(name.codes), points, name.precision_m, "; ".join(name.aliases), name.source]


def main() -> None:
    """Run the module as a program."""
    if len(sys.argv) != PARTS:
        sys.exit(__doc__)
    known, stops, water, out = map(Path, sys.argv[1:])
    with stops.open(encoding="utf-8-sig", newline="") as file:
        sights = [*read_stops(file), *water_sights(water)]
    names = gather(give_codes(sights, Grid.built_in()))
    problems = add_known(names, known, read_areas())
    with out.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerows([COLUMNS, *(write_name(names[key]) for key in sorted(names))])
    counted = Counter(name.source for name in names.values())
    told = ", ".join(f"{count} {source}" for source, count in counted.most_common())
    sys.stdout.write("\n".join([*problems, f"{len(names)} names written to {out}: {told}\n"]))


if __name__ == "__main__":
    main()
