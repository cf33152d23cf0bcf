"""How far people agree on labels: the ceiling of any model that learns from them."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Of texts that two people or more labelled: how many pairs of labels, the share that is equal, and Cohen's kappa.

    Kappa (Cohen 1960) is 0 for what chance alone gives and 1 for full agreement; None without pairs.
    """

    pairs: int
    equal: float | None
    kappa: float | None


def measure(labels: Sequence[Mapping[str, str]]) -> Agreement:
    """Measure the labels of each text, by person."""
    pairs = [(said[one], said[other]) for said in labels for one, other in combinations(sorted(said), 2)]
    if not pairs:
        return Agreement(pairs=0, equal=None, kappa=None)
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    equal = sum(one == other for one, other in pairs) / len(pairs)
    kappa = 1.0 if equal == 1 else float(cohen_kappa_score(first, second))
    return Agreement(pairs=len(pairs), equal=round(equal, 4), kappa=round(kappa, 4))


def settle(said: Mapping[str, str]) -> str | None:
    """Give the category that more than half of the people named; None when they are divided."""
    votes = list(said.values())
    best = max(sorted(set(votes)), key=votes.count)
    return best if votes.count(best) * 2 > len(votes) else None
