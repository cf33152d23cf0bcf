"""The door to this part: texts in, places out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dengar.geocode.evidence import City, Evidence, of_hit
from dengar.geocode.gazetteer import Gazetteer
from dengar.geocode.hits import Found
from dengar.geocode.mentions import Finder
from dengar.geocode.outside import outside_name
from dengar.geocode.points import Grid, Points, point_problem
from dengar.geocode.polygons import Polygons
from dengar.geocode.reason import make_reason
from dengar.geocode.resolve import believe, best_spot, choose, make_place
from dengar.models.place import Area, Located, Mention, Place, Point

if TYPE_CHECKING:
    import numpy.typing as npt

    from dengar.geocode.points import Codes

GEOTAG_TRUST = 0.95
GEOTAG_OWN = 0.95
LATER = 0.9  # people write from small to large: a bare area after another place is the wider one
WIDER = frozenset({"kelurahan", "kecamatan", "area"})
EDGE_M = 60.0  # a geotag nearer to a border than this may be on the other side
LONGEST = 200_000  # characters of one text that are read


class Locator:
    """Finds the place of complaints in one city; made once, then used for every text.

    `boundaries` is a GeoJSON of exact polygons with the property `code`, used instead of the built-in grid.
    """

    def __init__(self, boundaries: Path | None = None) -> None:
        gazetteer = Gazetteer()
        self.areas: tuple[Area, ...] = gazetteer.areas
        self._city = City(self.areas)
        self._finder = Finder(gazetteer)
        self._points: Points = Polygons(boundaries) if boundaries else Grid()

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the kelurahan code around each point, None for points in no kelurahan and for NaN."""
        return self._points.kelurahan_of(lats, lons)

    def locate(
        self,
        texts: Sequence[str],
        geotags: Sequence[Point | None] | None = None,
        hints: Sequence[str | None] | None = None,
    ) -> list[Located]:
        """Give for each text its mentions and its place; geotags and hints belong to the texts one by one."""
        geotags = geotags if geotags is not None else [None] * len(texts)
        hints = hints if hints is not None else [None] * len(texts)
        return [self._locate(*one) for one in zip(texts, geotags, hints, strict=True)]

    def _locate(self, text: str, geotag: Point | None, hint: str | None) -> Located:
        found = self._finder.find(text[:LONGEST])
        hinted = self._finder.find(hint[:LONGEST]) if hint else None
        evidence, said = self._evidence(found)
        more, more_said = self._evidence(hinted) if hinted else ([], [])
        evidence, said = [*evidence, *more], [*said, *(f"isian tempat: {words}" for words in more_said)]
        problem = self._add_geotag(geotag, evidence, said)
        outside = outside_name(found, evidence)
        place = None if outside else self._place(evidence, said, geotag if not problem else None)
        if place and problem:
            place = place.replace(reason=f"{place.reason} Geotag tidak dipakai: {problem}.")
        return Located(mentions=mentions_of(found), place=place, outside=outside)

    def _evidence(self, found: Found) -> tuple[list[Evidence], list[str]]:
        """Give what the hits say, each name once, and their words."""
        evidence: list[Evidence] = []
        said: list[str] = []
        seen = set()
        for hit in found.hits:
            for one in of_hit(hit, self._city):
                key = frozenset(one.shares.items())
                if key not in seen:
                    seen.add(key)
                    wider = bool(evidence) and hit.said == "bare" and hit.kind in WIDER
                    evidence.append(one._replace(trust=one.trust * LATER) if wider else one)
                    said.append(f"“{' '.join(found.tokens.span(hit.first, hit.last).split())}”")
        return evidence, said

    def _add_geotag(self, geotag: Point | None, evidence: list[Evidence], said: list[str]) -> str | None:
        """Add what a geotag says to the evidence; give the reason when it cannot be used."""
        if geotag is None:
            return None
        code = self._points.kelurahan_of([geotag.lat], [geotag.lon])[0]
        problem = point_problem(geotag.lat, geotag.lon, code)
        if problem is None:
            border = self._points.border_m(geotag.lat, geotag.lon)
            own = GEOTAG_OWN if border is None or border > EDGE_M else 0.6
            evidence.append(Evidence(self._city.around(str(code), own), GEOTAG_TRUST))
            said.append("titik geotag")
        return problem

    def _place(self, evidence: list[Evidence], said: list[str], geotag: Point | None) -> Place | None:
        """Give the place that the evidence makes likely enough, None when there is none."""
        belief = believe(evidence, self._city)
        chosen = choose(belief, self._city) if evidence else None
        if chosen is None:
            return None
        code, level, confidence = chosen
        place = make_place(code, level, confidence, belief, self._city)
        spot = best_spot(evidence, code)
        if geotag and self._inside(geotag.lat, geotag.lon, code):
            place = place.replace(lat=geotag.lat, lon=geotag.lon, precision="point")
        elif spot and spot[0].lat is not None:
            place = place.replace(lat=spot[0].lat, lon=spot[0].lon, precision=spot[1])
        if place.precision == "point" and place.lat is not None and place.lon is not None:
            place = place.replace(border_m=self._points.border_m(place.lat, place.lon))
        return place.replace(reason=make_reason(place, evidence, said))

    def _inside(self, lat: float, lon: float, code: str) -> bool:
        """Say whether a point lies in an area."""
        found = self._points.kelurahan_of([lat], [lon])[0]
        return found is not None and str(found).startswith(code)


def mentions_of(found: Found) -> tuple[Mention, ...]:
    """Give the hits of a text as records, in its order, each name once."""
    tokens, seen, mentions = found.tokens, set(), []
    for hit in sorted([*found.hits, *found.outside], key=lambda hit: hit.first):
        name = "".join(word for word in tokens.words[hit.first : hit.last] if word.isalnum())
        if name not in seen:
            seen.add(name)
            kind = "area" if hit.kind in {"outside", "desa", "kabupaten"} else hit.kind
            start, end = tokens.starts[hit.first], tokens.ends[hit.last - 1]
            mentions.append(Mention(start=start, end=end, text=tokens.text[start:end], type=kind))
    return tuple(mentions)
