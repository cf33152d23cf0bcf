"""Read the names of an OpenStreetMap extract: roads with points along them, places, buildings, waters, addresses."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dengar.errors import DengarError
from dengar.geocode.sights import APART_M, Sight, kind_of, metres
from dengar.geocode.words import words

if TYPE_CHECKING:
    from osmium.osm import Node, Way

    Found = Node | Way

SOURCE = "osm"
STREETS = words(
    "motorway trunk primary secondary tertiary unclassified residential living_street pedestrian service footway path "
    "track road motorway_link trunk_link primary_link secondary_link tertiary_link steps cycleway construction"
)
PLACES = words("suburb quarter neighbourhood village hamlet locality city_block island islet square")
ESTATES = words("residential commercial industrial retail")
LANDMARKS = words("amenity building leisure tourism office shop historic man_made sport healthcare")
STRUCTURES = words("bridge tunnel junction")
STATIONS = words("station halt")
WATERS = words("water bay")
OTHER_NAMES = ("alt_name", "name:id", "short_name", "old_name", "official_name", "loc_name")
MOST_ALIASES = 6
SHORTEST = 3


def read_osm(path: Path, on_object: Callable[[], object] = lambda: None) -> Iterator[Sight]:
    """Read an extract (.osm.pbf, .osm, .osm.bz2); calls `on_object` for each of its objects that has a name.

    Nodes and ways are read; relations (large outlines) are not. Raises DengarError for a file that is no extract.
    """
    import osmium

    entities = osmium.osm.NODE | osmium.osm.WAY
    try:
        found = osmium.FileProcessor(str(path), entities).with_locations()
        for one in found.with_filter(osmium.filter.KeyFilter("name", "addr:street")):
            on_object()
            if isinstance(one, osmium.osm.Node | osmium.osm.Way):
                yield from _read(one)
    except (RuntimeError, ValueError) as error:
        raise DengarError(f"{path} cannot be read as an extract of OpenStreetMap: {error}.") from error


def _read(one: "Found") -> Iterator[Sight]:
    tags = {tag.k: tag.v for tag in one.tags}
    points = list(_points(one))
    if not points:
        return
    street, name = tags.get("addr:street", ""), tags.get("name", "")
    middle = points[len(points) // 2]
    if len(street) >= SHORTEST:
        yield Sight(street, "street", *middle, SOURCE)
    kind = _kind(tags)
    if kind is None or len(name) < SHORTEST:
        return
    aliases = _aliases(tags)
    for lat, lon in points if kind in {"street", "waterway"} else [_centre(points)]:
        yield Sight(name, kind, lat, lon, SOURCE, aliases)


def _kind(tags: Mapping[str, str]) -> str | None:
    """Say what kind of place the tags describe, None for what is no place that people name."""
    said = kind_of(tags.get("name", ""))
    is_stop = tags.get("highway") == "bus_stop" or "public_transport" in tags or tags.get("railway") in STATIONS
    kinds = (
        (not STRUCTURES.isdisjoint(tags), "street" if said in {"street", None} else "road_structure"),
        (tags.get("highway") in STREETS, "street"),
        ("waterway" in tags or tags.get("natural") in WATERS, "waterway"),
        (is_stop, "transit_stop"),
        (tags.get("place") in PLACES or tags.get("landuse") in ESTATES, "area"),
        (not LANDMARKS.isdisjoint(tags), "area" if said == "area" else "landmark"),
    )
    return next((kind for is_it, kind in kinds if is_it), None)


def _aliases(tags: Mapping[str, str]) -> tuple[str, ...]:
    said = (part.strip() for key in OTHER_NAMES for part in tags.get(key, "").split(";"))
    return tuple(dict.fromkeys(one for one in said if len(one) >= SHORTEST and one != tags["name"]))[:MOST_ALIASES]


def _points(one: "Found") -> Iterator[tuple[float, float]]:
    """Give the point of a node, or points along a way that are well apart; none where the extract lacks them."""
    from osmium.osm import Node

    last = None
    nodes = [one] if isinstance(one, Node) else one.nodes
    for node in nodes:
        if node.location.valid():
            point = node.lat, node.lon
            if last is None or metres(*last, *point) >= APART_M:
                yield point
                last = point


def _centre(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)
