"""Scores to chances: softmax with a temperature, and from where on an answer is given."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Numbers = NDArray[np.int64]
TEMPERATURES = np.geomspace(0.05, 5, 120)
RIGHT = 0.9
FEWEST = 20


def chances(scores: Floats | Doubles, temperature: float) -> Doubles:
    """Give the chance of each column; rows sum to 1."""
    scaled = np.asarray(scores, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    odds = np.exp(scaled)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _surprise(scores: Floats, truth: Numbers, temperature: float) -> float:
    right = chances(scores, temperature)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def temperature_of(scores: Floats, truth: Numbers) -> float:
    """Give the temperature under which held-out truth is least surprising."""
    return float(min(TEMPERATURES, key=lambda temperature: _surprise(scores, truth, float(temperature))))


def complaint_from(chance: Doubles, is_complaint: NDArray[np.bool_]) -> float:
    """Give the chance from which on a text is called a complaint: the fewest errors of both kinds, equally weighed."""
    steps = np.linspace(0.05, 0.95, 91)

    def balance(step: float) -> float:
        called = chance >= step
        return float(called[is_complaint].mean() - called[~is_complaint].mean())

    return float(max(steps, key=balance))


def _least_confidence(confidence: Doubles, right: NDArray[np.bool_]) -> float:
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((share >= RIGHT) & (np.arange(1, len(order) + 1) >= FEWEST))
    return float(confidence[order][good[-1]]) if len(good) else 1.0


def answer_from(guess: Numbers, confidence: Doubles, truth: Numbers, categories: int) -> Doubles:
    """Give for each category the confidence from which on at least 9 in 10 held-out answers are right."""
    right = guess == truth
    overall = _least_confidence(confidence, right)
    least = np.full(categories, overall)
    for category in range(categories):
        chosen = guess == category
        if chosen.sum() >= FEWEST:
            least[category] = _least_confidence(confidence[chosen], right[chosen])
    return least


def calibration_error(confidence: Doubles, right: NDArray[np.bool_], bins: int = 10) -> float:
    """Give the expected calibration error over ten bins."""
    which = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1).astype(int)
    gaps = np.bincount(which, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / max(len(confidence), 1))


def decide(chance: Doubles, no: int, from_: float) -> Numbers:
    """Give each text's category: column `no` (no complaint), or the best other from this chance of a complaint on."""
    complaints = chance.copy()
    complaints[:, no] = -1
    return np.where(1 - chance[:, no] >= from_, complaints.argmax(axis=1), no)
