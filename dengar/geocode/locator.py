"""The door to this part: texts in, places out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dengar.geocode.city import City
from dengar.geocode.evidence import Evidence, Judge
from dengar.geocode.gazetteer import Gazetteer, Layer
from dengar.geocode.ground import Ground, built_in_ground
from dengar.geocode.hits import Found, Hit
from dengar.geocode.mentions import OPENERS, Finder
from dengar.geocode.outside import outside_name
from dengar.geocode.points import point_problem
from dengar.geocode.reason import make_reason
from dengar.geocode.resolve import believe, best_spot, candidates, choose, make_place
from dengar.geocode.words import TAILS
from dengar.models.place import Located, Mention, Place, Point

if TYPE_CHECKING:
    import numpy.typing as npt

    from dengar.geocode.points import Codes

GEOTAG_TRUST = 0.95
GEOTAG_OWN = 0.95
LATER = 0.9  # people write from small to large: a bare area after another place is the wider one
REPEATED = 0.3  # the same name again ("Gunung Sahari, Jl. Gunung Sahari") says little more
WIDER = frozenset({"kelurahan", "kecamatan", "area"})
EDGE_M = 60.0  # a geotag nearer to a border than this may be on the other side
CHUNK = 256  # texts that are read together
LONGEST = 200_000  # characters of one text that are read


class Locator:
    """Finds the place of complaints in one city; made once, then used for every text.

    `ground` are imported boundaries in place of the built-in areas and their grid, `layers` imported names.
    """

    def __init__(self, ground: Ground | None = None, layers: Sequence[Layer] = ()) -> None:
        self.areas, self._points = ground or built_in_ground()
        self._city = City(self.areas)
        self._judge = Judge(self._city)
        self._finder = Finder(Gazetteer(self.areas, layers))

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
        rows = list(zip(texts, geotags, hints, strict=True))
        return [one for start in range(0, len(rows), CHUNK) for one in self._locate_some(rows[start : start + CHUNK])]

    def _locate_some(self, rows: Sequence[tuple[str, Point | None, str | None]]) -> list[Located]:
        texts, geotags, hints = zip(*rows, strict=True)
        found = self._finder.find([text[:LONGEST] for text in texts])
        hinted = iter(self._finder.find([hint[:LONGEST] for hint in hints if hint]))
        fields = [next(hinted) if hint else None for hint in hints]
        return [self._locate(*one) for one in zip(found, geotags, fields, strict=True)]

    def _locate(self, found: Found, geotag: Point | None, hinted: Found | None) -> Located:
        evidence, said = self._evidence(found)
        if hinted:
            more, more_said = self._evidence(hinted)
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
        seen: set[str] = set()
        for hit in found.hits:
            name = _bare_name(found, hit)
            trust = LATER if evidence and hit.said == "bare" and hit.kind in WIDER else 1.0
            trust *= REPEATED if name in seen else 1.0
            for one in self._judge.read(hit):
                evidence.append(one._replace(trust=one.trust * trust))
                said.append(f"“{' '.join(found.tokens.span(hit.first, hit.last).split())}”")
                seen.add(name)
        return evidence, said

    def _add_geotag(self, geotag: Point | None, evidence: list[Evidence], said: list[str]) -> str | None:
        """Add what a geotag says to the evidence; give the reason when it cannot be used."""
        if geotag is None:
            return None
        code = self._points.kelurahan_of([geotag.lat], [geotag.lon])[0]
        problem = point_problem(geotag.lat, geotag.lon, code)
        if problem is None:
            border = self._points.border(geotag.lat, geotag.lon)
            own = GEOTAG_OWN if border is None or border.metres > EDGE_M else 0.6
            evidence.append(Evidence(self._city.around(str(code), own), GEOTAG_TRUST))
            said.append("titik geotag")
        return problem

    def _place(self, evidence: list[Evidence], said: list[str], geotag: Point | None) -> Place | None:
        """Give the place that the evidence makes likely enough, None when there is none."""
        belief = believe(evidence, self._city)
        chosen = choose(belief, self._city) if evidence else None
        if chosen is None:
            return None
        spot = best_spot(evidence, chosen.code)
        if geotag and self._inside(geotag.lat, geotag.lon, chosen.code):
            lat, lon, precision = geotag.lat, geotag.lon, "point"
        elif spot:
            lat, lon, precision = spot
        else:
            area = self._city.areas[chosen.code]
            lat, lon, precision = area.lat, area.lon, chosen.level
        border = self._points.border(lat, lon) if precision == "point" else None
        others = candidates(belief, self._city)
        return make_place(
            chosen,
            self._city,
            lat=lat,
            lon=lon,
            precision=precision,
            candidates=others,
            border_m=border.metres if border else None,
            border_code=border.code if border else None,
            reason=make_reason(chosen, others, evidence, said, self._city),
        )

    def _inside(self, lat: float, lon: float, code: str) -> bool:
        """Say whether a point lies in an area."""
        found = self._points.kelurahan_of([lat], [lon])[0]
        return found is not None and str(found).startswith(code)


def _bare_name(found: Found, hit: Hit) -> str:
    """Give the words of a hit that are its own: of "Jl. Palmerah Raya" and "Kel. Palmerah" the same."""
    words = found.tokens.words[hit.first : hit.last]
    return "".join(word for word in words if word[0].isalnum() and word not in OPENERS and word not in TAILS)


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
