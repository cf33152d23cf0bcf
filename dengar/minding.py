"""Minding the clocks: what is overdue is told to the next office above, and who was asked in vain is not waited for."""

from collections.abc import Callable

from dengar.errors import LeaseLost
from dengar.ingest.protocol import Clock
from dengar.routing.rules import Router
from dengar.routing.states import grow
from dengar.routing.ticking import tick
from dengar.store import Store

AT_ONCE = 200


class Minding:
    """Looks at every report whose time has come."""

    def __init__(self, store: Store, router: Callable[[], Router], clock: Clock) -> None:
        self._store = store
        self._router = router
        self._clock = clock

    def run(self) -> int:
        """Do what is due; gives how many reports changed."""
        done = 0
        while numbers := self._store.queue.due(self._clock(), AT_ONCE):
            changed = sum(self._mind(number) for number in numbers)
            done += changed
            if not changed:
                break  # others are at work on these: the next run looks again
        return done

    def _mind(self, number: str) -> bool:
        report = self._store.reports.find_own(number)
        events = tick(report, self._clock(), self._router()) if report else []
        if report is None or not events:
            return False
        try:
            self._store.grow_report(*grow(report, *events))
        except LeaseLost:
            return False
        return True
