"""The door to this part: texts in, places out."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dengar.geocode.city import City
from dengar.geocode.evidence import Evidence, Judge
from dengar.geocode.gazetteer import Gazetteer, Layer
from dengar.geocode.ground import Ground, built_in_ground
from dengar.geocode.hits import Found
from dengar.geocode.labels import Labels
from dengar.geocode.mentions import Finder, make_mentions
from dengar.geocode.outside import outside_name
from dengar.geocode.points import point_problem
from dengar.geocode.reason import make_reason
from dengar.geocode.resolve import Chosen, Resolver, best_spot, make_place
from dengar.geocode.tables import Spot
from dengar.models.place import Area, Clue, Located, Place, Point, Precision

if TYPE_CHECKING:
    import numpy.typing as npt

    from dengar.geocode.points import Codes

GEOTAG_TRUST = 0.95
GEOTAG_OWN = 0.95
GEOTAG_OWN_EDGE = 0.6
EDGE_M = 60.0  # a geotag nearer to a border than this may be on the other side
CODE_TRUST = CODE_OWN = 0.95
EARLIER_TRUST = 0.7  # who answers a post mostly speaks of its place
EARLIER_OWN = 0.9
CHUNK = 256  # texts that are read together
LONGEST = 200_000  # characters of one text that are read
NOTHING = Clue()


class Locator:
    """Finds the place of complaints in one city; made once, then used for every text.

    `ground` are imported boundaries in place of the built-in areas and their grid, `layers` imported names.
    """

    def __init__(self, ground: Ground | None = None, layers: Sequence[Layer] = ()) -> None:
        self.areas: tuple[Area, ...]
        self.areas, self._points = ground or built_in_ground()
        self._city = City(self.areas)
        self._judge = Judge(self._city)
        self._resolver = Resolver(self._city)
        self._gazetteer = Gazetteer(self.areas, layers)
        self._finder = Finder(self._gazetteer)

    def kelurahan_of(self, lats: "npt.ArrayLike", lons: "npt.ArrayLike") -> "Codes":
        """Give the kelurahan code around each point, None for points in no kelurahan and for NaN."""
        return self._points.kelurahan_of(lats, lons)

    def describe(self, lat: float, lon: float) -> str:
        """Say where a point is: "Jl. Palmerah Barat, dekat Pasar Palmerah, Kel. Palmerah", or why it is nowhere."""
        code = self._points.kelurahan_of([lat], [lon])[0]
        problem = point_problem(lat, lon, code)
        return problem or self._labels.describe(lat, lon, str(code))

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        """Give for each text its mentions and its place; the clues belong to the texts one by one."""
        rows = list(zip(texts, clues if clues is not None else [NOTHING] * len(texts), strict=True))
        return [one for start in range(0, len(rows), CHUNK) for one in self._locate_some(rows[start : start + CHUNK])]

    @cached_property
    def _labels(self) -> Labels:
        return Labels(self._city, self._gazetteer.entries())

    def _locate_some(self, rows: Sequence[tuple[str, Clue]]) -> list[Located]:
        found = self._finder.find([text[:LONGEST] for text, _ in rows])
        hinted = iter(self._finder.find([clue.hint[:LONGEST] for _, clue in rows if clue.hint]))
        return [
            self._locate(one, clue, next(hinted) if clue.hint else None)
            for one, (_, clue) in zip(found, rows, strict=True)
        ]

    def _locate(self, found: Found, clue: Clue, hinted: Found | None) -> Located:
        evidence = self._judge.read_all(found)
        if hinted:
            evidence += [one._replace(words=f"isian tempat: {one.words}") for one in self._judge.read_all(hinted)]
        evidence += self._read_code(clue.hint or "")
        evidence += self._read_earlier(clue.earlier)
        tagged, problem = self._find_tagged(clue.geotag)
        evidence += self._read_tagged(tagged)
        outside = outside_name(found, evidence)
        place = None if outside else self._place(evidence, tagged)
        if place and problem:
            place = place.replace(reason=f"{place.reason} Geotag tidak dipakai: {problem}.")
        return Located(mentions=make_mentions(found), place=place, outside=outside)

    def _read_code(self, hint: str) -> Iterable[Evidence]:
        """Give what an area's code says that stands in the place's field alone, as programs send it."""
        if hint in self._city.areas:
            known = self._city.areas[hint].level == "kelurahan"
            shares = self._city.around(hint, CODE_OWN) if known else self._city.evenly(hint)
            yield Evidence(shares, CODE_TRUST, f"kode wilayah {hint} ({self._city.name(hint)})")

    def _read_earlier(self, place: Place | None) -> Iterable[Evidence]:
        """Give what the place of an earlier post of the thread says."""
        if place is not None and place.code in self._city.areas:
            known = place.kelurahan_code
            shares = self._city.around(known, EARLIER_OWN) if known else self._city.evenly(place.code)
            yield Evidence(shares, EARLIER_TRUST, f"utasnya ({place.label or self._city.name(place.code)})")

    def _find_tagged(self, geotag: Point | None) -> tuple[Spot | None, str | None]:
        """Give where a geotag lies, or why it cannot be used."""
        if geotag is None:
            return None, None
        code = self._points.kelurahan_of([geotag.lat], [geotag.lon])[0]
        problem = point_problem(geotag.lat, geotag.lon, code)
        return (None, problem) if problem else (Spot(str(code), geotag.lat, geotag.lon), None)

    def _read_tagged(self, tagged: Spot | None) -> Iterable[Evidence]:
        """Give what a usable geotag says."""
        if tagged is not None:
            border = self._points.border(tagged.lat, tagged.lon)
            own = GEOTAG_OWN if border is None or border.metres > EDGE_M else GEOTAG_OWN_EDGE
            yield Evidence(self._city.around(tagged.code, own), GEOTAG_TRUST, "titik geotag")

    def _place(self, evidence: Sequence[Evidence], tagged: Spot | None) -> Place | None:
        """Give the place that the evidence makes likely enough, None when there is none."""
        resolved = self._resolver.resolve(evidence)
        if resolved is None:
            return None
        chosen, others = resolved
        lat, lon, precision, label = self._point(chosen, evidence, tagged)
        border = self._points.border(lat, lon) if precision == "point" else None
        return make_place(
            chosen,
            self._city,
            lat=lat,
            lon=lon,
            precision=precision,
            label=label,
            candidates=others,
            border_m=border.metres if border else None,
            border_code=border.code if border else None,
            border_name=self._city.areas[border.code].name if border else None,
            reason=make_reason(chosen, others, evidence, self._city),
        )

    def _point(
        self, chosen: Chosen, evidence: Sequence[Evidence], tagged: Spot | None
    ) -> tuple[float, float, Precision, str]:
        """Give the point of a place, what it stands for, and words for it."""
        if tagged and tagged.code.startswith(chosen.code):
            label = self._labels.describe(tagged.lat, tagged.lon, chosen.code)
            return tagged.lat, tagged.lon, "point", label
        area, spot = self._city.areas[chosen.code], best_spot(evidence, chosen.code)
        name = self._city.name(chosen.code)
        if spot:
            label = name if name.endswith(f" {spot.name}") else f"{spot.name}, {name}"
            return spot.lat, spot.lon, spot.precision, label
        return area.lat, area.lon, chosen.level, name
