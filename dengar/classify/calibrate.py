"""From which chance on an answer is given, and how far chances keep what they promise."""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Numbers = NDArray[np.int64]
Bools = NDArray[np.bool_]
RIGHT = 0.945  # of the answers given; 0.94 is promised, and the thresholds come from few texts each
FEWEST = 20
BINS = 10


def _least_confidence(confidence: Doubles, right: Bools) -> float | None:
    """Give the least confidence above which enough answers are right; None when there is none."""
    order = np.argsort(-confidence, kind="stable")
    ranks = np.arange(1, len(order) + 1)
    good = np.flatnonzero((np.cumsum(right[order]) / ranks >= RIGHT) & (ranks >= FEWEST))
    return float(confidence[order][good[-1]]) if len(good) else None


def answer_from(guess: Numbers, confidence: Doubles, right: Bools, categories: int) -> Doubles:
    """Give for each category the confidence from which on held-out answers are right often enough.

    A category with too few answers to tell, or none good enough, takes the figure of all together.
    """
    overall = _least_confidence(confidence, right)
    own = (_least_confidence(confidence[guess == category], right[guess == category]) for category in range(categories))
    return np.array([next((one for one in (least, overall) if one is not None), 1.0) for least in own])


def bin_of(confidence: Doubles) -> Numbers:
    """Give the number of each confidence's bin, of ten equal ones; a bin holds its upper bound."""
    return np.asarray(np.clip(np.ceil(confidence * BINS) - 1, 0, BINS - 1).astype(np.int64))


def calibration_error(confidence: Doubles, right: Bools) -> float:
    """Give the expected calibration error over ten bins."""
    gaps = np.bincount(bin_of(confidence), weights=confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / max(len(confidence), 1))
