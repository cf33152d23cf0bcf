"""Words to numbers: words and pairs of words, letter n-grams inside words, and meanings, as three blocks.

A text is the sum of what its words and pairs are worth, each block divided by the root of the sum of squares of its
parts, so that a long text speaks no louder than a short one. A word is worth itself, its letter n-grams and its
meanings, each by its inverse document frequency (Sparck Jones 1972); meanings are the lists of `concepts.tsv`:
'jambret' and 'copet' share one, and what is learnt of the first serves the second.

That every word is worth the same wherever it stands is what makes judging fast: see `heads.py`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from dengar.classify.lexicon import concepts
from dengar.classify.stems import stem

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]
SHORTEST, LONGEST = 3, 4
BLOCKS = 3
LOUDNESS = np.array([1, 1, 1], dtype=np.float32)  # of words, letters, meanings; measured on held-out texts


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


def pairs(words: Sequence[str]) -> list[str]:
    """Give every two words that follow each other, joined by a space."""
    return [f"{one} {two}" for one, two in pairwise(words)]


def _frequent(texts: Iterable[Iterable[str]], at_least: int) -> tuple[list[str], list[int]]:
    counts: Counter[str] = Counter()
    for terms in texts:
        counts.update(set(terms))
    kept = sorted(term for term, count in counts.items() if count >= at_least)
    return kept, [counts[term] for term in kept]


def _meanings(term: str) -> tuple[str, ...]:
    found = concepts().get(term)
    return found if found is not None else () if " " in term else concepts().get(stem(term), ())


class Features:
    """The known terms with their weights; a leading '_' marks a letter gram, a leading '@' a meaning."""

    def __init__(self, terms: Sequence[str], idf: Floats) -> None:
        self.terms = list(terms)
        self.idf = idf
        self.ids = {term: number for number, term in enumerate(self.terms)}
        meanings = sum(term.startswith("@") for term in self.terms)
        letters = sum(term.startswith("_") for term in self.terms)
        words = len(self.terms) - letters - meanings
        self.borders = (0, words, words + letters, len(self.terms))
        self._block = np.repeat(np.arange(BLOCKS), [words, letters, meanings])

    @classmethod
    def learn(cls, texts: Sequence[Sequence[str]], *, words_in: int = 2, letters_in: int = 3) -> "Features":
        """Learn the terms that at least so many of these texts hold."""
        words, word_counts = _frequent(([*text, *pairs(text)] for text in texts), words_in)
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

    def known_terms(self) -> Iterator[str]:
        """Give the words and pairs that were learnt, and those that have a meaning."""
        return iter(dict.fromkeys([*self.terms[: self.borders[1]], *concepts()]))

    def of_terms(self, terms: Sequence[str]) -> csr_matrix:
        """Give what each word or pair is worth, one row each."""
        ids: list[int] = []
        ends = [0]
        for term in terms:
            names = [term, *(f"_{gram}" for gram in letter_grams(term)), *(f"@{one}" for one in _meanings(term))]
            ids.extend(self.ids[name] for name in names if name in self.ids)
            ends.append(len(ids))
        return csr_matrix((self.idf[ids], ids, ends), shape=(len(terms), len(self.terms)), dtype=np.float32)

    def squares(self, rows: csr_matrix) -> Floats:
        """Give the sum of squares of each row's three blocks."""
        part = self._block[rows.indices] + BLOCKS * np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        sums = np.bincount(part, weights=rows.data * rows.data, minlength=BLOCKS * rows.shape[0])
        return sums.reshape(-1, BLOCKS).astype(np.float32)

    def matrix(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """Give one row per text (lists of normalised words)."""
        columns: dict[str, int] = {}
        cells: list[int] = []
        ends = [0]
        for words in texts:
            cells.extend(columns.setdefault(term, len(columns)) for term in dict.fromkeys([*words, *pairs(words)]))
            ends.append(len(cells))
        in_texts = csr_matrix((np.ones(len(cells), np.float32), cells, ends), shape=(len(texts), len(columns)))
        worth = self.of_terms(list(columns))
        found = (in_texts @ worth).tocsr()
        scale = loudness(in_texts @ self.squares(worth))
        row = np.repeat(np.arange(len(texts)), np.diff(found.indptr))
        values = found.data * scale[row, self._block[found.indices]]
        return csr_matrix((values, found.indices, found.indptr), shape=found.shape)


def loudness(squares: Floats) -> Floats:
    """Give by what the three blocks of each text are multiplied."""
    return np.asarray(LOUDNESS / np.sqrt(np.where(squares > 0, squares, 1)), dtype=np.float32)
