"""expiries: until when the credentials of each source are good."""

from datetime import datetime

from dengar.models import Record
from dengar.store.documents import Rows, from_document, to_document


class Expiry(Record, frozen=True, kw_only=True):
    """What was found at `looked_at`: the end of the credentials (None: they have none), or why they are refused."""

    source: str
    looked_at: datetime
    expires_at: datetime | None = None
    refused: str | None = None


class Expiries:
    """Answers: which credentials must be renewed soon."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, expiry: Expiry) -> None:
        """Remember what was found last."""
        self._rows.replace_one({"_id": expiry.source}, to_document(expiry) | {"_id": expiry.source}, upsert=True)

    def find_all(self) -> dict[str, Expiry]:
        """Give what is known, by source."""
        return {row["_id"]: from_document(row, Expiry) for row in self._rows.find()}
