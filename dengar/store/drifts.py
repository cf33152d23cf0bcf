"""drifts: what each day's look for drift found."""

from datetime import datetime

from dengar.models import Record
from dengar.store.documents import Rows, from_document, to_document


class SeenDrift(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One look: by which model, at how many posts, and the alarms."""

    at: datetime
    model: str
    posts: int
    alarms: tuple[str, ...] = ()


class Drifts:
    """Answers: do people still write what the model knows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, seen: SeenDrift) -> None:
        """Keep what was found."""
        self._rows.insert_one(to_document(seen))

    def last(self) -> SeenDrift | None:
        """Give what was found last."""
        row = self._rows.find_one(sort=[("at", -1)])
        return from_document(row, SeenDrift) if row else None
