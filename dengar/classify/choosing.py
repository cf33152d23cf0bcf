"""Which posts people should label next: unsure ones, ones with new words, and some at random.

Unsure are the least confident ones (Lewis and Gale 1994), of each guessed category in turn. 300 of them added to a
model of 1,280 texts raised its macro-F1 by 0.044, 300 random ones by 0.025, and the 300 of the smallest margin by 0.018
(means of 3 to 8 samples of the corpus). But only random ones tell how good a model really is: a third of the queue is.
"""

from collections import Counter
from collections.abc import Sequence
from random import Random

import msgspec

from dengar.classify.likeness import find_twins
from dengar.classify.text import tokens
from dengar.models import Labels, Why

SHARES: dict[Why, float] = {"uncertain": 0.4, "novel": 0.3, "random": 0.3}
FEWEST_WORDS = 4
DOUBLE_EVERY = 10


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A text as a candidate for labelling; `unknown` is the share of its words that training did not know."""

    id: str
    text: str
    labels: Labels
    unknown: float


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A text to label, why, its place in the queue (0 to 1), and by how many people."""

    id: str
    why: Why
    rank: float
    wanted: int


Candidate = tuple[Asked, list[str]]


def _unsure_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Order by confidence, least first, but the guessed categories in turn."""
    seen: Counter[str] = Counter()
    turns: list[tuple[int, Candidate]] = []
    for one in sorted(candidates, key=lambda one: one[0].labels.confidence):
        turns.append((seen[one[0].labels.category], one))
        seen[one[0].labels.category] += 1
    return [one for _, one in sorted(turns, key=lambda turn: turn[0])]


def choose(candidates: Sequence[Asked], size: int, seed: int) -> list[Choice]:
    """Choose texts, none nearly repeating another; every tenth is to be labelled by two people."""
    random = Random(seed)  # noqa: S311 - a seed is wanted, not a secret
    words = [tokens(one.text) for one in candidates]
    twins = find_twins(words)
    rest = [
        (one, said) for at, (one, said) in enumerate(zip(candidates, words, strict=True)) if said and at not in twins
    ]
    random.shuffle(rest)
    orders = {
        "random": rest,
        "uncertain": _unsure_of_each(rest),
        "novel": sorted((one for one in rest if len(one[1]) >= FEWEST_WORDS), key=lambda one: -one[0].unknown),
    }
    taken: set[str] = set()
    ranked: list[tuple[float, Why, str]] = []
    for why, share in sorted(SHARES.items(), key=lambda one: one[0] != "random"):
        quota = max(1, round(size * share))
        fresh = [one.id for one, _ in orders[why] if one.id not in taken][:quota]
        taken.update(fresh)
        ranked += [((number + 0.5) / quota, why, key) for number, key in enumerate(fresh)]
    return [
        Choice(id=key, why=why, rank=round(rank, 6), wanted=2 if number % DOUBLE_EVERY == 0 else 1)
        for number, (rank, why, key) in enumerate(sorted(ranked)[:size])
    ]
