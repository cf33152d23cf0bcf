"""The worker: takes what waits through the pipeline, batch by batch."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from dengar.erasing import make_erasing
from dengar.errors import ChangedMeanwhile, LeaseLost
from dengar.ingest.protocol import Clock
from dengar.models import Changes, Pending
from dengar.pipeline import Pipeline
from dengar.store import Store
from dengar.store.leases import Lease

LEASE = "pipeline"
BATCH_ITEMS = 500
FEWEST_ITEMS = 10
BATCH_BYTES = 48_000_000
BAD_SHARE = 0.2
FEWEST_TO_JUDGE = 20


class Working:
    """Drains the queue of waiting items; the lease lets only one process do so at a time.

    `stoppable` are the sources that can be told to stand still when too much of what they bring is bad.
    """

    def __init__(
        self, store: Store, pipeline: Pipeline, clock: Clock, holder: str, stoppable: Collection[str] = ()
    ) -> None:
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._holder = holder
        self._stoppable = stoppable

    def drain(self, go_on: Callable[[int], bool] = lambda _: True) -> int:
        """Process until nothing waits, or `go_on` (told the number of items after each batch) gives False.

        Gives the number of items processed; 0 also when another process holds the lease.
        """
        total, size = 0, BATCH_ITEMS
        while self._store.items.is_waiting():
            with self._store.leases.keep(LEASE, self._holder, self._clock) as lease:
                if lease is None:
                    break
                try:
                    done = self._take_batch(lease, size)
                except ChangedMeanwhile:  # a person decided about one of its reports: judge again, and fewer at once
                    size = max(size // 4, FEWEST_ITEMS)
                    continue
                except LeaseLost:
                    break
            total, size = total + done, BATCH_ITEMS
            if not go_on(done):
                break
        return total

    def _take_batch(self, lease: Lease, size: int) -> int:
        pending = self._store.items.pending(size, BATCH_BYTES)
        deleted = [one.item.id for one in pending if one.item.kind == "tombstone"]
        changes = self._pipeline.process([one for one in pending if one.item.kind != "tombstone"], self._clock())
        self._store.save_changes(changes, lease, self._clock())
        self._stop_sick_sources(pending, changes)
        if deleted:
            self._store.erase(make_erasing(self._store, deleted, self._clock()), lease, self._clock())
        return len(pending)

    def _stop_sick_sources(self, pending: Sequence[Pending], changes: Changes) -> None:
        seen = Counter(one.item.source for one in pending)
        bad = Counter(one.item.source for one in changes.quarantined)
        for source, count in bad.items():
            if source in self._stoppable and seen[source] >= FEWEST_TO_JUDGE and count > BAD_SHARE * seen[source]:
                reason = f"{count} of {seen[source]} messages could not be read: the source has changed its shape."
                self._store.cursors.stop(source, reason)
