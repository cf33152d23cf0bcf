"""One run of one source: pull, store each batch with its cursor, leave a row."""

import secrets
import threading
import traceback
from collections.abc import Callable
from functools import partial

from dengar.budgeting import make_budget
from dengar.errors import BudgetSpent, RateLimited, SourceChanged, StopSource
from dengar.ingest.protocol import Batch, Budget, Clock, Source, Window
from dengar.mask import hide_credentials
from dengar.models import Run
from dengar.store import Store
from dengar.store.leases import Lease

BAD_SHARE = 0.2
FEWEST_TO_JUDGE = 20

OnBatch = Callable[[Batch], bool]


class Collecting:
    """Runs sources; `holder` names this process in leases."""

    def __init__(self, store: Store, clock: Clock, holder: str) -> None:
        self._store = store
        self._clock = clock
        self._holder = holder
        self._reading: set[str] = set()
        self._lock = threading.Lock()

    def run(
        self,
        source: Source,
        *,
        window: Window | None = None,
        on_batch: OnBatch = lambda _: True,
    ) -> Run | None:
        """Read the source once; None when another process or thread reads it now.

        `on_batch` is called after each stored batch; when it gives False the run ends there, with nothing lost.
        """
        # The lease keeps other processes out, but a process may take its own lease again: this keeps its threads out.
        with self._lock:
            if source.name in self._reading:
                return None
            self._reading.add(source.name)
        try:
            return self._run(source, window, on_batch)
        finally:
            self._reading.discard(source.name)

    def _run(self, source: Source, window: Window | None, on_batch: OnBatch) -> Run | None:
        with self._store.leases.keep(lease_name(source.name), self._holder, self._clock) as lease:
            if lease is None:
                return None
            self._store.runs.close_dead(source.name)
            started = self._clock()
            name = f"{source.name}:{started.isoformat()}:{secrets.token_hex(3)}"
            reading = _Reading(self._store, self._clock, lease, Run(id=name, source=source.name, started_at=started))
            return reading.read(source, window, on_batch)


def lease_name(source: str) -> str:
    """Name the lease of who reads this source."""
    return f"source:{source}"


def _refuse_change(batch: Batch) -> None:
    bad, seen = len(batch.poison), len(batch.poison) + len(batch.items)
    if bad >= FEWEST_TO_JUDGE and bad > BAD_SHARE * seen:
        raise SourceChanged(f"{bad} of {seen} messages could not be read. The first one: {batch.poison[0].reason}")


class _Reading:
    """A run under way; its row is stored at the beginning, so that a run that dies leaves one as well."""

    def __init__(self, store: Store, clock: Clock, lease: Lease, run: Run) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self._run = run
        store.runs.save(run)

    def read(self, source: Source, window: Window | None, on_batch: OnBatch) -> Run:
        """Pull until the source has no more, or something stops it."""
        error: str | None = None
        try:
            self._pull(source, window, on_batch)
            outcome = "done" if self._run.items or self._run.poison else "empty"
        except StopSource as stop:
            # an address in it may hold a password, and the page that tells of it is public
            outcome, error = stop.outcome, hide_credentials(str(stop))
            if isinstance(stop, RateLimited | BudgetSpent) and stop.until is not None:
                self._store.cursors.pause(source.name, stop.until, since=self._clock(), reason=error)
        except Exception:  # noqa: BLE001  one source never stops another, whatever is wrong with its collector
            outcome, error = "crashed", hide_credentials(traceback.format_exc())
        run = self._run.replace(outcome=outcome, error=error, ended_at=self._clock())
        self._store.runs.save(run)
        return run

    def _pull(self, source: Source, window: Window | None, on_batch: OnBatch) -> None:
        # A window is read beside the cursor and never moves it: it has a cursor of its own while it is read.
        name = f"{source.name}@{window.since.isoformat()}/{window.until.isoformat()}" if window else source.name
        cursor, version = self._store.cursors.find(name, source.collector.Cursor)
        budget = self._budget(source)
        for batch in source.collector.pull(source.settings, cursor, window, budget, self._clock):
            guard = partial(self._store.leases.fence, self._lease, self._clock())
            version = self._store.save_batch(name, batch.items, batch.poison, batch.cursor, version, guard=guard)
            self._count(batch)
            _refuse_change(batch)
            if not on_batch(batch):
                return
        if window:
            self._store.cursors.forget(name)
            self._store.gaps.close(source.name, window.since, window.until, self._clock())

    def _budget(self, source: Source) -> Budget:
        now, spending = self._clock(), self._store.spending
        budget = make_budget(
            source.settings.budget,
            spending.on_day(source.settings.name, now),
            spending.in_month(source.settings.name, now),
            now,
            partial(self._spend, source.settings.name),
        )
        budget.ask()
        return budget

    def _spend(self, source: str, posts: int, money: float) -> None:
        self._store.spending.add(source, self._clock(), posts, money)
        self._run = self._run.replace(cost=self._run.cost + money)

    def _count(self, batch: Batch) -> None:
        for gap in batch.gaps:
            self._store.gaps.note(gap)
        self._run = self._run.replace(
            items=self._run.items + len(batch.items),
            poison=self._run.poison + len(batch.poison),
        )
