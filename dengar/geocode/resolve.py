"""One place out of all evidence: belief in every kelurahan, then the smallest area that is believed enough."""

from typing import NamedTuple

from dengar.geocode.evidence import City, Evidence
from dengar.geocode.gazetteer import Entry
from dengar.models.place import Candidate, Level, Place, Precision

# The least belief with which each level is said.
ENOUGH: dict[Level, float] = {"kelurahan": 0.46, "kecamatan": 0.55, "kota": 0.6}
MOST_CANDIDATES = 5
LEAST_CANDIDATE = 0.02
NEAR_POINT_M = 400


class Belief(NamedTuple):
    """Belief in each kelurahan that any evidence speaks of; `rest` is the belief in all others together."""

    shares: dict[str, float]
    rest: float

    def sums(self, digits: int) -> dict[str, float]:
        """Give the belief in the areas above, by the first digits of the code."""
        sums: dict[str, float] = {}
        for code, share in self.shares.items():
            sums[code[:digits]] = sums.get(code[:digits], 0.0) + share
        return sums


def believe(evidence: list[Evidence], city: City) -> Belief:
    """Multiply what the evidence says: each is right with its trust, and else says nothing."""
    count = len(city.kelurahan)
    codes = {code for one in evidence for code in one.shares}
    shares = dict.fromkeys(codes, 1.0)
    other = 1.0
    for one in evidence:
        doubt = (1 - one.trust) / count
        other *= doubt
        for code in codes:
            shares[code] *= doubt + one.trust * one.shares.get(code, 0.0)
    rest = other * (count - len(codes))
    total = sum(shares.values()) + rest
    return Belief({code: share / total for code, share in shares.items()}, rest / total)


def choose(belief: Belief, city: City) -> tuple[str, Level, float] | None:
    """Give code, level and belief of the smallest area that is believed enough."""
    digits: tuple[tuple[Level, int], ...] = (("kelurahan", 13), ("kecamatan", 8), ("kota", 5))
    for level, length in digits:
        sums = belief.sums(length)
        code = max(sums, key=lambda code: (sums[code], code), default=None)
        if code and sums[code] >= ENOUGH[level] and code in city.areas:
            return code, level, sums[code]
    return None


def candidates(belief: Belief, city: City) -> tuple[Candidate, ...]:
    """Give the likeliest kelurahan with their shares."""
    best = sorted(belief.shares.items(), key=lambda item: (-item[1], item[0]))[:MOST_CANDIDATES]
    return tuple(
        Candidate(kelurahan_code=code, kelurahan=city.areas[code].name, confidence=round(share, 3))
        for code, share in best
        if share >= LEAST_CANDIDATE
    )


def make_place(code: str, level: Level, confidence: float, belief: Belief, city: City) -> Place:
    """Give the place of an area, with the area's centre as its point."""
    area, kecamatan, kota = city.areas[code], city.areas.get(code[:8]), city.areas[code[:5]]
    return Place(
        level=level,
        kota=kota.name,
        kota_code=kota.code,
        kecamatan=kecamatan.name if kecamatan and level != "kota" else None,
        kecamatan_code=kecamatan.code if kecamatan and level != "kota" else None,
        kelurahan=area.name if level == "kelurahan" else None,
        kelurahan_code=code if level == "kelurahan" else None,
        lat=area.lat,
        lon=area.lon,
        precision=level,
        confidence=round(confidence, 3),
        candidates=candidates(belief, city),
    )


def best_spot(evidence: list[Evidence], code: str) -> tuple[Entry, Precision] | None:
    """Give the most exact known point that the text names inside the area, if it says more than the area's centre."""
    spots = [
        one.entry
        for one in evidence
        if one.entry
        and one.entry.precision_m is not None
        and one.entry.kind not in {"kelurahan", "kecamatan", "kota"}
        and one.entry.codes[0].startswith(code)
        and not (one.hit and one.hit.towards)
    ]
    spot = min(spots, key=lambda entry: entry.precision_m or 0, default=None)
    if spot is None:
        return None
    precision: Precision = "street" if spot.kind in {"street", "waterway"} else "point"
    exact = (spot.precision_m or 0) <= NEAR_POINT_M
    return (spot, precision if exact or precision == "street" else "kelurahan")
