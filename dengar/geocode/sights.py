"""Sights of names at points, and what they say together: in which kelurahan a name is, and where there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import hypot, isnan
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from dengar.geocode.points import plane_at
from dengar.geocode.tables import Spot
from dengar.geocode.text import canonical

if TYPE_CHECKING:
    from dengar.geocode.points import Points

LEAST_M = 60.0  # how far from its sign a place may be
APART_M = 150.0  # points of a street nearer together than this say the same
MOST_CODES = 40  # a name in more kelurahan than this is everywhere
MOST_SPOTS = 200
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

Key = tuple[str, str]  # a name in canonical spelling, and its kind


class Sight(NamedTuple):
    """One time a name was seen: at a point (degrees), or only known to be in a kelurahan (its code, and no point)."""

    name: str
    kind: str
    lat: float
    lon: float
    source: str
    aliases: tuple[str, ...] = ()
    code: str = ""


class Name(NamedTuple):
    """A name with its points, those in the likeliest kelurahan first."""

    name: str
    kind: str
    spots: tuple[Spot, ...]
    precision_m: int
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The kelurahan where it is, likeliest first."""
        return tuple(dict.fromkeys(spot.code for spot in self.spots))


def kind_of(name: str) -> str | None:
    """Say what a name is by the word that opens it, None when that does not tell."""
    return KIND.get(canonical(name).partition(" ")[0])


def metres(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Give the distance in a plane."""
    east, north = plane_at(lat)
    return hypot((lat2 - lat) * north, (lon2 - lon) * east)


def give_codes(sights: Sequence[Sight], points: "Points") -> list[Sight]:
    """Give each sight with a point the kelurahan around that, none when it lies in none."""
    codes = points.kelurahan_of([sight.lat for sight in sights], [sight.lon for sight in sights])
    return [
        sight if isnan(sight.lat) else sight._replace(code=code or "")
        for sight, code in zip(sights, codes, strict=True)
    ]


def gather(sights: Iterable[Sight]) -> dict[Key, Name]:
    """Make one name of all sights of the same name and kind; those without a kelurahan are left out."""
    seen: dict[Key, dict[str, list[Sight]]] = defaultdict(lambda: defaultdict(list))
    for sight in sights:
        key = canonical(sight.name)
        if sight.code and key:
            seen[key, sight.kind][sight.code].append(sight)
    return {key: _make_name(groups) for key, groups in seen.items()}


def _make_name(groups: Mapping[str, Sequence[Sight]]) -> Name:
    often = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_CODES]
    chosen = [_choose_spots(code, group) for code, group in often]
    firsts = tuple(spots[0] for spots, _ in chosen)
    others = tuple(spot for spots, _ in chosen for spot in spots[1:])
    sight = often[0][1][0]
    aliases = dict.fromkeys(alias for _, group in often for sight in group for alias in sight.aliases)
    spread = max(spread for _, spread in chosen)
    return Name(sight.name, sight.kind, (*firsts, *others)[:MOST_SPOTS], round(spread), sight.source, tuple(aliases))


def _choose_spots(code: str, group: Sequence[Sight]) -> tuple[list[Spot], float]:
    """Give the point in the middle, others that are well apart, and the metres from the middle to the farthest."""
    lat, lon = median(sight.lat for sight in group), median(sight.lon for sight in group)
    if isnan(lat):
        return [Spot(code, lat, lon)], LEAST_M
    by_distance = sorted(group, key=lambda sight: metres(lat, lon, sight.lat, sight.lon))
    spots: list[Spot] = []
    for sight in by_distance:
        if all(metres(sight.lat, sight.lon, spot.lat, spot.lon) >= APART_M for spot in spots):
            spots.append(Spot(code, round(sight.lat, 7), round(sight.lon, 7)))
    far = by_distance[-1]
    return spots, max(LEAST_M, metres(spots[0].lat, spots[0].lon, far.lat, far.lon))
