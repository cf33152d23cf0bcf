"""Labelled texts as numbers: each as it is, and a varied copy that only training sees.

A text's copy and its fold follow from the text and the seed alone: two versions differ by what was added, not by luck.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

import numpy as np
from joblib import Parallel, delayed, parallel_config
from numpy.typing import NDArray
from sklearn.model_selection import PredefinedSplit

from dengar.classify.augment import varied
from dengar.classify.corpus import Example
from dengar.classify.features import Features
from dengar.classify.fit import as_heads, fit_logistic, fit_ridge, fit_tone
from dengar.classify.heads import Heads
from dengar.classify.stack import Stack, learn_network, stacked
from dengar.classify.taxonomy import BY_CODE, CODES
from dengar.classify.text import tokens

FOLDS, AT_ONCE, FEW = 5, 2, 5000


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The heads, their categories being the mean of five fits that each leave out a fifth, and the networks.

    `chances` are those of each text's categories, by the fit and the network that have seen neither it nor its copy.
    """

    heads: Heads
    stack: Stack
    chances: NDArray[np.float64]


class Material:
    """The texts of a training, and the features that are learnt of them."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        self.examples = examples
        words = [tokens(example.text) for example in examples]
        copies = [
            varied(said, _random(example, seed), is_complaint=BY_CODE[example.category].is_complaint)
            for said, example in zip(words, examples, strict=True)
        ]
        self.features = Features.learn(words)
        self._plain = self.features.matrix(words)
        self._copies = self.features.matrix(copies)
        self._seed = seed

    def fit(self, on_fit: Callable[[], object] = lambda: None) -> Fitted:
        """Fit the heads and the networks that judge by them; `on_fit` is told of each fold that is done.

        Of many texts two folds are fitted at a time, each in a process of its own.
        """
        names = [example.category for example in self.examples]
        truth = np.array([CODES.index(name) for name in names])
        fold = [_random(example, self._seed).randrange(FOLDS) for example in self.examples]
        folds = list(PredefinedSplit(fold).split())
        weights, networks = [], []
        scores = np.zeros((len(truth), len(CODES)), dtype=np.float32)
        chances = np.zeros(scores.shape)
        with parallel_config("loky", n_jobs=AT_ONCE if len(truth) > FEW else 1, inner_max_num_threads=1):
            in_turn = Parallel(return_as="generator")
            fits = in_turn(chain.from_iterable(self._fits(seen, [names[row] for row in seen]) for seen, _ in folds))
            for (_, held), ridge, logistic in zip(folds, fits, fits, strict=True):
                weights.append(ridge + logistic)
                scores[held] = as_heads(weights[-1]).scores(self._plain[held])
                on_fit()
            learnt = in_turn(
                delayed(learn_network)(scores[seen], truth[seen], self._seed + number)
                for number, (seen, _) in enumerate(folds)
            )
            for (_, held), network in zip(folds, learnt, strict=True):
                networks.append(network)
                chances[held] = stacked([network]).chances(scores[held])
        categories = np.mean(weights, axis=0, dtype=np.float32)
        heads = as_heads(np.hstack([categories, fit_tone(self._plain, self.examples)]))
        return Fitted(heads=heads, stack=stacked(networks), chances=chances)

    def _fits(self, rows: NDArray[np.int64], names: Sequence[str]) -> list[object]:
        """Give the two jobs that fit the categories on these rows."""
        return [
            delayed(fit_ridge)(self._plain[rows], self._copies[rows], names),
            delayed(fit_logistic)(self._copies[rows], names, self._seed),
        ]


def _random(example: Example, seed: int) -> Random:
    return Random(f"{seed} {example.id}")  # noqa: S311 - a seed is wanted, not a secret
