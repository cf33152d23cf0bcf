"""Figures of a classifier on texts it has not seen: F1, confusion, calibration, slices, each with its interval.

Intervals are percentile bootstraps (Efron 1979) of 1,000 resamples of the texts, always the same ones.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from dengar.classify.calibrate import BINS, bin_of, calibration_error
from dengar.classify.taxonomy import CODES, NOT_A_COMPLAINT

Doubles = NDArray[np.float64]
RESAMPLES = 1000
FEWEST_IN_SLICE = 50
SHORT, LONG = 8, 25  # words


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model said of one text whose category is known; `answered` is False where it abstains.

    `also` are the other categories that a desk would accept.
    """

    id: str
    truth: str
    guess: str
    confidence: float
    answered: bool
    register: str
    length: str
    kota: str = ""
    month: str = ""
    is_later: bool = False
    also: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Say whether the guess is the truth."""
        return self.guess == self.truth

    @property
    def is_acceptable(self) -> bool:
        """Say whether the guess is the truth or another category that a desk would accept."""
        return self.is_right or self.guess in self.also


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with the bounds between which 95 % of the resamples lie."""

    value: float
    low: float
    high: float


class OfClass(msgspec.Struct, frozen=True, kw_only=True):
    """How one category is recognised; `support` counts its texts."""

    code: str
    support: int
    precision: float
    recall: float
    f1: Interval


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of about the same confidence: how many, their mean confidence, and the share that is right."""

    count: int
    confidence: float
    right: float


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The share of right answers among texts that share a property, such as their channel."""

    kind: str
    name: str
    count: int
    right: Interval


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report shows of a number of answers; `confusion` has a row for each true category.

    Confidence is the chance that a guess is acceptable: `calibration_error`, `answered_right` and `reliability` hold it
    against that.
    """

    count: int
    accuracy: Interval
    acceptable: Interval
    macro_f1: Interval
    complaint_yes_no: Interval
    calibration_error: float
    answered: float
    answered_right: float
    classes: tuple[OfClass, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[Bin, ...]
    slices: tuple[Slice, ...]


def length_of(words: Sequence[str]) -> str:
    """Name the length of a text."""
    return "short" if len(words) <= SHORT else "long" if len(words) > LONG else "middle"


def resamples(count: int) -> NDArray[np.float32]:
    """Give how often each of `count` texts is drawn in each resample; the first row is the sample itself."""
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return np.vstack([np.ones(count), drawn]).astype(np.float32)


def interval(values: Doubles) -> Interval:
    """Give the first value with the bounds of the others."""
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Interval(value=round(float(values[0]), 4), low=round(float(low), 4), high=round(float(high), 4))


def f1s(weights: NDArray[np.float32], truth: NDArray[np.int64], guess: NDArray[np.int64]) -> Doubles:
    """Give the F1 of every category (columns) in every resample (rows); NaN where it has no text."""
    true, said = np.eye(len(CODES), dtype=np.float32)[truth], np.eye(len(CODES), dtype=np.float32)[guess]
    hits, truths, guesses = (np.asarray(weights @ one, dtype=np.float64) for one in (true * said, true, said))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(truths > 0, 2 * hits / (truths + guesses), np.nan)


def macro(of_classes: Doubles) -> Doubles:
    """Give the mean F1 over the categories that have texts, in every resample."""
    return np.asarray(np.nanmean(of_classes, axis=1))


def numbers(answers: Sequence[Answer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give truths and guesses as the numbers of their categories."""
    at = {code: number for number, code in enumerate(CODES)}
    return np.array([at[one.truth] for one in answers]), np.array([at[one.guess] for one in answers])


def measure(answers: Sequence[Answer]) -> Figures:
    """Measure at least one answer."""
    truth, guess = numbers(answers)
    weights = resamples(len(answers))
    shares = weights / weights.sum(axis=1, keepdims=True)
    right = truth == guess
    good = np.array([one.is_acceptable for one in answers])
    no = CODES.index(NOT_A_COMPLAINT)
    confidence = np.array([one.confidence for one in answers])
    answered = np.array([one.answered for one in answers])
    of_classes = f1s(weights, truth, guess)
    confusion = np.zeros((len(CODES), len(CODES)), dtype=int)
    np.add.at(confusion, (truth, guess), 1)
    return Figures(
        count=len(answers),
        accuracy=interval(shares @ right),
        acceptable=interval(shares @ good),
        macro_f1=interval(macro(of_classes)),
        complaint_yes_no=interval(shares @ ((truth == no) == (guess == no))),
        calibration_error=round(calibration_error(confidence, good), 4),
        answered=round(float(answered.mean()), 4),
        answered_right=round(float(good[answered].mean()), 4) if answered.any() else 0.0,
        classes=tuple(
            _of_class(code, confusion, of_classes[:, number])
            for number, code in enumerate(CODES)
            if confusion[number].any()
        ),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        reliability=tuple(_reliability(confidence, good)),
        slices=tuple(_slices(answers)),
    )


def _of_class(code: str, confusion: NDArray[np.int64], of_class: Doubles) -> OfClass:
    at = CODES.index(code)
    hits, support, guesses = (int(one) for one in (confusion[at, at], confusion[at].sum(), confusion[:, at].sum()))
    return OfClass(
        code=code,
        support=support,
        precision=round(hits / max(guesses, 1), 4),
        recall=round(hits / support, 4),
        f1=interval(of_class),
    )


def _reliability(confidence: Doubles, good: NDArray[np.bool_]) -> list[Bin]:
    which = bin_of(confidence)
    inside = [which == number for number in range(BINS)]
    return [
        Bin(
            count=int(one.sum()),
            confidence=round(float(confidence[one].mean()), 4) if one.any() else 0.0,
            right=round(float(good[one].mean()), 4) if one.any() else 0.0,
        )
        for one in inside
    ]


def slices_of(answer: Answer) -> list[tuple[str, str]]:
    """Name the slices that an answer belongs to."""
    named = [("channel", answer.register), ("kota", answer.kota), ("month", answer.month), ("length", answer.length)]
    return [(kind, name) for kind, name in named if name]


def _slices(answers: Sequence[Answer]) -> list[Slice]:
    sizes = Counter(one for answer in answers for one in slices_of(answer))
    found = []
    for (kind, name), count in sorted(sizes.items()):
        if count >= FEWEST_IN_SLICE:
            right = np.array([answer.is_right for answer in answers if (kind, name) in slices_of(answer)])
            weights = resamples(count)
            share = interval((weights @ right) / weights.sum(axis=1))
            found.append(Slice(kind=kind, name=name, count=count, right=share))
    return found
