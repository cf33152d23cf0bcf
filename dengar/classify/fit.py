"""Fitting the heads with scikit-learn."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier

from dengar.classify.corpus import Example
from dengar.classify.heads import Heads
from dengar.classify.taxonomy import CODES

URGENCIES = ("danger", "today", "routine")
RIDGE, LOGISTIC, LOGISTIC_SHARE, TURNS = 1.0, 10.0, 0.1, 100
_Weights = tuple[NDArray[np.float64], NDArray[np.float64]]


def _columns(model: LogisticRegression | RidgeClassifier, columns: Sequence[str], width: int) -> _Weights:
    """Give weights and offsets in the order of `columns`; one without a text keeps a low score."""
    rows, starts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # noqa: PLR2004 - scikit-learn then keeps one row for both
        rows, starts = np.vstack([-rows, rows]), np.append(-starts, starts)
    weights, offsets = np.zeros((width, len(columns))), np.full(len(columns), -2.0)
    for row, start, name in zip(rows, starts, model.classes_, strict=True):
        weights[:, columns.index(name)] = row
        offsets[columns.index(name)] = start
    return weights, offsets


def _importance(truth: Sequence[str]) -> dict[str, float]:
    """Weigh a text by one over the root of its category's size: half way from equal texts to equal categories."""
    counts = Counter(truth)
    return {name: (len(truth) / len(counts) / count) ** 0.5 for name, count in counts.items()}


def _separate(matrix: csr_matrix, truth: Sequence[str], columns: Sequence[str], seed: int) -> _Weights:
    """Fit a ridge classifier and a logistic regression and add them up: that is better than either (measured)."""
    importance = _importance(truth)
    ridge = RidgeClassifier(alpha=RIDGE, class_weight=importance, solver="sparse_cg", tol=1e-2)
    logistic = LogisticRegression(
        C=LOGISTIC, class_weight=importance, max_iter=TURNS, tol=1e-3, random_state=seed
    )
    models = (ridge.fit(matrix, truth), logistic.fit(matrix, truth))
    one, other = (_columns(model, columns, matrix.shape[1]) for model in models)
    return one[0] + LOGISTIC_SHARE * other[0], one[1] + LOGISTIC_SHARE * other[1]


def fit(matrix: csr_matrix, examples: Sequence[Example], seed: int) -> Heads:
    """Fit all heads on these rows; urgency and sentiment on those of which they are known."""
    hasty = [row for row, example in enumerate(examples) if example.urgency is not None]
    felt = [row for row, example in enumerate(examples) if example.sentiment is not None]
    category = _separate(matrix, [example.category for example in examples], CODES, seed)
    urgency = _separate(matrix[hasty], [str(examples[row].urgency) for row in hasty], URGENCIES, seed)
    mood = Ridge(alpha=1.0, solver="sparse_cg", tol=1e-3).fit(matrix[felt], [examples[row].sentiment for row in felt])
    weights = np.hstack([category[0], urgency[0], mood.coef_[:, None]])
    offsets = np.concatenate([category[1], urgency[1], [mood.intercept_]])
    return Heads(weights.astype(np.float16).astype(np.float32), offsets.astype(np.float32))
