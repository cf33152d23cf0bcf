"""water_levels: what gauges showed; water_polls: when they were last asked for, and what came of it."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ReplaceOne

from dengar.models import Record
from dengar.models.reading import Reading
from dengar.store.documents import Data, from_document, to_document

SOURCE = "url"


class WaterPoll(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One asking for levels: how many readings were new, how many rows were refused, or why none came."""

    at: datetime
    readings: int = 0
    refused: int = 0
    problem: str = ""


class Water:
    """Answers: how high does the water stand, and since when do we know."""

    def __init__(self, data: Data) -> None:
        self._levels = data["water_levels"]
        self._polls = data["water_polls"]

    def save(self, readings: Sequence[Reading]) -> int:
        """Write readings; the same gate at the same moment is corrected. Gives how many are new."""
        writes = [ReplaceOne({"_id": _key(one)}, to_document(one), upsert=True) for one in readings]
        return self._levels.bulk_write(writes, ordered=False).upserted_count if writes else 0

    def newest(self) -> dict[str, Reading]:
        """Give the newest reading of every gate by its code."""
        groups = self._levels.aggregate(
            [{"$sort": {"gate": 1, "at": -1}}, {"$group": {"_id": "$gate", "reading": {"$first": "$$ROOT"}}}]
        )
        return {group["_id"]: from_document(group["reading"], Reading) for group in groups}

    def keep_poll(self, poll: WaterPoll) -> None:
        """Remember the last asking."""
        self._polls.replace_one({"_id": SOURCE}, to_document(poll), upsert=True)

    def last_poll(self) -> WaterPoll | None:
        """Give the last asking."""
        row = self._polls.find_one({"_id": SOURCE})
        return from_document(row, WaterPoll) if row else None


def _key(reading: Reading) -> str:
    return f"{reading.gate} {reading.at.isoformat()}"
