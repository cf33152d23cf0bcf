from collections.abc import Sequence
from pathlib import Path

import pytest

from dengar.classify import Classifier
from dengar.classify.corpus import Example, read_corpus
from dengar.classify.saved import FOLDER
from dengar.classify.train import is_current, train, train_on


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """Give the built model when it is of today's corpus and code, otherwise train it now."""
    if is_current(FOLDER):
        return Classifier.load()
    folder = tmp_path_factory.mktemp("model")
    train(folder)
    return Classifier.load(folder)


@pytest.fixture(scope="session")
def few() -> Sequence[Example]:
    """Give ten texts of each of the categories with a file."""
    corpus = read_corpus()
    categories = sorted({example.category for example in corpus})
    return [
        example for category in categories for example in [one for one in corpus if one.category == category][::15][:10]
    ]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, few: Sequence[Example]) -> Path:
    """Give the folder of a model of few texts."""
    folder = tmp_path_factory.mktemp("small")
    train_on(few, folder)
    return folder
