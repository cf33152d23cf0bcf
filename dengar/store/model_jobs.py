"""model_jobs: work on the classifier that goes on in a process of its own; one at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import ModelJob, ModelJobKind, Proposal
from dengar.store.documents import Document, Rows, from_document, to_document

LOST_AFTER = timedelta(seconds=45)  # a job moves every five seconds


class JobRuns(DengarError):
    """Other work on the classifier is going on."""


class ModelJobs:
    """Answers: what is being done to the classifier, and how did it end."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def begin(self, job: ModelJob) -> None:
        """Enter work that begins now; raises JobRuns while other work goes on."""
        self._lose(job.begun_at)
        try:
            self._rows.insert_one(to_document(job) | {"_id": job.id, "state": job.state})
        except DuplicateKeyError as error:
            raise JobRuns("Other work on the model is going on: wait until it has ended.") from error

    def find(self, job: str) -> ModelJob | None:
        """Find one."""
        row = self._rows.find_one({"_id": job})
        return from_document(row, ModelJob) if row else None

    def last(self, now: datetime, kind: ModelJobKind | None = None) -> ModelJob | None:
        """Give what was begun last; work whose process is gone is lost."""
        self._lose(now)
        row = self._rows.find_one({"kind": kind} if kind else {}, sort=[("begun_at", -1), ("_id", -1)])
        return from_document(row, ModelJob) if row else None

    def last_verdict(self, version: str, champion: str) -> ModelJob | None:
        """Give the newest work in which the gate judged a version against this one."""
        judged = {"verdict.challenger": version, "verdict.champion": champion}
        row = self._rows.find_one(judged, sort=[("begun_at", -1), ("_id", -1)])
        return from_document(row, ModelJob) if row else None

    def last_difference(self, version: str) -> ModelJob | None:
        """Give the newest look at what a version changes in the archive, or the change itself."""
        looked = {"version": version, "kind": {"$in": ["compare", "apply"]}, "state": "done"}
        row = self._rows.find_one(looked, sort=[("begun_at", -1), ("_id", -1)])
        return from_document(row, ModelJob) if row else None

    def move(self, job: str, now: datetime, *, step: int = 0, steps: int = 0) -> bool:
        """Say that it lives, and how far it is; False when it was given up meanwhile."""
        far = {"step": step, "steps": steps} if steps else {}
        return self._change(job, {"beat_at": now, **far}) is not None

    def end(self, ended: ModelJob) -> bool:
        """Write how it ended; False when it was given up meanwhile."""
        return self._change(ended.id, to_document(ended) | {"state": ended.state}) is not None

    def propose(self, job: str, proposal: Proposal) -> None:
        """Ask a second person to let the version pass that was judged here."""
        self._rows.update_one({"_id": job}, {"$set": {"proposal": to_document(proposal)}})

    def _change(self, job: str, values: Mapping[str, object]) -> Document | None:
        return self._rows.find_one_and_update(
            {"_id": job, "state": "running"}, {"$set": dict(values)}, return_document=ReturnDocument.AFTER
        )

    def _lose(self, now: datetime) -> None:
        silent = {"state": "running", "beat_at": {"$lt": now - LOST_AFTER}}
        self._rows.update_many(silent, {"$set": {"state": "lost", "ended_at": now}})
