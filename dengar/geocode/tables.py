"""The built-in tables: areas, names of the city, and names of places outside it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from dengar.geocode.words import words
from dengar.models.place import Area

DATA = Path(__file__).parent / "data"
SIDES = words("utara selatan barat timur dalam atas besar baru jaya sari lama kaum muara dua")
NO_FAMILY = words("kelapa kampung kebon malaka pasar johar cempaka tugu taman mangga duri rawa tanjung sukabumi")


LEVELS = frozenset({"kelurahan", "kecamatan", "kota"})
KINDS = ("kelurahan", "kecamatan", "kota", "area", "landmark", "road_structure", "waterway", "transit_stop", "street")
BUILT_IN = frozenset({"areas", "family", "gtfs", "petajakarta", "checked", "knowledge", "belief", "outside", "common"})


class Spot(NamedTuple):
    """A point of a place, and the kelurahan in which it lies."""

    code: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One name: what it is, in which kelurahan it can be (likeliest first), and points of it.

    `precision_m` is how far from its point the place may be. `source` says who tells: areas, family, gtfs, petajakarta,
    checked (known to a writer and seen), knowledge (sure of the kelurahan), belief (this kelurahan or the next one),
    outside, common, or an imported layer.
    """

    name: str
    kind: str
    codes: tuple[str, ...]
    spots: tuple[Spot, ...] = ()
    precision_m: int | None = None
    source: str = "areas"
    first: dict[str, Spot | None] = field(default_factory=dict, repr=False)

    def spot_in(self, area: str) -> Spot | None:
        """Give the first point of it in an area."""
        if area not in self.first:
            self.first[area] = next((spot for spot in self.spots if spot.code.startswith(area)), None)
        return self.first[area]


class Entries(tuple[Entry, ...]):  # noqa: SLOT001  a tuple of any length takes no slots
    """All that one name stands for, with what is asked of it for every text: its kinds, and how well it is known.

    `kind` is the most telling of its kinds. `is_common` marks a name that is also an everyday word, `is_built_in` one
    that is not only in an imported layer.
    """

    kinds: frozenset[str]
    kind: str
    is_common: bool
    is_built_in: bool

    def __new__(cls, entries: Iterable[Entry]) -> Self:
        """Work the answers out once."""
        self = super().__new__(cls, entries)
        self.kinds = frozenset(entry.kind for entry in self)
        self.kind = next((kind for kind in KINDS if kind in self.kinds), "outside")
        self.is_common = any(entry.source == "common" for entry in self)
        self.is_built_in = any(entry.source in BUILT_IN for entry in self)
        return self


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Give the rows of a table of data/ by the names in its header line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    return (dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:])


def read_areas() -> tuple[Area, ...]:
    """Give the kota, kecamatan and kelurahan of areas.tsv."""
    return tuple(
        Area(
            code=row["code"],
            name=row["name"],
            level=row["level"],  # type: ignore[arg-type]  # a test reads every row
            parent=row["parent"] or None,
            postal=row["postal"] or None,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            radius_m=int(row["radius_m"]),
            neighbours=tuple(row["neighbours"].split()),
            aliases=split(row["aliases"]),
        )
        for row in read_table("areas.tsv")
    )


def split(aliases: str) -> tuple[str, ...]:
    """Give the names of a column that holds several."""
    return tuple(alias for alias in aliases.split("; ") if alias)


def read_names() -> Iterator[tuple[str, Entry]]:
    """Give every name and alias of names.tsv and outside.tsv with its entry."""
    for row in read_table("names.tsv"):
        entry = Entry(
            row["name"],
            row["kind"],
            tuple(row["codes"].split()),
            tuple(map(read_spot, row["points"].split())),
            int(row["precision_m"]) if row["precision_m"] else None,
            row["source"],
        )
        for name in (row["name"], *split(row["aliases"])):
            yield name, entry
    for row in read_table("outside.tsv"):
        entry = Entry(row["name"], "outside", (), source="common" if row["common"] == "1" else "outside")
        for name in (row["name"], *split(row["aliases"])):
            yield name, entry


def read_spot(said: str) -> Spot:
    """Read "31.73.07.1001,-6.2,106.8"."""
    code, lat, lon = said.split(",")
    return Spot(code, float(lat), float(lon))


def area_names(areas: tuple[Area, ...]) -> Iterator[tuple[str, Entry]]:
    """Give every name of the areas, and "Rawa Badak" for both Rawa Badak Utara and Rawa Badak Selatan."""
    families: dict[str, list[str]] = defaultdict(list)
    for area in areas:
        entry = Entry(area.name, area.level, (area.code,), (Spot(area.code, area.lat, area.lon),), area.radius_m)
        for name in (area.name, *area.aliases):
            yield name, entry
        words = area.name.split()
        if area.level == "kelurahan" and len(words) > 1 and words[-1].lower() in SIDES:
            families[" ".join(words[:-1])].append(area.code)
    for name, codes in families.items():
        if name.lower() not in NO_FAMILY:
            yield name, Entry(name, "area", tuple(codes), source="family")
