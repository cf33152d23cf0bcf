"""Labelled texts as numbers: each as it is, and a varied copy that only training sees."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.model_selection import StratifiedKFold

from dengar.classify.augment import varied
from dengar.classify.corpus import Example
from dengar.classify.features import Features
from dengar.classify.fit import URGENCIES, fit
from dengar.classify.heads import Heads
from dengar.classify.taxonomy import BY_CODE, CODES
from dengar.classify.text import tokens

FOLDS, AT_ONCE = 5, 2


class Material:
    """The texts of a training: their words, and the features that are learnt of them."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a seed is wanted, not a secret
        self.examples = examples
        self.words = [tokens(example.text) for example in examples]
        copies = [
            varied(words, random, is_complaint=BY_CODE[example.category].is_complaint)
            for words, example in zip(self.words, examples, strict=True)
        ]
        self.features = Features.learn(self.words)
        self._plain = self.features.matrix(self.words)
        self._copies = self.features.matrix(copies)
        self._seed = seed

    def fit(self, rows: Sequence[int] | None = None) -> Heads:
        """Fit the heads on these rows and their copies; None: on all."""
        chosen = range(len(self.examples)) if rows is None else rows
        examples = [self.examples[row] for row in chosen]
        return fit(vstack([self._plain[chosen], self._copies[chosen]]).tocsr(), examples * 2, self._seed)

    def held_out_scores(self, on_fold: Callable[[], object] = lambda: None) -> NDArray[np.float32]:
        """Score each text by heads that have seen neither it nor its copy (5 folds); `on_fold` is told of each.

        Two folds are fitted at a time: scipy's products let other threads run.
        """
        truth = [example.category for example in self.examples]
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=self._seed).split(truth, truth))
        scores = np.zeros((len(truth), len(CODES) + len(URGENCIES) + 1), dtype=np.float32)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for (_, held), heads in zip(folds, threads.map(self.fit, [seen for seen, _ in folds]), strict=True):
                scores[held] = heads.scores(self._plain[held])
                on_fold()
        return scores
