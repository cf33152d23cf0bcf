"""The areas of the city as features: kota, kecamatan and kelurahan with their outlines, where they were handed in."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, TypeAlias, cast

import msgspec

from dengar.models import Level
from dengar.web.ogc.answers import Json

Draw: TypeAlias = Callable[[Level], bytes]
Bounds: TypeAlias = tuple[float, float, float, float]


class Areas:
    """Reads what `draw` gives of each level (GeoJSON, whose features are named by the areas' codes), once a drawing."""

    def __init__(self, draw: Draw | None) -> None:
        self._draw = draw
        self._read: dict[Level, tuple[bytes, dict[str, Json]]] = {}
        self._lock = Lock()

    @property
    def are_there(self) -> bool:
        """Say whether there are any outlines."""
        return self._draw is not None

    def features(self, level: Level) -> dict[str, Json]:
        """Give the features of a level by code, with the rectangle (`bbox`) of each."""
        if self._draw is None:
            return {}
        drawn = self._draw(level)
        with self._lock:
            kept = self._read.get(level)
            if kept is None or kept[0] is not drawn:
                kept = (drawn, {one["id"]: one | {"bbox": bounds_of(one)} for one in _features(drawn)})
                self._read[level] = kept
        return kept[1]

    def bounds(self) -> Bounds | None:
        """Give the rectangle around the city."""
        around = [cast("Bounds", one["bbox"]) for one in self.features("kota").values()]
        return join_bounds(around) if around else None


def bounds_of(feature: Json) -> Bounds:
    """Give the rectangle around a feature."""
    geometry = cast("dict[str, Any]", feature["geometry"])
    points = list(_points(geometry["coordinates"]))
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return min(lons), min(lats), max(lons), max(lats)


def join_bounds(some: list[Bounds]) -> Bounds:
    """Give the rectangle around rectangles."""
    west, south, east, north = zip(*some, strict=True)
    return min(west), min(south), max(east), max(north)


def _features(drawn: bytes) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = msgspec.json.decode(drawn)["features"]
    return features


def _points(nested: list[Any]) -> Iterator[list[float]]:
    if nested and isinstance(nested[0], (int, float)):
        yield nested
    else:
        for one in nested:
            yield from _points(one)
