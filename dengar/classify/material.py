"""Labelled texts as numbers: each as it is, and a varied copy that only training sees."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from joblib import Parallel, delayed, parallel_config
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from dengar.classify.augment import varied
from dengar.classify.corpus import Example
from dengar.classify.features import Features
from dengar.classify.fit import as_heads, fit, fit_categories
from dengar.classify.heads import Heads
from dengar.classify.taxonomy import BY_CODE, CODES
from dengar.classify.text import tokens

FOLDS, AT_ONCE, FEW = 5, 2, 5000


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

    def fit(self) -> Heads:
        """Fit the heads on all texts and their copies."""
        return fit(self._plain, self._copies, self.examples, self._seed)

    def held_out_scores(self, on_fold: Callable[[], object] = lambda: None) -> NDArray[np.float32]:
        """Score the categories of each text by a fit that has seen neither it nor its copy (5 folds).

        `on_fold` is told of each fold. Of many texts two folds are fitted at a time, each in a process of its own.
        """
        truth = [example.category for example in self.examples]
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=self._seed).split(truth, truth))
        scores = np.zeros((len(truth), len(CODES)), dtype=np.float32)
        with parallel_config("loky", n_jobs=AT_ONCE if len(truth) > FEW else 1, inner_max_num_threads=1):
            fitted = Parallel(return_as="generator")(
                delayed(fit_categories)(self._plain[seen], self._copies[seen], [truth[row] for row in seen], self._seed)
                for seen, _ in folds
            )
            for (_, held), weights in zip(folds, fitted, strict=True):
                scores[held] = as_heads(weights).scores(self._plain[held])
                on_fold()
        return scores
