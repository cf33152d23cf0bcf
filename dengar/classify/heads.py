"""The linear heads: category, urgency and sentiment over the same features, side by side in one matrix."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


class Heads:
    """Weights (features x outputs) and offsets; the outputs are the categories, the urgencies and the sentiment."""

    def __init__(self, weights: Floats, offsets: Floats) -> None:
        self.weights = weights
        self.offsets = offsets

    def scores(self, matrix: csr_matrix) -> Floats:
        """Give one row of outputs per text."""
        return np.asarray(matrix @ self.weights + self.offsets, dtype=np.float32)
