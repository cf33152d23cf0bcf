"""What people asked for on a page, done by the leading scheduler a few seconds at a time.

A job that is cut off goes on where it was: a window has a cursor of its own, and what was replayed is no longer in
quarantine. So a restart, another leader, or a job of a million messages keeps nobody waiting.
"""

import logging
import time
from collections.abc import Callable, Sequence

from pymongo.errors import PyMongoError

from dengar.collecting import Collecting
from dengar.errors import DengarError
from dengar.ingest.protocol import Clock, Source, Window
from dengar.models import Job
from dengar.store import Store

SLICE_SECONDS = 8.0
REPLAY_AT_ONCE = 200

log = logging.getLogger("dengar.jobbing")


class Jobbing:
    """Does the jobs; `seconds` is how long it stays with one before the next has its turn."""

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        collecting: Collecting,
        clock: Clock,
        seconds: float = SLICE_SECONDS,
    ) -> None:
        self._store = store
        self._sources = {one.name: one for one in sources if one.is_pulled}
        self._collecting = collecting
        self._clock = clock
        self._seconds = seconds

    def run(self) -> None:
        """Go on with the job that has waited longest for its turn."""
        job = self._store.jobs.next()
        if job is None:
            return
        job = job.replace(state="running", stepped_at=self._clock())
        self._store.jobs.save(job)
        steps: dict[str, Callable[[Job], Job]] = {"read": self._read, "fill": self._read, "replay": self._replay}
        try:
            after = steps[job.kind](job)
        except PyMongoError:
            raise  # it goes on when the store is back
        except Exception as error:
            log.exception("What %s asked for of %s failed: please report this.", job.asked_by, job.source)
            after = job.replace(state="failed", error=str(error))
        ended = None if after.state == "running" else self._clock()
        self._store.jobs.save(after.replace(ended_at=ended))

    def _read(self, job: Job) -> Job:
        source = self._sources.get(job.source)
        if source is None:
            raise DengarError(f"There is no source {job.source!r} any more that can be read.")
        window = Window(since=job.since, until=job.until) if job.since and job.until else None
        if job.kind == "read" and not job.done:
            self._store.cursors.resume(source.name)
        until, cut = time.monotonic() + self._seconds, False

        def go_on(_: object) -> bool:
            nonlocal cut
            cut = time.monotonic() > until
            return not cut

        run = self._collecting.run(source, window=window, on_batch=go_on)
        if run is None:
            return job  # it is being read at this moment: another turn
        counted = job.replace(done=job.done + run.items)
        if run.error:
            return counted.replace(state="failed", error=run.error.strip().rpartition("\n")[2])
        return counted if cut else counted.replace(state="done")

    def _replay(self, job: Job) -> Job:
        """Put a part back into the queue; what comes back into quarantine is younger than the job."""
        done = 0
        for item_id in self._store.quarantine.ids_until(job.source, job.asked_at, REPLAY_AT_ONCE):
            try:
                self._store.replay(item_id)
            except DengarError:
                continue  # somebody else took it out meanwhile
            done += 1
        left = self._store.quarantine.count_of(job.source, job.asked_at)
        return job.replace(done=job.done + done, state="running" if left else "done")
