"""Scores to chances, and from which chance on an answer is given."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Numbers = NDArray[np.int64]
RIGHT = 0.93  # of the answers given; 0.9 is promised, and the thresholds come from few texts each
FEWEST = 20


def chances(scores: Floats | Doubles, slope: float, offset: float) -> Doubles:
    """Give the chance of each column; rows sum to 1.

    Each score is a one-against-all margin, so each becomes a chance of its own (Platt) before they share what there is:
    a softmax lets the many hopeless categories take too much.
    """
    own = 1 / (1 + np.exp(-(slope * np.asarray(scores, dtype=np.float64) + offset)))
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def slope_and_offset(scores: Floats, truth: Numbers) -> tuple[float, float]:
    """Give the slope and offset under which held-out truth is least surprising."""
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def surprise(point: Doubles) -> float:
        return float(-np.log(np.maximum(chances(scores, point[0], point[1])[rows, truth], 1e-12)).mean())

    found = minimize(surprise, [4.0, 0.0], method="Nelder-Mead").x
    return float(found[0]), float(found[1])


def _least_confidence(confidence: Doubles, right: NDArray[np.bool_]) -> float | None:
    """Give the least confidence above which enough answers are right; None when there is none."""
    order = np.argsort(-confidence, kind="stable")
    ranks = np.arange(1, len(order) + 1)
    good = np.flatnonzero((np.cumsum(right[order]) / ranks >= RIGHT) & (ranks >= FEWEST))
    return float(confidence[order][good[-1]]) if len(good) else None


def answer_from(guess: Numbers, confidence: Doubles, truth: Numbers, categories: int) -> Doubles:
    """Give for each category the confidence from which on held-out answers are right often enough.

    A category with too few answers to tell, or none good enough, takes the figure of all together.
    """
    right = guess == truth
    overall = _least_confidence(confidence, right)
    own = (_least_confidence(confidence[guess == category], right[guess == category]) for category in range(categories))
    return np.array([next((one for one in (least, overall) if one is not None), 1.0) for least in own])


def calibration_error(confidence: Doubles, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Give the expected calibration error over ten bins."""
    which = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1).astype(int)
    gaps = np.bincount(which, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / max(len(confidence), 1))
