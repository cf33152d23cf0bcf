"""drafts: forms that were sent and are not taken yet, because their sender is asked something first."""

from datetime import datetime

from dengar.models import Record
from dengar.store.documents import Rows, from_document, to_document


class SentForm(Record, frozen=True, kw_only=True):
    """A form as a browser sent it; `id` is its secret key."""

    id: str
    body: bytes
    media_type: str
    at: datetime


class Drafts:
    """Answers: what was in the form that this answer belongs to. A draft goes away after a day."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def keep(self, form: SentForm) -> None:
        """Keep a form; sent again with the same key it replaces the earlier one."""
        self._rows.replace_one({"_id": form.id}, to_document(form) | {"_id": form.id}, upsert=True)

    def find(self, key: str) -> SentForm | None:
        """Give a form; None when it is too old, or was never there."""
        row = self._rows.find_one({"_id": key})
        return from_document(row, SentForm) if row else None
