"""claims: who has which report in front of them, so that two people never work on the same one."""

from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from dengar.errors import BadRequest
from dengar.store.documents import Rows, Session

CLAIM = timedelta(minutes=5)


class Claims:
    """Answers: may I have this one, and who has it. A claim ends by itself when it is not renewed."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, number: str, by: str, now: datetime) -> bool:
        """Claim a report, or hold on to it; False when somebody else has it."""
        free = {"_id": number, "$or": [{"until": {"$lte": now}}, {"by": by}]}
        try:
            self._rows.update_one(free, {"$set": {"by": by, "until": now + CLAIM}}, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    def release(self, number: str, by: str) -> None:
        """Give a report back."""
        self._rows.delete_one({"_id": number, "by": by})

    def held(self, now: datetime) -> dict[str, str]:
        """Say who has which report now."""
        return {row["_id"]: row["by"] for row in self._rows.find({"until": {"$gt": now}})}

    def find(self, number: str, now: datetime) -> tuple[str, datetime] | None:
        """Say who has a report, and until when."""
        row = self._rows.find_one({"_id": number, "until": {"$gt": now}})
        return (row["by"], row["until"]) if row else None

    def of(self, by: str, now: datetime) -> list[str]:
        """Give the reports that this person has."""
        return [row["_id"] for row in self._rows.find({"by": by, "until": {"$gt": now}}, {"_id": 1}).sort("_id", 1)]

    def refuse_others(self, number: str, by: str, now: datetime, session: Session) -> None:
        """Raise BadRequest (409) when somebody else has the report."""
        row = self._rows.find_one({"_id": number, "by": {"$ne": by}, "until": {"$gt": now}}, session=session)
        if row is not None:
            raise BadRequest(f"{number} sedang dikerjakan {row['by']}.", status=409)
