"""GeoJSON: a point for every row that has one, and for each further point of an incident."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from dengar.feeds.about import ABOUT
from dengar.feeds.rows import Row

_encoder = msgspec.json.Encoder()


def write_geojson(pages: Iterable[Sequence[Row]], *_: object) -> Iterator[bytes]:
    """Write a FeatureCollection page by page; `about` holds licence and version.

    Properties are the row's columns; a further point has `number`, `label`, `voices`, `last_at` and `incident`: true.
    """
    yield b'{"type":"FeatureCollection","about":' + _encoder.encode(ABOUT) + b',"features":['
    before = b""
    for page in pages:
        features = [_encoder.encode(feature) for row in page for feature in _features(row)]
        if features:
            yield before + b",\n".join(features)
            before = b",\n"
    yield b"]}\n"


def _features(row: Row) -> Iterator[dict[str, object]]:
    told = {name: getattr(row, name) for name in row.__struct_fields__ if name not in {"lat", "lon", "points"}}
    if row.lat is not None and row.lon is not None:
        yield _feature(row.lat, row.lon, told)
    for spot in getattr(row, "points", ()):
        about = {"number": told["number"], "label": spot.label, "voices": spot.voices, "last_at": spot.last_at}
        yield _feature(spot.lat, spot.lon, about | {"incident": True})


def _feature(lat: float, lon: float, properties: dict[str, object]) -> dict[str, object]:
    point = {"type": "Point", "coordinates": (lon, lat)}
    return {"type": "Feature", "geometry": point, "properties": properties}
