"""Drift: whether what people write now is still what the model knows.

Three signals, each blind to what the others see: the population stability index of the categories' shares (Siddiqi
2006), the Kolmogorov-Smirnov distance of the confidences, and the share of words that training did not know.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from dengar.models import Labels

FEWEST = 300
MIX_ALARM = 0.1
DOUBT_ALARM, SURE = 0.15, 0.01
NEW_WORDS_ALARM = 2.0  # times the share of before, and at least three of a hundred words more
NEW_WORDS_MORE = 0.03
SMALLEST_SHARE = 1e-3


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a model says of posts of one period, and the share of words it does not know in each."""

    labels: Sequence[Labels]
    unknown: Sequence[float]


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Now against before: counts of posts, the three signals, and a sentence for each alarm.

    `mix` is the stability index, `doubt` the distance of confidences (0..1), `new_words` the mean share of unknown
    words now and before.
    """

    now: int
    before: int
    mix: float = 0.0
    doubt: float = 0.0
    new_words: tuple[float, float] = (0.0, 0.0)
    grown: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Say whether there are posts enough to tell."""
        return min(self.now, self.before) >= FEWEST


def compare(now: Sample, before: Sample) -> Drift:
    """Compare two periods; with fewer than 300 posts in either nothing is said."""
    counts = Drift(now=len(now.labels), before=len(before.labels))
    if not counts.is_enough:
        return counts
    from scipy.stats import ks_2samp

    shares, shares_before = _shares(now.labels), _shares(before.labels)
    mix, grown = _stability(shares, shares_before)
    tested = ks_2samp([one.confidence for one in now.labels], [one.confidence for one in before.labels])
    words, words_before = (sum(one.unknown) / len(one.unknown) for one in (now, before))
    alarms = []
    if mix > MIX_ALARM:
        alarms.append(f"the categories' shares moved (index {mix:.2f}), most of all {', '.join(grown)}")
    if tested.pvalue < SURE and tested.statistic > DOUBT_ALARM:
        alarms.append(f"the model's confidence moved (distance {tested.statistic:.2f})")
    if words > NEW_WORDS_ALARM * words_before and words - words_before > NEW_WORDS_MORE:
        alarms.append(f"{words:.0%} of the words are new to the model, {words_before:.0%} were before")
    return Drift(
        now=counts.now,
        before=counts.before,
        mix=round(mix, 4),
        doubt=round(float(tested.statistic), 4),
        new_words=(round(words, 4), round(words_before, 4)),
        grown=tuple(grown),
        alarms=tuple(alarms),
    )


def _shares(labels: Sequence[Labels]) -> dict[str, float]:
    counts = Counter(one.category for one in labels)
    return {code: count / len(labels) for code, count in counts.items()}


def _stability(now: dict[str, float], before: dict[str, float]) -> tuple[float, list[str]]:
    """Give the index, and the two categories that add most to it."""
    from math import log

    parts = {}
    for code in sorted(now.keys() | before.keys()):
        share, old = max(now.get(code, 0), SMALLEST_SHARE), max(before.get(code, 0), SMALLEST_SHARE)
        parts[code] = (share - old) * log(share / old)
    return sum(parts.values()), sorted(parts, key=lambda code: -parts[code])[:2]
