"""One place out of all evidence: belief in every kelurahan, then the smallest area that is believed enough."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dengar.geocode.city import City, normal
from dengar.geocode.evidence import Evidence
from dengar.geocode.memo import Kept
from dengar.geocode.tables import LEVELS
from dengar.models.place import Candidate, Level, Place, Precision

if TYPE_CHECKING:
    from dengar.geocode.city import Shares

# The least belief with which each level is said.
ENOUGH: dict[Level, float] = {"kelurahan": 0.5, "kecamatan": 0.55, "kota": 0.6}
AHEAD = 1.5  # and how many times the belief in the next kelurahan: where two compete, a person chooses
MOST_CANDIDATES = 5
LEAST_CANDIDATE = 0.02
NEAR_POINT_M = 400
MOST_FACTORS = 20  # so many very small numbers can be multiplied


def believe(evidence: Sequence[Evidence], city: City) -> "Shares":
    """Multiply what the evidence says: each is right with its trust, and else says nothing."""
    import numpy as np

    belief = np.ones(len(city.kelurahan))
    for number, one in enumerate(evidence):
        belief *= one.trust * one.shares + (1 - one.trust) / len(belief)
        if number % MOST_FACTORS == MOST_FACTORS - 1:
            belief = normal(belief)
    return normal(belief)


class Chosen(NamedTuple):
    """An area, and the belief in it."""

    code: str
    level: Level
    confidence: float


class Resolved(NamedTuple):
    """An area, and the kelurahan in which it may be."""

    chosen: Chosen
    candidates: tuple[Candidate, ...]


def choose(belief: "Shares", city: City) -> Chosen | None:
    """Give the smallest area that is believed enough."""
    import numpy as np

    best = int(belief.argmax())
    if belief[best] >= ENOUGH["kelurahan"] and (belief > belief[best] / AHEAD).sum() == 1:
        return Chosen(city.kelurahan[best], "kelurahan", float(belief[best]))
    above: tuple[tuple[Level, tuple[tuple[str, ...], object]], ...] = (
        ("kecamatan", city.kecamatan),
        ("kota", city.kota),
    )
    for level, (codes, places) in above:
        sums = np.bincount(places, weights=belief)  # type: ignore[arg-type]
        best = int(sums.argmax())
        if sums[best] >= ENOUGH[level]:
            return Chosen(codes[best], level, float(sums[best]))
    return None


def candidates(belief: "Shares", city: City) -> tuple[Candidate, ...]:
    """Give the likeliest kelurahan with their shares."""
    shares = {int(place): float(belief[place]) for place in (belief >= LEAST_CANDIDATE).nonzero()[0]}
    best = sorted(shares, key=lambda place: -shares[place])[:MOST_CANDIDATES]
    return tuple(
        Candidate(
            kelurahan_code=city.kelurahan[place],
            kelurahan=city.areas[city.kelurahan[place]].name,
            confidence=round(shares[place], 3),
        )
        for place in best
    )


class Resolver:
    """Weighs evidence in one city. The same evidence, as floods bring it a thousand times, is weighed once."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._kept: Kept[Resolved | None] = Kept()

    def resolve(self, evidence: Sequence[Evidence]) -> "Resolved | None":
        """Give the area that is believed enough, and the likeliest kelurahan; None when there is none."""
        shares = [one.shares for one in evidence]
        return self._kept.ask(shares, lambda: self._weigh(evidence), *[one.trust for one in evidence])

    def _weigh(self, evidence: Sequence[Evidence]) -> "Resolved | None":
        belief = believe(evidence, self._city)
        chosen = choose(belief, self._city) if evidence else None
        return Resolved(chosen, candidates(belief, self._city)) if chosen else None


def make_place(chosen: Chosen, city: City, **about: object) -> Place:
    """Give the place of an area; `about` are the fields that say more than its names."""
    code, level = chosen.code, chosen.level
    area, kecamatan, kota = city.areas[code], city.areas.get(code[:8]), city.areas[code[:5]]
    return Place(
        level=level,
        kota=kota.name,
        kota_code=kota.code,
        kecamatan=kecamatan.name if kecamatan and level != "kota" else None,
        kecamatan_code=kecamatan.code if kecamatan and level != "kota" else None,
        kelurahan=area.name if level == "kelurahan" else None,
        kelurahan_code=code if level == "kelurahan" else None,
        confidence=round(chosen.confidence, 3),
        **about,  # type: ignore[arg-type]  # the caller names fields of Place
    )


class Best(NamedTuple):
    """The most exact point of what a text names, and what that is."""

    lat: float
    lon: float
    precision: Precision
    name: str


def best_spot(evidence: Sequence[Evidence], code: str) -> Best | None:
    """Give the most exact known point that the text names inside the area, if it says more than the area's centre."""
    found = [
        (entry.precision_m, entry, spot)
        for one in evidence
        if one.hit and one.hit.role in {"at", "near", "between"}
        for entry in one.entries
        if entry.precision_m is not None and entry.kind not in LEVELS and (spot := entry.spot_in(code))
    ]
    if not found:
        return None
    metres, entry, spot = min(found, key=lambda one: one[0])
    precision: Precision = "street" if entry.kind in {"street", "waterway"} else "point"
    is_exact = metres <= NEAR_POINT_M or precision == "street"
    return Best(spot.lat, spot.lon, precision if is_exact else "kelurahan", entry.name)
