"""Amending: what people who change the routing rules need of them: what decides, a trial of others, and their use."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from dengar.errors import BadSettings
from dengar.ingest.protocol import Clock
from dengar.models import RulesVersion
from dengar.rehearsing import Rehearsal, rehearse
from dengar.routing.rules import Router
from dengar.ruling import Ruling
from dengar.store import Store

BREATH_EVERY, BREATH_SECONDS = 50, 0.01  # pages are served by the same process meanwhile


class Amending:
    """The door to the rules; `ruling` gives what keeps them, `categories` the codes by what people call them."""

    def __init__(self, store: Store, ruling: Callable[[], Ruling], categories: Mapping[str, str], clock: Clock) -> None:
        self._store = store
        self._ruling = ruling
        self._categories = categories
        self._clock = clock

    def current(self) -> Router:
        """Give the rules that decide now, without the seconds that running processes take to follow."""
        last = self._store.rules.last()
        try:
            return self.read(last.text, last.name, last.number) if last else self._ruling().current()
        except BadSettings:  # a version that cannot be used leaves the one before
            return self._ruling().current()

    def read(self, text: str, name: str, version: int = 0) -> Router:
        """Read rules; raises BadSettings with one sentence for each thing that cannot work."""
        return self._ruling().read(text, name, version)

    def use(self, text: str, name: str, by: str, note: str) -> RulesVersion:
        """Let these rules decide from now on; raises BadSettings, and AddedMeanwhile when others came into use."""
        return self._ruling().use(text, name, by, note)

    def count(self, days: int) -> int:
        """Count the reports on which a trial looks."""
        return self._store.events.count_received(self._clock() - timedelta(days=days))

    def try_out(self, text: str, name: str, days: int, on_report: Callable[[int], object]) -> Rehearsal:
        """Say what these rules would have done to the reports of the last days; raises BadSettings."""
        looked = 0

        def breathe(count: int) -> None:
            nonlocal looked
            looked += count
            on_report(count)
            if looked % BREATH_EVERY == 0:
                time.sleep(BREATH_SECONDS)

        since = self._clock() - timedelta(days=days)
        after = self.read(text, name)
        return rehearse(self._store, self.current(), after, self._categories, since=since, on_report=breathe)
