"""The linear heads: category, urgency and sentiment over the same features.

A text's score is a sum over its words, so what a word adds to each output is worked out once and kept: one row of a
table. Judging a batch is then two small products, texts x words and words x outputs, no feature is spelled out.
"""

from collections.abc import Sequence
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dengar.classify.features import BLOCKS, Features, loudness, pairs

Floats = NDArray[np.float32]
ROOM = 1 << 17  # rows for words; when they are full, those that training did not know are forgotten


class Heads:
    """Weights (features x outputs) and offsets; the outputs are the categories, the urgencies and the sentiment."""

    def __init__(self, weights: Floats, offsets: Floats) -> None:
        self.weights = weights
        self.offsets = offsets

    def scores(self, matrix: csr_matrix) -> Floats:
        """Give one row of outputs per text."""
        return np.asarray(matrix @ self.weights + self.offsets, dtype=np.float32)


class Scorer:
    """Scores texts as `heads.scores(features.matrix(texts))` does, many times faster; threads may share it.

    A row of the table of words: what each block adds to the outputs, the blocks' squares, whether training knew the
    word, and whether it is a word at all rather than a class such as '<cm>'.
    """

    def __init__(self, features: Features, heads: Heads) -> None:
        self._features = features
        self._heads = heads
        self._outputs = len(heads.offsets)
        self._lock = Lock()
        known = list(features.known_words())
        words = [term for term in known if " " not in term]
        two = [term for term in known if " " in term]
        self._pairs = {pair: number for number, pair in enumerate(two)}
        of_pairs = features.of_terms(two)
        end = features.borders[1]
        self._of_pairs = np.hstack([of_pairs[:, :end] @ heads.weights[:end], features.squares(of_pairs)[:, :1]])
        self._words: dict[str, int] = {}
        self._table = np.empty((len(words), BLOCKS * (self._outputs + 1) + 2), dtype=np.float32)
        self._add(words)
        self._known = len(words)

    def scores(self, texts: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Give one row of outputs per text, and how many of its different words are known and are words at all."""
        distinct = [dict.fromkeys(words) for words in texts]
        with self._lock:
            self._learn({word for words in distinct for word in words if word not in self._words})
            sums = _summed(distinct, self._words, self._table[: len(self._words)])
        followed = [dict.fromkeys(pair for pair in pairs(words) if pair in self._pairs) for words in texts]
        two = _summed(followed, self._pairs, self._of_pairs)
        outputs = BLOCKS * self._outputs
        sums[:, : self._outputs] += two[:, :-1]
        sums[:, outputs] += two[:, -1]
        blocks = sums[:, :outputs].reshape(len(texts), BLOCKS, self._outputs)
        scale = loudness(sums[:, outputs : outputs + BLOCKS])
        return (blocks * scale[:, :, None]).sum(axis=1) + self._heads.offsets, sums[:, -2:]

    def shares(self, words: Sequence[str], output: int) -> dict[str, float]:
        """Give what each word and pair of one text adds to an output."""
        terms = list(dict.fromkeys([*words, *pairs(words)]))
        worth = self._features.of_terms(terms)
        scale = loudness(self._features.squares(worth).sum(axis=0))
        borders = self._features.borders
        added = sum(
            scale[block] * (worth[:, start:end] @ self._heads.weights[start:end, output])
            for block, (start, end) in enumerate(pairwise(borders))
        )
        return dict(zip(terms, np.asarray(added).tolist(), strict=True))

    def _learn(self, fresh: set[str]) -> None:
        if len(self._words) + len(fresh) > ROOM:
            self._words = dict(list(self._words.items())[: self._known])
        self._add(sorted(fresh))

    def _add(self, words: Sequence[str]) -> None:
        start, end = len(self._words), len(self._words) + len(words)
        if end > len(self._table):
            table = np.empty((max(end, 2 * len(self._table)), self._table.shape[1]), dtype=np.float32)
            table[:start] = self._table[:start]
            self._table = table
        self._table[start:end] = self._rows(words)
        self._words.update({word: start + number for number, word in enumerate(words)})

    def _rows(self, words: Sequence[str]) -> Floats:
        worth = self._features.of_terms(words)
        borders = self._features.borders
        added = [worth[:, one:other] @ self._heads.weights[one:other] for one, other in pairwise(borders)]
        kinds = [[word in self._features.ids, not word.startswith("<")] for word in words]
        return np.hstack([*added, self._features.squares(worth), np.array(kinds, dtype=np.float32).reshape(-1, 2)])


def _summed(texts: Sequence[dict[str, None]], rows: dict[str, int], table: Floats) -> Floats:
    cells = [rows[term] for terms in texts for term in terms]
    ends = np.cumsum([0, *map(len, texts)])
    return np.asarray(
        csr_matrix((np.ones(len(cells), np.float32), cells, ends), shape=(len(texts), len(table))) @ table
    )
