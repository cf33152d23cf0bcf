"""A new version of the classifier: the corpus and what people have labelled, trained, examined, entered."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dengar import labelling
from dengar.models import ModelVersion
from dengar.registry import Registry
from dengar.store import Store

if TYPE_CHECKING:
    from dengar.classify.corpus import Example


def retrain(
    store: Store, registry: Registry, corpus: Sequence["Example"], *, by: str, seed: int = 0, progress: bool = False
) -> ModelVersion:
    """Train on the corpus and all labels, and enter the outcome; whether it serves is for the gate to say."""
    from dengar.classify.train import train_on

    registry.adopt()
    examples = [*corpus, *labelling.examples(store)]
    with tempfile.TemporaryDirectory() as folder:
        train_on(examples, Path(folder), seed=seed, progress=progress)
        return registry.enter(Path(folder), by)
