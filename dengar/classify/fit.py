"""Fitting the heads with scikit-learn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from dengar.classify.corpus import Example
from dengar.classify.heads import Heads
from dengar.classify.taxonomy import CODES

URGENCIES = ("danger", "today", "routine")
STRENGTH = 0.3


def _margins(
    matrix: csr_matrix, truth: Sequence[str], columns: Sequence[str], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fitted = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=seed).fit(matrix, truth)
    weights = np.zeros((matrix.shape[1], len(columns)))
    offsets = np.full(len(columns), -2.0)
    rows = fitted.coef_ if len(fitted.classes_) > 2 else np.vstack([-fitted.coef_, fitted.coef_])  # noqa: PLR2004
    starts = fitted.intercept_ if len(rows) == len(fitted.intercept_) else [-fitted.intercept_[0], fitted.intercept_[0]]
    for row, start, name in zip(rows, starts, fitted.classes_, strict=True):
        weights[:, columns.index(name)] = row
        offsets[columns.index(name)] = start
    return weights, offsets


def fit(matrix: csr_matrix, examples: Sequence[Example], seed: int) -> Heads:
    """Fit all heads on these rows; a category without a row keeps a low score."""
    category = _margins(matrix, [example.category for example in examples], CODES, seed)
    urgency = _margins(matrix, [example.urgency for example in examples], URGENCIES, seed)
    mood = Ridge(alpha=1.0, solver="sparse_cg", random_state=seed).fit(matrix, [one.sentiment for one in examples])
    weights = np.hstack([category[0], urgency[0], mood.coef_[:, None]])
    offsets = np.concatenate([category[1], urgency[1], [mood.intercept_]])
    return Heads(weights.astype(np.float16).astype(np.float32), offsets.astype(np.float32))
