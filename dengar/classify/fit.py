"""Fitting the heads: a ridge classifier and a logistic regression, added up, which is better than either (measured).

scikit-learn's ridge solves the outputs one after the other; here conjugate gradients solve them together, because one
pass over the texts for twenty categories costs hardly more than one for one.
"""

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack
from scipy.sparse.linalg import LinearOperator, cg
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from dengar.classify.corpus import Example
from dengar.classify.heads import Heads
from dengar.classify.taxonomy import CODES

URGENCIES = ("danger", "today", "routine")
RIDGE, EXACT, MOST_STEPS = 1.0, 1e-3, 100
LOGISTIC, LOGISTIC_SHARE, TURNS = 10.0, 0.15, 60
Floats = NDArray[np.float32]


def _importance(truth: Sequence[str]) -> dict[str, float]:
    """Weigh a text by one over the root of its category's size: half way from equal texts to equal categories."""
    counts = Counter(truth)
    return {name: (len(truth) / len(counts) / count) ** 0.5 for name, count in counts.items()}


def _ridge(matrix: csr_matrix, targets: Floats, weights: Floats) -> Floats:
    """Give the weights (features and a last row of offsets x outputs) of a weighted ridge regression.

    Dividing by the diagonal of the normal equations (Jacobi) takes a quarter of the steps away.
    """
    ones = csr_matrix(np.ones((matrix.shape[0], 1), dtype=np.float32))
    root = diags(np.sqrt(weights), dtype=np.float32)
    design = (root @ hstack([matrix, ones])).tocsr()
    turned = design.T.tocsr()
    shape = (design.shape[1], targets.shape[1])

    def apply(flat: Floats) -> Floats:
        asked = flat.reshape(shape)
        return np.asarray(turned @ (design @ asked) + RIDGE * asked).ravel()

    diagonal = np.asarray(design.multiply(design).sum(axis=0)).reshape(-1, 1) + RIDGE

    def divide(flat: Floats) -> Floats:
        return np.asarray(flat.reshape(shape) / diagonal, dtype=np.float32).ravel()

    size = shape[0] * shape[1]
    operator, divider = (LinearOperator((size, size), matvec=one, dtype=np.float32) for one in (apply, divide))
    found, _ = cg(operator, (turned @ (root @ targets)).ravel(), rtol=EXACT, maxiter=MOST_STEPS, M=divider)
    return np.asarray(found.reshape(shape), dtype=np.float32)


def _signs(truth: Sequence[str], columns: Sequence[str]) -> Floats:
    """Give 1 in the column of each text's truth and -1 in the others."""
    return np.array([[1 if name == column else -1 for column in columns] for name in truth], dtype=np.float32)


def _logistic(matrix: csr_matrix, truth: Sequence[str], importance: dict[str, float], seed: int) -> Floats:
    """Give the weights and offsets of a multinomial logistic regression, in the order of CODES."""
    model = LogisticRegression(C=LOGISTIC, class_weight=importance, max_iter=TURNS, tol=1e-3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is wanted: it keeps the weights small
        model.fit(matrix, truth)
    found = np.zeros((matrix.shape[1] + 1, len(CODES)), dtype=np.float32)
    columns = [CODES.index(name) for name in model.classes_]
    found[:, columns] = np.vstack([model.coef_.T, model.intercept_])
    return found


def _separate(matrix: csr_matrix, truth: Sequence[str], columns: Sequence[str]) -> Floats:
    importance = _importance(truth)
    weights = np.array([importance[name] for name in truth], dtype=np.float32)
    return _ridge(matrix, _signs(truth, columns), weights)


def fit_ridge(texts: csr_matrix, copies: csr_matrix, truth: Sequence[str]) -> Floats:
    """Fit a ridge classifier on the rows of texts and their varied copies.

    Gives weights, and offsets as the last row, a column for each category.
    """
    return _separate(vstack([texts, copies]).tocsr(), [*truth, *truth], CODES)


def fit_logistic(copies: csr_matrix, truth: Sequence[str], seed: int) -> Floats:
    """Fit the share of the logistic regression, to be added to the ridge's.

    It sees the copies alone: that serves messy registers better, and takes half the time.
    """
    return LOGISTIC_SHARE * _logistic(copies, truth, _importance(truth), seed)


def fit_tone(texts: csr_matrix, examples: Sequence[Example]) -> Floats:
    """Fit urgency and sentiment on the texts of which they are known; weights and offsets as of the categories."""
    hasty = [row for row, example in enumerate(examples) if example.urgency is not None]
    felt = [row for row, example in enumerate(examples) if example.sentiment is not None]
    moods = np.array([[examples[row].sentiment] for row in felt], dtype=np.float32)
    urgency = _separate(texts[hasty], [str(examples[row].urgency) for row in hasty], URGENCIES)
    mood = _ridge(texts[felt], moods, np.ones(len(felt), dtype=np.float32))
    return np.hstack([urgency, mood])


def as_heads(fitted: Floats) -> Heads:
    """Give heads whose weights are as exact as those that are saved."""
    return Heads(fitted[:-1].astype(np.float16).astype(np.float32), fitted[-1])
