"""Parquet, with the metadata of GeoParquet: for analysts; pyarrow comes with `dengar[parquet]`."""

import io
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, get_args, get_type_hints

from dengar.errors import BadRequest
from dengar.feeds.about import ABOUT
from dengar.feeds.rows import Row

_NESTED = "points"
_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
}
_LITTLE_ENDIAN, _POINT = 1, 1


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401  any buffer, as RawIOBase has it
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def write_parquet(pages: Iterable[Sequence[Row]], kind: type[Row]) -> Iterator[bytes]:
    """Write each page as a row group; raises BadRequest when pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise BadRequest("Parquet needs the extra: install dengar[parquet].", status=501) from error
    schema = _make_schema(pa, kind)
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for page in pages:
            if page:
                writer.write_batch(pa.RecordBatch.from_pydict(_columns(page, schema.names), schema))
            yield sink.take()
    yield sink.take()


def _columns(page: Sequence[Row], names: Sequence[str]) -> dict[str, list[object]]:
    columns = {name: [getattr(row, name) for row in page] for name in names if name != "geometry"}
    return columns | {"geometry": [_point(row) for row in page]}


def _point(row: Row) -> bytes | None:
    if row.lat is None or row.lon is None:
        return None
    return struct.pack("<BIdd", _LITTLE_ENDIAN, _POINT, row.lon, row.lat)


def _make_schema(pa: Any, kind: type[Row]) -> Any:  # noqa: ANN401  pyarrow has no types
    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), datetime: pa.timestamp("ms", "UTC")}
    fields = []
    for name, hint in get_type_hints(kind).items():
        if name != _NESTED:
            plain = next((one for one in (hint, *get_args(hint)) if one in types), str)
            is_list = getattr(hint, "__origin__", None) is tuple
            fields.append(pa.field(name, pa.list_(pa.string()) if is_list else types.get(plain, pa.string())))
    metadata = {"about": ABOUT, "geo": json.dumps(_GEO)}
    return pa.schema([*fields, pa.field("geometry", pa.binary())], metadata)
