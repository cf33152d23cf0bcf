"""The small map of one report: the outline of its kelurahan and its point, drawn here, so that it needs no script."""

import math
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from dengar.models import Place
from dengar.public import PublicPlace
from dengar.routing.tallying import EXACT
from dengar.web.peta.maps import Atlas, Maps

WIDTH, EDGE = 300.0, 8.0
MOST_OUTLINES = 2  # that of now, and that of before while an import is taken over

Ring = Sequence[Sequence[float]]


class _Geometry(msgspec.Struct, frozen=True):
    coordinates: Sequence[Sequence[Ring]]


class _Feature(msgspec.Struct, frozen=True):
    id: str
    geometry: _Geometry


class _Collection(msgspec.Struct, frozen=True):
    features: Sequence[_Feature]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotMap:
    """A path for SVG, the size of its box, and the point of the report where it is known."""

    path: str
    width: int
    height: int
    x: float | None = None
    y: float | None = None


class Outlines:
    """The outlines of the kelurahan; they are read aside, and until then pages go without a map."""

    def __init__(self, maps: Maps) -> None:
        self._maps = maps
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="outlines")
        self._drawn: dict[str, Future[bytes]] = {}

    def draw(self, place: Place | None) -> SpotMap | None:
        """Draw a place; None for one without kelurahan, and while the outlines are not at hand."""
        if place is None or place.kelurahan_code is None or self._maps.known is None:
            return None
        drawn = self._ask(self._maps.known)
        if not drawn.done() or drawn.exception() is not None:
            return None
        rings = _read(drawn.result()).get(place.kelurahan_code)
        return _draw(rings, place) if rings else None

    def _ask(self, atlas: Atlas) -> "Future[bytes]":
        version = atlas.version()
        if version not in self._drawn:
            self._drawn = {version: self._worker.submit(atlas.draw, "kelurahan")}
        return self._drawn[version]


@lru_cache(maxsize=MOST_OUTLINES)
def _read(drawn: bytes) -> dict[str, list[Ring]]:
    """Read the rings of every kelurahan."""
    features = msgspec.json.decode(drawn, type=_Collection).features
    return {one.id: [ring for polygon in one.geometry.coordinates for ring in polygon] for one in features}


def _draw(rings: Sequence[Ring], place: Place) -> SpotMap:
    lons = [lon for ring in rings for lon, _ in ring]
    lats = [lat for ring in rings for _, lat in ring]
    west, north, narrow = min(lons), max(lats), math.cos(math.radians(max(lats)))
    scale = WIDTH / max((max(lons) - west) * narrow, north - min(lats), 1e-6)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round(EDGE + (lon - west) * narrow * scale, 1), round(EDGE + (north - lat) * scale, 1)

    path = "".join("M" + "L".join("{} {}".format(*at(lon, lat)) for lon, lat in ring) + "Z" for ring in rings)
    right, bottom = at(max(lons), min(lats))
    told = PublicPlace.of(place)
    spot = (
        at(told.lon, told.lat) if place.precision in EXACT and told.lat is not None and told.lon is not None else None
    )
    return SpotMap(
        path=path,
        width=math.ceil(right + EDGE),
        height=math.ceil(bottom + EDGE),
        x=spot[0] if spot else None,
        y=spot[1] if spot else None,
    )
