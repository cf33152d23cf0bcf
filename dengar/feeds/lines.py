"""JSON lines: one row a line; the first line says what the file is."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from dengar.feeds.about import ABOUT
from dengar.feeds.rows import Gone, Row

_encoder = msgspec.json.Encoder()


def write_lines(pages: Iterable[Sequence[Row | Gone]], *_: object) -> Iterator[bytes]:
    """Write rows page by page behind a line {"about"}."""
    yield _encoder.encode({"about": ABOUT}) + b"\n"
    for page in pages:
        yield b"".join(_encoder.encode(row) + b"\n" for row in page)
