"""What one hit, one point or one hint says about the kelurahan: shares of belief, and how far to trust it."""

from functools import cached_property
from typing import NamedTuple

from dengar.geocode.gazetteer import Entry, Match
from dengar.geocode.hits import Hit
from dengar.geocode.text import canonical
from dengar.geocode.words import COMMON, NATIONAL, UNUSUAL
from dengar.models.place import Area

# How often a hit of this kind tells the right kelurahan, area or city (estimates, checked on labelled texts).
TRUST = {
    "kelurahan": 0.88, "kecamatan": 0.88, "kota": 0.95, "area": 0.82, "landmark": 0.8, "transit_stop": 0.75,
    "road_structure": 0.7, "waterway": 0.55, "street": 0.75,
}  # fmt: skip
EXPLICIT = {"kelurahan": 0.999999, "kecamatan": 0.95, "kota": 0.97}
# "Jl. Jelambar Selatan" is probably in or near Jelambar. Measured on 1,800 bus stops: with an area's name of several
# words 86 % of streets and 97 % of buildings are in it or next to it, with one word 69 % and 81 %.
NAMED_AFTER = {("street", True): 0.86, ("street", False): 0.69}
NAMED_ELSE = {True: 0.93, False: 0.78}
PART = 0.6  # only the beginning of a longer name is known ...
PART_TAIL = 0.85  # ... and the rest is a number or "Raya": such lanes are near their main street
SINGLE = 0.45  # a street with a name of one word, which many streets carry
EVERYWHERE = 0.4  # a street that every city of the country has
TOWARDS = 0.25
OWN = 0.82  # a bare "Palmerah" means the kelurahan, or loosely the kecamatan around it
FALL = 1.2  # how fast belief falls from the likeliest kelurahan of a name to the next
BLUR = 0.12  # what a street or building gives to the kelurahan next to where it is
EVERYDAY = COMMON | UNUSUAL
AREA_KINDS = frozenset({"kelurahan", "kecamatan", "area"})
MOST_CODES = 12  # a name spread over more kelurahan than this says little


class Evidence(NamedTuple):
    """Shares of belief by kelurahan code (they sum to 1), how far to trust them, and who says so."""

    shares: dict[str, float]
    trust: float
    hit: Hit | None = None
    entry: Entry | None = None


