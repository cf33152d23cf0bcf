"""rules: every rules file that was ever used; rows are only added, and the last one decides."""

from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import RulesVersion
from dengar.store.documents import Document, Rows, from_document, to_document


class AddedMeanwhile(DengarError):
    """Somebody else brought other rules into use at the same moment."""


class RulesVersions:
    """Answers: which rules decide, and which decided at that time."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, version: RulesVersion) -> None:
        """Write the next version; raises AddedMeanwhile when somebody else wrote that one."""
        try:
            self._rows.insert_one(to_document(version) | {"_id": version.number})
        except DuplicateKeyError as error:
            raise AddedMeanwhile("Other rules came into use just now: look at `dengar routing history`.") from error

    def find(self, number: int) -> RulesVersion | None:
        """Find a version."""
        return self._read({"_id": number})

    def last(self) -> RulesVersion | None:
        """Give the version that decides."""
        return self._read({})

    def last_number(self) -> int:
        """Give the number of the version that decides; 0 before there is any."""
        row = self._rows.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return int(row["_id"]) if row else 0

    def last_unchosen(self) -> RulesVersion | None:
        """Give the last version that came along or stood in the file of the settings."""
        return self._read({"origin": {"$ne": "chosen"}})

    def history(self) -> list[RulesVersion]:
        """Give all versions, newest first."""
        return [from_document(row, RulesVersion) for row in self._rows.find().sort("_id", -1)]

    def _read(self, chosen: Document) -> RulesVersion | None:
        row = self._rows.find_one(chosen, sort=[("_id", -1)])
        return from_document(row, RulesVersion) if row else None
