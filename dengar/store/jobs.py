"""jobs: what people asked for on a page and the scheduler does."""

from collections.abc import Sequence

from dengar.models import Job
from dengar.store.documents import Rows, from_document, to_document

_OPEN = {"state": {"$in": ["waiting", "running"]}}


class Jobs:
    """Answers: what is to be done, and how far is it."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def ask(self, job: Job) -> bool:
        """Ask for something; False when just this is asked for already and not done."""
        same = {"kind": job.kind, "source": job.source, "since": job.since, "until": job.until, **_OPEN}
        if self._rows.find_one(same, {"_id": 1}) is not None:
            return False
        self._rows.insert_one(to_document(job) | {"_id": job.id, "state": job.state})
        return True

    def next(self) -> Job | None:
        """Give the job that has waited longest for its turn."""
        row = self._rows.find_one(_OPEN, sort=[("stepped_at", 1), ("asked_at", 1)])
        return from_document(row, Job) if row else None

    def save(self, job: Job) -> None:
        """Write how far a job is."""
        self._rows.update_one({"_id": job.id}, {"$set": to_document(job) | {"state": job.state}})

    def of_source(self, source: str, limit: int = 10) -> list[Job]:
        """Give what was asked for of a source, newest first."""
        rows = self._rows.find({"source": source}).sort("asked_at", -1).limit(limit)
        return [from_document(row, Job) for row in rows]

    def running(self) -> Sequence[Job]:
        """Give all that is not done."""
        return [from_document(row, Job) for row in self._rows.find(_OPEN).sort("asked_at", 1)]
