"""Words to numbers: word 1-2 grams, letter n-grams inside words, and meanings, as three blocks of TF-IDF.

Each block of a text has a fixed length, so that a long text speaks no louder than a short one. Meanings are the lists
of `concepts.tsv`: 'jambret' and 'copet' share one, and what is learnt of the first serves the second.

The features of a word are worked out once and kept; a batch is then two sparse matrices multiplied, texts x words and
words x features. That gives what scikit-learn's two TfidfVectorizers give, at several times their speed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dengar.classify.lexicon import concepts
from dengar.classify.stems import stem

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]
NONE: Ids = np.empty(0, dtype=np.int32)
SHORTEST, LONGEST = 2, 5
KEPT_WORDS = 100_000
LOUDNESS = np.array([1, 1, 0.3])  # of words, letters, meanings; measured, with .6 and 1, on held-out registers


def letter_grams(word: str) -> list[str]:
    """Give the runs of 2 to 5 characters of a word with its borders; none for a class such as '<cm>'."""
    if word.startswith("<") or " " in word:
        return []
    bordered = f" {word} "
    return [
        bordered[start : start + length]
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(len(bordered) - length + 1)
    ]


def with_pairs(words: Sequence[str]) -> list[str]:
    """Give the words and every two that follow each other, joined by a space."""
    return [*words, *(f"{one} {two}" for one, two in pairwise(words))]


def _frequent(texts: Iterable[Iterable[str]], at_least: int) -> tuple[list[str], list[int]]:
    counts: Counter[str] = Counter()
    for terms in texts:
        counts.update(set(terms))
    kept = sorted(term for term, count in counts.items() if count >= at_least)
    return kept, [counts[term] for term in kept]


class Features:
    """The known terms with their weights; a leading '_' marks a letter gram, a leading '@' a meaning."""

    def __init__(self, terms: Sequence[str], idf: Floats) -> None:
        self.terms = list(terms)
        self.idf = idf
        self.ids = {term: number for number, term in enumerate(self.terms)}
        meanings = sum(term.startswith("@") for term in self.terms)
        letters = sum(term.startswith("_") for term in self.terms)
        self._block = np.repeat(np.arange(3), [len(self.terms) - letters - meanings, letters, meanings])
        self._kept: dict[str, Ids] = {}

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]], *, words_in: int = 2, letters_in: int = 3) -> "Features":
        """Learn the terms that at least so many of these texts hold."""
        words, word_counts = _frequent((with_pairs(text) for text in texts), words_in)
        letters, letter_counts = _frequent(
            ((gram for word in text for gram in letter_grams(word)) for text in texts), letters_in
        )
        counts = np.array(word_counts + letter_counts, dtype=np.float64)
        meanings = sorted({meaning for meanings in concepts().values() for meaning in meanings})
        idf = np.append(np.log((1 + len(texts)) / (1 + counts)) + 1, np.ones(len(meanings)))
        return cls(
            [*words, *(f"_{gram}" for gram in letters), *(f"@{meaning}" for meaning in meanings)],
            idf.astype(np.float32),
        )

    def _of_term(self, term: str) -> Ids:
        known = self._kept.get(term)
        if known is None:
            meanings = concepts().get(term) or concepts().get(stem(term)) or ()
            names = [term, *(f"_{gram}" for gram in letter_grams(term)), *(f"@{meaning}" for meaning in meanings)]
            known = np.array([self.ids[name] for name in names if name in self.ids], dtype=np.int32)
            if len(self._kept) < KEPT_WORDS:
                self._kept[term] = known
        return known

    def _counts(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        columns: dict[str, int] = {}
        cells: list[int] = []
        ends = [0]
        for words in texts:
            cells.extend(columns.setdefault(word, len(columns)) for word in words)
            for one, two in pairwise(words):
                pair = f"{one} {two}"
                if pair in self.ids:
                    cells.append(columns.setdefault(pair, len(columns)))
            ends.append(len(cells))
        of_terms = [self._of_term(term) for term in columns]
        term_ends = np.cumsum([0, *(len(ids) for ids in of_terms)])
        ids = np.concatenate(of_terms) if of_terms else NONE
        in_texts = csr_matrix((np.ones(len(cells), np.float32), cells, ends), shape=(len(texts), len(columns)))
        in_terms = csr_matrix((np.ones(len(ids), np.float32), ids, term_ends), shape=(len(columns), len(self.terms)))
        return in_texts @ in_terms

    def matrix(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """Give one row per text (lists of normalised words); each block has its length, or 0 when it is empty."""
        counts = self._counts(texts)
        values = (1 + np.log(counts.data)) * self.idf[counts.indices]
        block = self._block[counts.indices]
        part = block + 3 * np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(part, weights=values * values, minlength=3 * len(texts)))
        lengths[lengths == 0] = 1
        values = (values * LOUDNESS[block] / lengths[part]).astype(np.float32)
        return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
