"""The gate between a trained model and the city: a challenger must beat the champion on texts neither has learnt.

"Promote if F1 is higher" promotes an equal model half of the time; a paired bootstrap whose lower bound must lie above
zero does so in 2 to 6 of 100 cases, and never a worse one.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from dengar.classify.calibrate import calibration_error
from dengar.classify.measures import Answer, Interval, f1s, interval, macro, numbers, resamples, slices_of
from dengar.classify.taxonomy import BY_CODE, CODES

FEWEST_TEXTS = 2000
FEWEST_IN_CLASS, FEWEST_IN_SLICE, FEWEST_LATER = 50, 100, 100
MARGIN = 0.03  # a category or slice may not surely fall by more
NOT_INFERIOR = -0.01
SAFETY = ("kriminal", "kebakaran", "bencana", "banjir", "pohon_tumbang")
SAFETY_MARGIN = 0.02
CALIBRATION_MARGIN = 0.02
SLOWER, LARGEST_BYTES = 1.5, 50_000_000


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A model at the gate: its answers to the exam, its size, and the seconds it takes for the same texts.

    `later` are its answers to posts that were labelled after both models' training, if there are any.
    """

    version: str
    answers: Sequence[Answer]
    size: int
    seconds: float
    later: Sequence[Answer] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition, and what was found."""

    name: str
    passed: bool
    says: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says; `difference` is that of macro-F1, challenger less champion, `count` the texts of the exam.

    `is_not_inferior`: all else passed and the challenger is surely not one point worse, so that a second person may
    let it pass for a written reason.
    """

    challenger: str
    champion: str
    count: int
    difference: Interval
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Say whether every condition is met."""
        return all(check.passed for check in self.checks)

    @property
    def is_not_inferior(self) -> bool:
        """Say whether only being better is missing, and being worse is ruled out."""
        failed = {check.name for check in self.checks if not check.passed}
        return failed <= {"better"} and self.difference.low > NOT_INFERIOR


def judge(challenger: Candidate, champion: Candidate) -> Verdict:
    """Compare two models on the texts of the exam that both have answered."""
    pairs = _paired(challenger.answers, champion.answers)
    if len(pairs) < FEWEST_TEXTS:
        difference = Interval(value=0.0, low=0.0, high=0.0)
        says = f"{len(pairs):,} texts were answered by both, {FEWEST_TEXTS:,} are needed: train both on this exam."
        checks: tuple[Check, ...] = (Check(name="exam", passed=False, says=says),)
    else:
        weights = resamples(len(pairs))
        new, old = (f1s(weights, *numbers([pair[which] for pair in pairs])) for which in (0, 1))
        difference = interval(macro(new) - macro(old))
        checks = (
            _better(difference),
            _no_class_falls(new - old, pairs),
            _no_slice_falls(pairs),
            _safety_holds(pairs),
            _as_calibrated(pairs),
            _as_fast(challenger, champion),
            *_later(challenger, champion),
        )
    return Verdict(
        challenger=challenger.version, champion=champion.version, count=len(pairs), difference=difference, checks=checks
    )


Pairs = Sequence[tuple[Answer, Answer]]


def _paired(new: Sequence[Answer], old: Sequence[Answer]) -> list[tuple[Answer, Answer]]:
    before = {(one.id, one.truth): one for one in old}
    return [(one, before[one.id, one.truth]) for one in new if (one.id, one.truth) in before]


def _say(found: Interval) -> str:
    return f"{found.value:+.3f} (95 %: {found.low:+.3f} to {found.high:+.3f})"


def _better(difference: Interval) -> Check:
    return Check(name="better", passed=difference.low > 0, says=f"macro-F1 {_say(difference)}, must surely be above 0")


def _falls(found: Interval) -> bool:
    return found.high < -MARGIN


def _no_class_falls(differences: NDArray[np.float64], pairs: Pairs) -> Check:
    support = Counter(new.truth for new, _ in pairs)
    fallen = [
        f"{BY_CODE[code].name} {_say(found)}"
        for number, code in enumerate(CODES)
        if support[code] >= FEWEST_IN_CLASS and _falls(found := interval(differences[:, number]))
    ]
    says = "; ".join(fallen) or f"no category surely falls by more than {MARGIN:.0%}"
    return Check(name="categories", passed=not fallen, says=says)


def _no_slice_falls(pairs: Pairs) -> Check:
    gains: dict[tuple[str, str], list[int]] = {}
    for new, old in pairs:
        for one in slices_of(new):
            gains.setdefault(one, []).append(int(new.is_right) - int(old.is_right))
    fallen = [
        f"{kind} {name} {_say(found)}"
        for (kind, name), gained in sorted(gains.items())
        if len(gained) >= FEWEST_IN_SLICE and _falls(found := _mean(gained))
    ]
    return Check(name="slices", passed=not fallen, says="; ".join(fallen) or "no channel, kota, month or length falls")


def _mean(values: Sequence[int]) -> Interval:
    weights = resamples(len(values))
    return interval((weights @ np.array(values)) / weights.sum(axis=1))


def _safety_holds(pairs: Pairs) -> Check:
    """Compare the recall over all such texts: of one category there are too few to tell two points from chance."""
    gained = [int(new.is_right) - int(old.is_right) for new, old in pairs if new.truth in SAFETY]
    change = sum(gained) / max(len(gained), 1)
    says = f"recall where lives depend on it {change:+.3f}, may fall by {SAFETY_MARGIN:.0%}"
    return Check(name="safety", passed=change >= -SAFETY_MARGIN, says=says)


def _as_calibrated(pairs: Pairs) -> Check:
    new, old = (
        calibration_error(
            np.array([pair[which].confidence for pair in pairs]),
            np.array([pair[which].is_acceptable for pair in pairs]),
        )
        for which in (0, 1)
    )
    says = f"calibration error {new:.3f}, the champion's {old:.3f}"
    return Check(name="calibration", passed=new <= old + CALIBRATION_MARGIN, says=says)


def _as_fast(challenger: Candidate, champion: Candidate) -> Check:
    ratio = challenger.seconds / max(champion.seconds, 1e-9)
    fits = ratio <= SLOWER and challenger.size <= LARGEST_BYTES
    return Check(
        name="cost", passed=fits, says=f"{ratio:.2f} times the champion's time, {challenger.size / 1e6:.1f} MB"
    )


def _later(challenger: Candidate, champion: Candidate) -> list[Check]:
    pairs = _paired(challenger.later, champion.later)
    if len(pairs) < FEWEST_LATER:
        return []
    found = _mean([int(new.is_right) - int(old.is_right) for new, old in pairs])
    says = f"right on {len(pairs)} posts labelled since: {_say(found)}"
    return [Check(name="later", passed=not _falls(found), says=says)]
