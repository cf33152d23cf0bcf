"""What the sources usually bring; learnt anew every hour, because it takes tens of thousands of counts."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from dengar.silence import HOUR, LOOK_BACK, Span, Usual, make_usual
from dengar.store import Store


class Habits:
    """Answers: how much does each source usually bring, and in which times is nothing to be expected of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._learnt: tuple[datetime, Mapping[str, Usual]] | None = None

    def usual(self, now: datetime) -> Mapping[str, Usual]:
        """Give what each source usually brings; a new one has no entry."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self._learnt is None or self._learnt[0] != hour:
            self._learnt = hour, self._learn(hour)
        return self._learnt[1]

    def _learn(self, now: datetime) -> Mapping[str, Usual]:
        apart, totals = self.apart(now), self._store.tallies.totals()
        learnt: dict[str, Usual] = {}
        for name, counts in self._store.tallies.since(now - LOOK_BACK).items():
            # a silence of today must not become what is usual
            until = min(now, totals[name].last + HOUR) if name in totals else now
            usual = make_usual(counts, until, apart.get(name, ()))
            if usual is not None:
                learnt[name] = usual
        return learnt

    def apart(self, now: datetime) -> Mapping[str, list[Span]]:
        """Give the times in which each source was known to bring nothing: its gaps, and its last pause."""
        spans: dict[str, list[Span]] = defaultdict(list)
        for gap in self._store.gaps.find_since(now - LOOK_BACK):
            spans[gap.source].append((gap.since, gap.until))
        for name, pause in self._store.cursors.pauses().items():
            if pause.until > now - LOOK_BACK - timedelta(days=1):
                spans[name].append((pause.since, pause.until))
        return spans
