"""Traits: what a post and a report about the same problem must share, by which the store finds reports."""

import math
from collections.abc import Iterable, Iterator
from itertools import islice

from dengar.models import Place, Report
from dengar.routing.floods import FLOOD, is_flood
from dengar.routing.gist import AREA_LABELS, MARK, STREET, Gist, LatLon, read_gist
from dengar.routing.tallying import EXACT
from dengar.routing.wording import rarest

NOWHERE = "_"
LEAST_SHARE = 0.1  # a kelurahan in which a place is less likely is not looked at
KOTAS = ("31.01", "31.71", "31.72", "31.73", "31.74", "31.75", NOWHERE)
CELL_DEGREES = 0.004  # 440 m: the four cells nearest to a point hold all within 220 m of it
FLOOD_CELL_DEGREES = 0.016  # 1.8 km: the same for 880 m
POINTS_FOUND = 20  # of a report: an incident with more is found by its neighbours
NAMES_FOUND = 12
RARE_WORDS = 4  # two copies of a text share one of them also when some words differ
BANDS, BAND_DIGITS = 4, 4  # prints that differ in three bits share a quarter of their digits


def make_traits(report: Report) -> tuple[str, ...]:
    """Give the traits by which a report is found."""
    gist = read_gist(report.gist)
    points = points_of(report)[:POINTS_FOUND]
    found = [_cell(report.category, *_grid(one, CELL_DEGREES)) for one in points]
    if is_flood(report.category, gist.words):
        found += [_flood_cell(*_grid(one, FLOOD_CELL_DEGREES)) for one in points]
    found += _named(report.category, kota(report.place), read_gist(report.names))
    if kelurahan(report.place) == NOWHERE:
        found += _worded(report.category, gist)
    found += _printed(report.prints)
    return tuple(dict.fromkeys(found))


def find_traits(
    categories: Iterable[str | None], gist: Gist, place: Place | None, prints: tuple[str, ...]
) -> list[str]:
    """Give the traits of which a report must have one to be about the same problem as a post."""
    found: list[str] = []
    point = point_of(place, gist)
    for category in categories:
        if point:
            found += [_cell(category, *cell) for cell in _around(point, CELL_DEGREES)]
        if point and category == FLOOD:
            found += [_flood_cell(*cell) for cell in _around(point, FLOOD_CELL_DEGREES)]
        if kelurahan(place) == NOWHERE:
            found += _worded(category, gist)
        for other in KOTAS if kota(place) == NOWHERE else (kota(place), NOWHERE):
            found += _named(category, other, gist)
    return [*found, *_printed(prints)]


def kelurahan(place: Place | None) -> str:
    """Give the code under which reports of this place are shelved."""
    return (place.kelurahan_code if place else None) or NOWHERE


def shares(place: Place | None) -> dict[str, float]:
    """Give the kelurahan in which a place may be, each with its share of the belief."""
    if place is None:
        return {}
    likely = {one.kelurahan_code: one.confidence for one in place.candidates if one.confidence >= LEAST_SHARE}
    return likely | ({place.kelurahan_code: 1.0} if place.kelurahan_code else {})


def kota(place: Place | None) -> str:
    """Give the code of the kota of a place."""
    return place.kota_code if place else NOWHERE


def points_of(report: Report) -> list[LatLon]:
    """Give the points at which a problem was seen, its own first."""
    own = point_of(report.place, read_gist(report.gist))
    return [*([own] if own else []), *((one.lat, one.lon) for one in report.points)]


def point_of(place: Place | None, gist: Gist) -> LatLon | None:
    """Give the point that is finer than a kelurahan: a geotag, or a street or landmark that was named."""
    if gist.point or place is None or place.lat is None or place.lon is None or place.precision not in EXACT:
        return gist.point
    return None if place.label.startswith(AREA_LABELS) else (place.lat, place.lon)


def _named(category: str | None, kota_code: str, names: Gist) -> Iterator[str]:
    signed = [*(STREET + one for one in sorted(names.streets)), *(MARK + one for one in sorted(names.marks))]
    return (f"n {kota_code} {category or '-'} {one}" for one in islice(signed, NAMES_FOUND))


def _worded(category: str | None, gist: Gist) -> Iterator[str]:
    return (f"w {category or '-'} {word}" for word in rarest(gist.words, RARE_WORDS))


def _printed(prints: Iterable[str]) -> Iterator[str]:
    for one in prints:
        for band in range(BANDS):
            yield f"p{band} {one[band * BAND_DIGITS : (band + 1) * BAND_DIGITS]}"


def _cell(category: str | None, row: int, column: int) -> str:
    return f"c {category or '-'} {row} {column}"


def _flood_cell(row: int, column: int) -> str:
    return f"f {row} {column}"


def _grid(point: LatLon, degrees: float) -> tuple[int, int]:
    return math.floor(point[0] / degrees), math.floor(point[1] / degrees)


def _around(point: LatLon, degrees: float) -> list[tuple[int, int]]:
    """Give the cell of a point, and the three that are nearest to it."""
    row, column = round(point[0] / degrees), round(point[1] / degrees)
    return [(row + north, column + east) for north in (-1, 0) for east in (-1, 0)]
