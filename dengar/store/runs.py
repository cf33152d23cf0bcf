"""runs: one row for every run of every source, also for those that died."""

from datetime import datetime

from dengar.models import WENT_WELL, Run
from dengar.store.documents import Rows, from_document, to_document


class Runs:
    """Answers: when was this source read last, and what came of it."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, run: Run) -> None:
        """Write a run; its end replaces its beginning."""
        self._rows.replace_one({"_id": run.id}, to_document(run) | {"_id": run.id}, upsert=True)

    def close_dead(self, source: str) -> None:
        """Mark the source's runs that never ended; call it while holding the source's lease."""
        # fields at their defaults are not stored: a run that never ended has no outcome
        self._rows.update_many({"source": source, "outcome": None}, {"$set": {"outcome": "crashed"}})

    def last_by_source(self) -> dict[str, Run]:
        """Give the newest run of each source."""
        groups = self._rows.aggregate(
            [{"$sort": {"source": 1, "started_at": -1}}, {"$group": {"_id": "$source", "run": {"$first": "$$ROOT"}}}]
        )
        return {group["_id"]: from_document(group["run"], Run) for group in groups}

    def last_good(self, source: str) -> Run | None:
        """Give the source's newest run that went well."""
        chosen = {"source": source, "outcome": {"$in": list(WENT_WELL)}}
        row = self._rows.find_one(chosen, sort=[("started_at", -1)])
        return from_document(row, Run) if row else None

    def first_behind(self, source: str, start: datetime | None) -> Run | None:
        """Give the source's first run that began after `start`, or its first one."""
        chosen = {"source": source} | ({"started_at": {"$gt": start}} if start else {})
        row = self._rows.find_one(chosen, sort=[("started_at", 1)])
        return from_document(row, Run) if row else None

    def drop(self, before: datetime) -> None:
        """Forget runs of before, except the newest of each source."""
        newest = [run.id for run in self.last_by_source().values()]
        self._rows.delete_many({"started_at": {"$lt": before}, "_id": {"$nin": newest}})

    def of_source(self, source: str, limit: int = 50) -> list[Run]:
        """Give a source's runs, newest first."""
        rows = self._rows.find({"source": source}).sort("started_at", -1).limit(limit)
        return [from_document(row, Run) for row in rows]