class City:
    """The areas by code, and the kelurahan below each."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self.areas = {area.code: area for area in areas}
        self.kelurahan = tuple(area.code for area in areas if area.level == "kelurahan")
        self.kept: dict[tuple[tuple[int, ...], bool], dict[str, float]] = {}

    @cached_property
    def below(self) -> dict[str, tuple[str, ...]]:
        """The kelurahan of every area, by its code."""
        return {code: tuple(one for one in self.kelurahan if one.startswith(code)) for code in self.areas}

    def evenly(self, code: str) -> dict[str, float]:
        """Give the same share to every kelurahan of an area."""
        below = self.below[code]
        return dict.fromkeys(below, 1 / len(below))

    def around(self, code: str, own: float) -> dict[str, float]:
        """Give `own` to a kelurahan and the rest to its neighbours."""
        near = self.areas[code].neighbours
        shares = dict.fromkeys(near, (1 - own) / max(len(near), 1))
        return {**shares, code: own if near else 1.0}


def mix(parts: list[tuple[dict[str, float], float]]) -> dict[str, float]:
    """Add shares with weights; the sum is 1 again."""
    total = sum(weight for _, weight in parts)
    mixed: dict[str, float] = {}
    for shares, weight in parts:
        for code, share in shares.items():
            mixed[code] = mixed.get(code, 0.0) + share * weight / total
    return mixed


def ranked(codes: tuple[str, ...]) -> dict[str, float]:
    """Give shares that fall with the rank."""
    weights = [(rank + 1) ** -FALL for rank in range(len(codes))]
    return {code: weight / sum(weights) for code, weight in zip(codes, weights, strict=True)}


def blurred(shares: dict[str, float], city: City, share: float) -> dict[str, float]:
    """Give a part of each share to the neighbours of its kelurahan."""
    return mix([(city.around(code, 1 - share), weight) for code, weight in shares.items()])


def shares_of(entries: tuple[Entry, ...], city: City, *, explicit: bool) -> dict[str, float]:
    """Give the shares of the entries that one name carries; areas silence everything else of that name."""
    key = (tuple(map(id, entries)), explicit)
    if key not in city.kept:
        city.kept[key] = _shares_of(entries, city, explicit=explicit)
    return city.kept[key]


def _shares_of(entries: tuple[Entry, ...], city: City, *, explicit: bool) -> dict[str, float]:
    levels = {entry.kind: entry for entry in entries if entry.kind in {"kelurahan", "kecamatan", "kota"}}
    if "kelurahan" in levels:
        codes = [entry.codes[0] for entry in entries if entry.kind == "kelurahan"]
        parts = [(city.around(code, 1.0 if explicit else OWN), 1.0) for code in codes]
        if "kecamatan" in levels and not explicit:
            parts.append((city.evenly(levels["kecamatan"].codes[0]), 0.35))
        return mix(parts)
    if "kecamatan" in levels:
        return blurred(city.evenly(levels["kecamatan"].codes[0]), city, 0.1 if explicit else 0.25)
    if "kota" in levels:
        return city.evenly(levels["kota"].codes[0])
    usable = [entry for entry in entries if entry.codes and len(entry.codes) <= MOST_CODES]
    return blurred(mix([(ranked(entry.codes), 1.0) for entry in usable]), city, BLUR) if usable else {}


def of_hit(hit: Hit, city: City) -> list[Evidence]:
    """Give what a hit says: by its own name, or by an area's name inside it."""
    found = []
    if hit.entries:
        trust = EXPLICIT[hit.kind] if hit.said == "explicit" else TRUST.get(hit.kind, 0.5)
        if hit.kind == "street":
            trust *= _rareness(hit)
        trust *= {"named": PART, "tail": PART_TAIL}.get(hit.said, 1.0)
        trust *= TOWARDS if hit.towards else 1.0
        shares = shares_of(hit.entries, city, explicit=hit.said == "explicit")
        if shares:
            placed = next((entry for entry in hit.entries if entry.lat is not None and entry.codes), None)
            found.append(Evidence(shares, trust, hit, placed))
    unknown = hit.said == "explicit" and hit.kind != "kelurahan"
    if (not found and not unknown) or hit.said in {"named", "tail"}:
        found += [_inside(match, hit, city) for match in _areas_inside(hit)]
    return [evidence for evidence in found if evidence.shares]


def _rareness(hit: Hit) -> float:
    """Give less trust to streets that every city has, and to those with a name of one word."""
    names = {canonical(entry.name).removeprefix("jalan ") for entry in hit.entries}
    if not NATIONAL.isdisjoint(names):
        return EVERYWHERE
    single = any(" " not in canonical(entry.name)[6:] and entry.source != "knowledge" for entry in hit.entries)
    return SINGLE / TRUST["street"] if single else 1.0


def _areas_inside(hit: Hit) -> list[Match]:
    """Give the longest area name inside the name of a street or building, and any kota."""
    areas = [match for match in hit.inner if any(entry.kind in AREA_KINDS for entry in match.entries)]
    areas = [match for match in areas if _telling(match, hit)]
    kota = [match for match in hit.inner if any(entry.kind == "kota" for entry in match.entries)]
    longest = max(areas, key=lambda match: match.last - match.first, default=None)
    return [*([longest] if longest else []), *kota[:1]]


def _telling(match: Match, hit: Hit) -> bool:
    """Say whether an area's name inside another name means the area: "Jl. Pulo Indah" has nothing to do with Pulo."""
    name = canonical(match.entries[0].name)
    return match.last - match.first > 1 or match.last == hit.last or name not in EVERYDAY


def _inside(match: Match, hit: Hit, city: City) -> Evidence:
    """Give what an area's name inside another name says."""
    kota = any(entry.kind == "kota" for entry in match.entries)
    several = match.last - match.first > 1
    after = NAMED_AFTER.get((hit.kind, several), NAMED_ELSE[several])
    trust = (TRUST["kota"] if kota else after) * (TOWARDS if hit.towards else 1.0)
    return Evidence(shares_of(match.entries, city, explicit=False), trust, hit, None)
