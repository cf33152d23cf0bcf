"""The atlas: the areas in use as shapes for maps, and where a point lies; it follows the gazetteer's folder."""

from collections.abc import Callable, Iterator
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from dengar import __version__
from dengar.errors import DengarError
from dengar.following import Following
from dengar.geocode.ground import Ground, built_in_ground
from dengar.geocode.importing.folder import Folder
from dengar.geocode.outlines import join_outlines, make_outlines
from dengar.geocode.points import point_problem
from dengar.models import Area, Box, Level, Whereabouts

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DECIMALS = 4  # of a degree: 11 m, where the outlines are simplified to 60 m
MARGIN = 0.002  # of a degree, 200 m: what is simplified may have lain a little outside
Json = dict[str, object]
Frame = tuple[float, float, float, float]


class Sheet:
    """The areas of one city; its outlines are drawn when the first map asks for them, which takes some seconds."""

    def __init__(self, ground: Ground, version: str) -> None:
        self.ground = ground
        self.version = version
        self.areas = {area.code: area for area in ground.areas}
        self._lock = Lock()
        self._drawn: dict[Level, bytes] = {}

    def draw(self, level: Level) -> bytes:
        """Give the areas of a level as GeoJSON."""
        with self._lock:
            if level not in self._drawn:
                outlines = self._outlines if level == "kelurahan" else join_outlines(self._outlines, level)
                features = [self._describe(self.areas[code], shape) for code, shape in sorted(outlines.items())]
                collection = {"type": "FeatureCollection", "features": features}
                self._drawn[level] = msgspec.json.encode(collection)
            return self._drawn[level]

    @cached_property
    def _outlines(self) -> "dict[str, BaseGeometry]":
        return make_outlines(self.ground.points)

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """The rectangle around every kelurahan: west, south, east, north."""
        return {code: shape.bounds for code, shape in self._outlines.items()}

    def _describe(self, area: Area, shape: "BaseGeometry") -> Json:
        import shapely

        polygons = [_write_polygon(part) for part in shapely.get_parts(shape)]
        return {
            "type": "Feature",
            "id": area.code,
            "properties": {
                "name": area.name,
                "within": [one.name for one in self.above(area)],
                "lat": round(area.lat, DECIMALS),
                "lon": round(area.lon, DECIMALS),
            },
            "geometry": {"type": "MultiPolygon", "coordinates": polygons},
        }

    def above(self, area: Area) -> Iterator[Area]:
        """Give the areas in which this one lies, the smallest first."""
        while area.parent:
            area = self.areas[area.parent]
            yield area


class Atlas:
    """Answers maps; an import that cannot be read changes nothing, of which the locator tells."""

    def __init__(self, folder: Folder, timer: Callable[[], float] = monotonic) -> None:
        self._folder = folder
        self._stamp = folder.stamp()
        self._following = Following(self._read() or Sheet(built_in_ground(), __version__), self._look, timer)

    def version(self) -> str:
        """Give what changes when the shapes do."""
        return self._following.current().version

    def draw(self, level: Level) -> bytes:
        """Give the areas of a level as GeoJSON: code, name, the areas above, a point for the name, and the outline."""
        return self._following.current().draw(level)

    def areas(self) -> tuple[Area, ...]:
        """Give all areas, kota first."""
        return self._following.current().ground.areas

    def within(self, box: Box) -> list[str]:
        """Give the codes of the kelurahan that may have a part in a rectangle."""
        frames = self._following.current().frames
        return [code for code, frame in frames.items() if _overlap(frame, box)]

    def find(self, lat: float, lon: float) -> Whereabouts:
        """Say where a point lies, how far the next kelurahan is, or why it lies in none."""
        sheet = self._following.current()
        points = sheet.ground.points
        code = points.kelurahan_of([lat], [lon])[0]
        problem = point_problem(lat, lon, code)
        if problem:
            return Whereabouts(lat=lat, lon=lon, problem=problem)
        own = sheet.areas[str(code)]
        kecamatan, kota = sheet.above(own)
        border = points.border(lat, lon)
        return Whereabouts(
            lat=lat,
            lon=lon,
            kelurahan=own.name,
            kelurahan_code=own.code,
            kecamatan=kecamatan.name,
            kecamatan_code=kecamatan.code,
            kota=kota.name,
            kota_code=kota.code,
            border_m=border.metres if border else None,
            border_code=border.code if border else None,
            border_name=sheet.areas[border.code].name if border else None,
        )

    def _read(self) -> Sheet | None:
        try:
            ground = self._folder.load_ground()
        except (DengarError, OSError):
            return None
        version = "-".join((__version__, *(f"{part:x}" for part in self._stamp if part)))
        return Sheet(ground or built_in_ground(), version)

    def _look(self, serving: Sheet) -> Sheet:
        stamp = self._folder.stamp()
        if stamp == self._stamp:
            return serving
        self._stamp = stamp
        return self._read() or serving


def _write_polygon(polygon: "BaseGeometry") -> list[list[list[float]]]:
    import shapely

    rings = shapely.get_rings(polygon)
    return [shapely.get_coordinates(ring).round(DECIMALS).tolist() for ring in rings]


def _overlap(frame: Frame, box: Box) -> bool:
    west, south, east, north = frame
    return (
        west - MARGIN <= box.east
        and east + MARGIN >= box.west
        and south - MARGIN <= box.north
        and north + MARGIN >= box.south
    )
