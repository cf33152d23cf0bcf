"""Counting: how many reports of a wish lie in each kelurahan, asked of the store at most every ten seconds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from dengar.store import Store
from dengar.store.spots import NO_KELURAHAN
from dengar.web.figures import Kept
from dengar.web.peta.wishes import Wish

FRESH_SECONDS, STALE_SECONDS = 10.0, 120.0
MOST_KEPT = 64  # wishes; when more are asked the counting begins anew


class Count(NamedTuple):
    """How many reports lie in each kelurahan by its code, and in none that is known."""

    kelurahan: Mapping[str, int]
    nowhere: int

    @property
    def total(self) -> int:
        """Count all."""
        return sum(self.kelurahan.values()) + self.nowhere


class Counts:
    """The numbers behind the colours of the map."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[Wish, Kept[Mapping[str, int]]] = {}

    def of(self, wish: Wish) -> Count:
        """Give the numbers; those of a view are those of its areas."""
        counts = self._keep(replace(wish, kel="", bbox="", ignored=())).value()
        kelurahan = {code: n for code, n in counts.items() if code != NO_KELURAHAN and code.startswith(wish.kel)}
        return Count(kelurahan, 0 if wish.kel else counts.get(NO_KELURAHAN, 0))

    def _keep(self, wish: Wish) -> Kept[Mapping[str, int]]:
        kept = self._kept.get(wish)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept = {}
            kept = self._kept[wish] = Kept(partial(self._count, wish), FRESH_SECONDS, STALE_SECONDS)
        return kept

    def _count(self, wish: Wish) -> Mapping[str, int]:
        return self._store.spots.count(wish.select(self._clock()))
