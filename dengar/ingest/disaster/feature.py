"""One report of PetaBencana: a GeoJSON feature."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import datetime

import msgspec

from dengar.errors import Poison
from dengar.ingest.disaster.words import LEVELS, NAMES
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import is_on_globe
from dengar.models import Point


class Geometry(msgspec.Struct, frozen=True):
    """A point: longitude, latitude."""

    coordinates: tuple[float, ...] = ()


class Properties(msgspec.Struct, frozen=True):
    """What was said; `report_data` depends on the kind of disaster."""

    pkey: str | int | None = None
    created_at: str | None = None
    disaster_type: str | None = None
    report_data: dict[str, object] | str | None = None
    title: str | None = None
    text: str | None = None
    url: str | None = None
    image_url: str | None = None
    status: str | None = None
    is_training: bool | None = None


class Feature(msgspec.Struct, frozen=True):
    """What one resident reported."""

    properties: Properties
    geometry: Geometry | None = None

    @property
    def time(self) -> datetime | None:
        """When it was said."""
        return read_time(self.properties.created_at or "")

    @property
    def point(self) -> Point | None:
        """Where it is."""
        coordinates = self.geometry.coordinates if self.geometry else ()
        if len(coordinates) < 2:  # noqa: PLR2004  longitude and latitude
            return None
        point = Point(lat=coordinates[1], lon=coordinates[0])
        return point if is_on_globe(point) else None

    @property
    def kind(self) -> str:
        """The kind of disaster, in PetaBencana's word."""
        return (self.properties.disaster_type or "").strip().lower()

    @property
    def data(self) -> Mapping[str, object]:
        """What was filled in; some versions of the API wrap it as text once more."""
        data = self.properties.report_data
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except (ValueError, RecursionError):
                return {}
        return data if isinstance(data, dict) else {}


def read_feature(payload: bytes) -> Feature:
    """Read the bytes of a feature; raises Poison."""
    try:
        return msgspec.json.decode(payload, type=Feature)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"The report cannot be read: {error}.") from error


def find_id(feature: Feature) -> str:
    """Give the report's number; raises Poison when it has none."""
    pkey = str(feature.properties.pkey or "").strip()
    if not pkey:
        raise Poison("The report has no pkey.")
    return pkey


def make_text(feature: Feature) -> str:
    """Give the author's words, or say in Indonesian what they filled in; empty when there is nothing of either."""
    own = (part.strip() for part in (feature.properties.title, feature.properties.text) if part)
    return "\n".join(filter(None, own)) or _describe(feature)


def sum_up(feature: Feature) -> str:
    """Give the digest of what the report tells: the points that readers give it are no news."""
    data = {name: value for name, value in sorted(feature.data.items()) if name != "points"}
    point = (feature.point.lat, feature.point.lon) if feature.point else None
    own = feature.properties
    telling = (feature.kind, data, own.title, own.text, own.url, own.image_url, own.status, point)
    return hashlib.blake2b(msgspec.json.encode(telling), digest_size=8).hexdigest()


def _describe(feature: Feature) -> str:
    kind, data = feature.kind, feature.data
    depth = _number(data.get("flood_depth"))
    if kind == "flood" and depth:
        return f"Banjir setinggi {depth} cm"
    for name, levels in LEVELS.get(kind, {}).items():
        level = _number(data.get(name))
        if level is not None and 0 <= level < len(levels):
            return levels[level]
    return NAMES.get(kind, f"Laporan bencana: {kind}" if kind else "")


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return round(number) if math.isfinite(number) else None
