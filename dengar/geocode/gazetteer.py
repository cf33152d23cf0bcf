"""The tables of names in memory, and the automaton that finds every name of them in a text."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from dengar.geocode.text import canonical, fold
from dengar.geocode.words import words
from dengar.models.place import Area

DATA = Path(__file__).parent / "data"
SIDES = words("utara selatan barat timur dalam atas besar baru jaya sari lama kaum muara dua")
NO_FAMILY = words("kelapa kampung kebon malaka pasar johar cempaka tugu taman mangga duri rawa tanjung sukabumi")
SAME_HEADS = (
    ("komplek", "perumahan", "cluster"),
    ("rusun", "rusunawa", "rusunami"),
    ("simpang", "pertigaan", "perempatan", "lampu merah"),
    ("rs", "rumah sakit"),
    ("sdn", "sd"),
    ("smpn", "smp"),
    ("sman", "sma"),
    ("kali", "sungai"),
    ("waduk", "situ", "setu", "danau"),
)
INITIALS = words("kh mh tb di mt ks rc rp re hr wr")  # also written "K.H.", "T.B."
JOINED = 7  # a name written without spaces is looked for when it has so many letters


class Entry(NamedTuple):
    """One name of the tables: what it is and in which kelurahan it can be, likeliest first."""

    name: str
    kind: str
    codes: tuple[str, ...]
    lat: float | None = None
    lon: float | None = None
    precision_m: int | None = None
    source: str = "areas"


class Match(NamedTuple):
    """Tokens first..last-1 of a text are a name that these entries carry."""

    first: int
    last: int
    entries: tuple[Entry, ...]


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
            float(row["lat"]) if row["lat"] else None,
            float(row["lon"]) if row["lon"] else None,
            int(row["precision_m"]) if row["precision_m"] else None,
            row["source"],
        )
        for name in (row["name"], *split(row["aliases"])):
            yield name, entry
    for row in read_table("outside.tsv"):
        entry = Entry(row["name"], "outside", (), source="common" if row["common"] == "1" else "outside")
        for name in (row["name"], *split(row["aliases"])):
            yield name, entry


def area_names(areas: tuple[Area, ...]) -> Iterator[tuple[str, Entry]]:
    """Give every name of the areas, and "Rawa Badak" for both Rawa Badak Utara and Rawa Badak Selatan."""
    families: dict[str, list[str]] = defaultdict(list)
    for area in areas:
        entry = Entry(area.name, area.level, (area.code,), area.lat, area.lon, area.radius_m)
        for name in (area.name, *area.aliases):
            yield name, entry
        words = area.name.split()
        if area.level == "kelurahan" and len(words) > 1 and words[-1].lower() in SIDES:
            families[" ".join(words[:-1])].append(area.code)
    for name, codes in families.items():
        if name.lower() not in NO_FAMILY:
            yield name, Entry(name, "area", tuple(codes), source="family")


def otherwise(name: str, kind: str) -> set[str]:
    """Give the same name with other opening words: "Perumahan X" for "Komplek X", "Pertigaan X" for "Simpang X"."""
    head, _, rest = name.partition(" ")
    for heads in SAME_HEADS:
        if head in heads and rest:
            forms = {f"{other} {rest}" for other in heads}
            return forms | {rest} if kind == "area" and " " in rest else forms
    return set()


class Gazetteer:
    """All names, found in a text in one pass."""

    def __init__(self) -> None:
        from ahocorasick_rs import AhoCorasick

        self.areas = read_areas()
        self.named: dict[str, tuple[Entry, ...]] = {}
        for name, entry in (*area_names(self.areas), *read_names()):
            self._add(name, entry)
        self.patterns = list(self.named)
        self.automaton = AhoCorasick([f" {name} " for name in self.patterns])

    def _add(self, raw: str, entry: Entry) -> None:
        """Keep an entry under a name, without its spaces, and as people say it otherwise."""
        name = canonical(raw)
        forms = {name, *otherwise(name, entry.kind)}
        if " " in name and len(name) >= JOINED and not name.startswith(("jalan ", "gang ")):
            first = name.split()
            forms.update(("".join(first), "".join(raw.lower().split())))
            if len(first) > 2:  # noqa: PLR2004
                forms.update(name.replace(f"{a} {b}", a + b) for a, b in pairwise(first))
        forms.update({form.replace("tanjung ", "tj ") for form in forms})
        forms.add(" ".join(" ".join(map(fold, word)) if word in INITIALS else word for word in name.split()))
        for form in forms - {""}:
            known = self.named.get(form, ())
            if entry not in known:
                self.named[form] = (*known, entry)

    def find(self, hay: str, begins: dict[int, int], stops: dict[int, int]) -> list[Match]:
        """Give every name in the hay of a text, also inside each other."""
        found = self.automaton.find_matches_as_indexes(hay, overlapping=True)
        return [
            Match(begins[start + 1], stops[end - 1] + 1, self.named[self.patterns[pattern]])
            for pattern, start, end in found
        ]
