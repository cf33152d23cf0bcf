"""The linear heads: category, urgency and sentiment over the same features.

A text's score is a sum over its words, so what a word adds to each output is worked out once and kept: one row of a
table. Judging a batch is then two small products, texts x words and words x outputs, no feature is spelled out.
"""

from collections.abc import Sequence
from itertools import chain, islice, pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dengar.classify.features import BLOCKS, Features, loudness, pairs

Floats = NDArray[np.float32]
ROOM = 1 << 16  # rows for words that training did not know; when they are full, all are forgotten


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

    The table has a row for every word and every known pair: what each block adds to the outputs, the blocks' squares,
    whether training knew the word, and whether it is a word at all rather than a pair or a class such as '<cm>'.
    """

    def __init__(self, features: Features, heads: Heads) -> None:
        self._features = features
        self._heads = heads
        self._outputs = len(heads.offsets)
        self._lock = Lock()
        known = list(features.known_terms())
        self._pairs = frozenset(term for term in known if " " in term)
        self._rows: dict[str, int] = {}
        self._table = np.empty((len(known) + ROOM, BLOCKS * (self._outputs + 1) + 2), dtype=np.float32)
        self._known = len(known)
        self._add(known)

    def scores(self, texts: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Give one row of outputs per text, and how many of its different words are known and are words at all."""
        terms = [
            [*dict.fromkeys(words), *dict.fromkeys(filter(self._pairs.__contains__, pairs(words)))] for words in texts
        ]
        every = list(chain.from_iterable(terms))
        ends = np.cumsum([0, *map(len, terms)])
        with self._lock:
            cells = list(map(self._rows.get, every))
            if None in cells:
                self._learn(set(every))
                cells = list(map(self._rows.__getitem__, every))
            counts = csr_matrix((np.ones(len(cells), np.float32), cells, ends), shape=(len(texts), len(self._table)))
            sums = np.asarray(counts @ self._table)
        outputs = BLOCKS * self._outputs
        blocks = sums[:, :outputs].reshape(len(texts), BLOCKS, self._outputs)
        scale = loudness(sums[:, outputs : outputs + BLOCKS])
        return (blocks * scale[:, :, None]).sum(axis=1) + self._heads.offsets, sums[:, -2:]

    def shares(self, words: Sequence[str], output: int) -> dict[str, float]:
        """Give what each word and pair of one text adds to an output."""
        terms = list(dict.fromkeys([*words, *pairs(words)]))
        worth = self._features.of_terms(terms)
        scale = loudness(self._features.squares(worth).sum(axis=0))
        added = sum(
            scale[block] * (worth[:, start:end] @ self._heads.weights[start:end, output])
            for block, (start, end) in enumerate(pairwise(self._features.borders))
        )
        return dict(zip(terms, np.asarray(added).tolist(), strict=True))

    def _learn(self, terms: set[str]) -> None:
        fresh = terms.difference(self._rows)
        if len(self._rows) + len(fresh) > self._known + ROOM:
            self._rows = dict(islice(self._rows.items(), self._known))
            self._table = self._table[: self._known + ROOM]
            fresh = terms.difference(self._rows)
        self._add(sorted(fresh))

    def _add(self, terms: Sequence[str]) -> None:
        start, end = len(self._rows), len(self._rows) + len(terms)
        if end > len(self._table):
            self._table = np.vstack([self._table, np.empty((end - len(self._table), self._table.shape[1]), np.float32)])
        self._table[start:end] = self._worth(terms)
        self._rows.update({term: start + number for number, term in enumerate(terms)})

    def _worth(self, terms: Sequence[str]) -> Floats:
        worth = self._features.of_terms(terms)
        added = [
            worth[:, one:other] @ self._heads.weights[one:other] for one, other in pairwise(self._features.borders)
        ]
        is_word = [" " not in term and not term.startswith("<") for term in terms]
        is_known = [word and term in self._features.ids for word, term in zip(is_word, terms, strict=True)]
        kinds = np.array([is_known, is_word], dtype=np.float32).T
        return np.hstack([*added, self._features.squares(worth), kinds])
