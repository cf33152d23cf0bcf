"""CSV: for spreadsheets and programs, harmless in both."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from dengar.feeds.about import ABOUT
from dengar.feeds.rows import Row

BOM = "\ufeff"
_FORMULA = tuple("=+-@|%＝＋－＠")  # noqa: RUF001  spreadsheets take the wide ones for formulas as well
_NESTED = "points"  # has no cell of its own


def write_csv(
    pages: Iterable[Sequence[Row]], kind: type[Row], *, separator: str = ",", bom: bool = False
) -> Iterator[bytes]:
    """Write rows page by page: a comment with licence and version, the names of the columns, the rows.

    Times are ISO 8601 in UTC. A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    names = [name for name in kind.__struct_fields__ if name != _NESTED]
    yield _lines([[f"# {ABOUT}"], names], separator, BOM if bom else "")
    for page in pages:
        yield _lines(([_cell(getattr(row, name)) for name in names] for row in page), separator)


def _lines(rows: Iterable[Sequence[object]], separator: str, before: str = "") -> bytes:
    text = io.StringIO(before)
    text.seek(0, io.SEEK_END)
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = " ".join(value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip().startswith(_FORMULA) else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
