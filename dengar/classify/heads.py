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
from dengar.classify.lexicon import english

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
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

    The table has a row for every known word, then for every known pair, then for words met since: what each block adds
    to the outputs, the blocks' squares, whether training knew the word (English ones count as unknown), and whether it
    is a word at all rather than a pair or a class such as '<cm>'.
    """

    def __init__(self, features: Features, heads: Heads) -> None:
        self._features = features
        self._heads = heads
        self._outputs = len(heads.offsets)
        self._lock = Lock()
        words, self._codes, terms = _numbered(list(features.known_terms()))
        self._words, self._known = len(words), len(terms)
        self._rows = words
        self._table = np.empty((len(terms) + ROOM, BLOCKS * (self._outputs + 1) + 2), dtype=np.float32)
        self._table[: len(terms)] = self._worth(terms)

    def scores(self, texts: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Give one row of outputs per text, and how many of its different words are known and are words at all."""
        every = list(chain.from_iterable(texts))
        owners = np.repeat(np.arange(len(texts)), np.fromiter(map(len, texts), np.int64, len(texts)))
        with self._lock:
            cells = self._find_rows(every)
            rows, owners = self._with_pairs(cells, owners)
            cells = np.sort(owners * len(self._table) + rows)
            once = np.append(True, cells[1:] != cells[:-1])[
                : len(cells)
            ]  # numpy's own `unique` takes ten times as long
            owners, rows = np.divmod(cells[once], len(self._table))
            ends = np.searchsorted(owners, np.arange(len(texts) + 1))
            counts = csr_matrix((np.ones(len(rows), np.float32), rows, ends), shape=(len(texts), len(self._table)))
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

    def _find_rows(self, words: Sequence[str]) -> Rows:
        rows = list(map(self._rows.get, words))
        if None in rows:
            self._learn(set(words))
            rows = list(map(self._rows.__getitem__, words))
        return np.array(rows, dtype=np.int64)

    def _with_pairs(self, words: Rows, owners: Rows) -> tuple[Rows, Rows]:
        """Add the rows of the known pairs among words that follow each other in a text."""
        one, other = words[:-1], words[1:]
        at = np.flatnonzero((one < self._words) & (other < self._words) & (owners[:-1] == owners[1:]))
        codes = one[at] * self._words + other[at]
        places = np.searchsorted(self._codes, codes)
        found = self._codes[np.minimum(places, len(self._codes) - 1)] == codes if len(self._codes) else places < 0
        rows = np.concatenate([words, self._words + places[found]])
        return rows, np.concatenate([owners, owners[at[found]]])

    def _learn(self, words: set[str]) -> None:
        """Work out the rows of new words; when there is no room, forget those met before."""
        fresh = words.difference(self._rows)
        met = len(self._rows) - self._words
        if met + len(fresh) > ROOM:
            self._rows = dict(islice(self._rows.items(), self._words))
            fresh, met = words.difference(self._rows), 0
        start, end = self._known + met, self._known + met + len(fresh)
        self._table = self._table[: max(end, self._known + ROOM)]
        if end > len(self._table):
            self._table = np.vstack([self._table, np.empty((end - len(self._table), self._table.shape[1]), np.float32)])
        terms = sorted(fresh)
        self._table[start:end] = self._worth(terms)
        self._rows.update({term: start + number for number, term in enumerate(terms)})

    def _worth(self, terms: Sequence[str]) -> Floats:
        worth = self._features.of_terms(terms)
        added = [
            worth[:, one:other] @ self._heads.weights[one:other] for one, other in pairwise(self._features.borders)
        ]
        is_word = [" " not in term and not term.startswith("<") for term in terms]
        is_known = [
            word and term in self._features.ids and term not in english()
            for word, term in zip(is_word, terms, strict=True)
        ]
        kinds = np.array([is_known, is_word], dtype=np.float32).T
        return np.hstack([*added, self._features.squares(worth), kinds])


def _numbered(terms: Sequence[str]) -> tuple[dict[str, int], Rows, list[str]]:
    """Give the rows of all words, the codes of all pairs in ascending order, and the terms of the table in its order.

    The code of a pair is the row of its first word, times the number of words, plus the row of its second.
    """
    pairs = [term.split(" ") for term in terms if " " in term]
    words = dict.fromkeys([*(term for term in terms if " " not in term), *chain.from_iterable(pairs)])
    rows = {word: number for number, word in enumerate(words)}
    codes = {rows[one] * len(rows) + rows[other]: f"{one} {other}" for one, other in pairs}
    ordered = sorted(codes)
    return rows, np.array(ordered, dtype=np.int64), [*rows, *(codes[code] for code in ordered)]
