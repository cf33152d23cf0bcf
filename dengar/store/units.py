"""units: the offices that can be asked to act."""

from collections.abc import Sequence

from pymongo import ReplaceOne

from dengar.models import Unit
from dengar.store.documents import Rows, from_document, to_document


class Units:
    """Answers: what is this office called, and how is it reached."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, units: Sequence[Unit]) -> None:
        """Write units; a known one is replaced."""
        writes = [ReplaceOne({"_id": unit.code}, to_document(unit) | {"_id": unit.code}, upsert=True) for unit in units]
        if writes:
            self._rows.bulk_write(writes, ordered=False)

    def find_all(self) -> dict[str, Unit]:
        """Give every unit by its code."""
        return {row["_id"]: from_document(row, Unit) for row in self._rows.find()}
