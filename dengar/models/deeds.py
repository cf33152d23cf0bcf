"""Deeds: what was done about the reports of one unit or person, added up."""

import math
from typing import TypeAlias

import msgspec

from dengar.models.record import Timeless

STEPS_PER_DOUBLING = 8  # a bucket of hours is 9 % wide
SHORTEST_HOURS = 1 / 64
Buckets: TypeAlias = dict[str, int]


class Deeds(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """Counts over reports; duplicates are in none of them.

    `cases` are all reports; `done` those that are over. Of `answerable` ones (answered, or the time for it is over)
    `answered` were answered in time. `overdue` ones are open behind their deadline. `late` ones ended behind their
    deadline, are overdue, or were opened again: a part of the `settled` ones, of which it is known whether they are
    late. A report that was `rejected` in time is answered, but not settled. `by_category` has (settled, late).
    `answers` and `solutions` count by bucket of hours since the unit had it.
    """

    cases: int = 0
    done: int = 0
    answerable: int = 0
    answered: int = 0
    overdue: int = 0
    rejected: int = 0
    reopened: int = 0
    ratings: int = 0
    stars: int = 0
    by_category: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    answers: Buckets = msgspec.field(default_factory=dict)
    solutions: Buckets = msgspec.field(default_factory=dict)

    @property
    def settled(self) -> int:
        """Count the cases of which it is known whether they are late."""
        return sum(settled for settled, _ in self.by_category.values())

    @property
    def late(self) -> int:
        """Count the cases that are surely late."""
        return sum(late for _, late in self.by_category.values())


def bucket_of(hours: float) -> str:
    """Name the bucket of so many hours: its number, as the store wants keys."""
    return str(math.floor(math.log2(max(hours, SHORTEST_HOURS)) * STEPS_PER_DOUBLING))


def hours_of(bucket: str) -> float:
    """Give the middle of a bucket in hours."""
    return float(2 ** ((int(bucket) + 0.5) / STEPS_PER_DOUBLING))
