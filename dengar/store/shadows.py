"""shadows: how a model in the shadow compares with the one that serves, and how far it has looked."""

from datetime import datetime

import msgspec

from dengar.models import Record
from dengar.store.documents import Rows, from_document, to_document


class Shadow(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a shadow has seen: posts compared, those it calls something else (by "from > to"), and where it stands."""

    version: str
    read_until: datetime
    last_post: str = ""
    compared: int = 0
    changed: int = 0
    pairs: dict[str, int] = msgspec.field(default_factory=dict)


class Shadows:
    """Answers: what would this model have said."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def find(self, version: str) -> Shadow | None:
        """Find what a version has seen."""
        row = self._rows.find_one({"_id": version})
        return from_document(row, Shadow) if row else None

    def save(self, shadow: Shadow) -> None:
        """Keep what a version has seen."""
        self._rows.replace_one({"_id": shadow.version}, to_document(shadow), upsert=True)
