"""Where a person says that it is: a point on the map, or an area by its code."""

from collections.abc import Callable

from dengar.geocode import Locator
from dengar.models import Area, Clue, Place, Point
from dengar.routing.commands import Locate

POINTED = "Ditunjuk petugas."


def find_place(command: Locate, locator: Callable[[], Locator]) -> Place | None:
    """Make a place of what a person points at; None outside the city and for an unknown code."""
    serving = locator()
    if command.lat is not None and command.lon is not None:
        (located,) = serving.locate([""], [Clue(geotag=Point(lat=command.lat, lon=command.lon))])
        place = located.place
    else:
        place = _place_of(command.area, {area.code: area for area in serving.areas})
    return place.replace(confidence=1.0, candidates=(), reason=POINTED) if place else None


def _place_of(code: str | None, areas: dict[str, Area]) -> Place | None:
    area = areas.get(code or "")
    if area is None:
        return None
    chain = {area.level: area}
    while area.parent:
        area = areas[area.parent]
        chain[area.level] = area
    known = [chain[level] for level in ("kelurahan", "kecamatan", "kota") if level in chain]
    smallest, kota = known[0], known[-1]
    kelurahan, kecamatan = chain.get("kelurahan"), chain.get("kecamatan")
    return Place(
        level=smallest.level,
        kota=kota.name,
        kota_code=kota.code,
        kecamatan=kecamatan.name if kecamatan else None,
        kecamatan_code=kecamatan.code if kecamatan else None,
        kelurahan=kelurahan.name if kelurahan else None,
        kelurahan_code=kelurahan.code if kelurahan else None,
        lat=smallest.lat,
        lon=smallest.lon,
        precision=smallest.level,
    )
