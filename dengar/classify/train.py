"""Training: labelled texts to a model folder, the same for the same texts, code, libraries and seed.

train_on(examples, folder)
  split               what may be learnt, and the exam                exam.py
  fit                 5 folds, and networks that judge by them        material.py, fit.py, stack.py
  answer_from         when to abstain                                 calibrate.py
  mark, measure       it answers the exam                             exam.py, measures.py
  save                model.skops, evaluation.json, card.md, manifest saved.py
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from dengar.classify import calibrate
from dengar.classify.card import make_card
from dengar.classify.corpus import Example, digest, read_corpus
from dengar.classify.evaluation import Evaluation, Suspect
from dengar.classify.exam import mark, measure_tone, split
from dengar.classify.features import Features
from dengar.classify.likeness import measure as measure_diversity
from dengar.classify.material import FOLDS, Fitted, Material
from dengar.classify.measures import measure
from dengar.classify.model import Classifier
from dengar.classify.saved import FOLDER, Manifest, ModelChanged, Trained, read_manifest, reading_digest, save
from dengar.classify.taxonomy import CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens
from dengar.errors import ModelMissing

LIBRARIES = ("numpy", "scipy", "scikit-learn", "skops")
HERE = Path(__file__).parent
NO = CODES.index(NOT_A_COMPLAINT)
STEPS = FOLDS + 3
MOST_SUSPECTS = 100


def _code_digest() -> str:
    whole = hashlib.sha256()
    for path in sorted([*HERE.glob("*.py"), *HERE.glob("*.tsv"), *HERE.glob("*.txt")]):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _acceptable(examples: Sequence[Example]) -> NDArray[np.bool_]:
    return np.array([[code == one.category or code in one.also for code in CODES] for one in examples])


def _answer_from(chances: NDArray[np.float64], acceptable: NDArray[np.bool_]) -> NDArray[np.float64]:
    guess, confidence = _best(chances)
    return calibrate.answer_from(guess, confidence, acceptable[np.arange(len(guess)), guess], len(CODES))


def _best(chances: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return chances.argmax(axis=1), chances.max(axis=1)


def _figures(
    chances: NDArray[np.float64],
    truth: NDArray[np.int64],
    acceptable: NDArray[np.bool_],
    answer_from: NDArray[np.float64],
) -> dict[str, float]:
    guess, confidence = _best(chances)
    good = acceptable[np.arange(len(guess)), guess]
    answered = confidence >= answer_from[guess]
    figures = {
        "accuracy": float((guess == truth).mean()),
        "acceptable": float(good.mean()),
        "macro_f1": float(f1_score(truth, guess, average="macro")),
        "complaint_yes_no": float(((guess != NO) == (truth != NO)).mean()),
        "calibration_error": calibrate.calibration_error(confidence, good),
        "answered": float(answered.mean()),
        "answered_right": float(good[answered].mean()) if answered.any() else 0.0,
    }
    return {name: round(value, 4) for name, value in figures.items()}


def _suspects(
    chances: NDArray[np.float64], truth: NDArray[np.int64], examples: Sequence[Example]
) -> tuple[Suspect, ...]:
    """Give the texts whose own label is least likely to models that have not seen them."""
    own = chances[np.arange(len(truth)), truth]
    order = np.argsort(own, kind="stable")[:MOST_SUSPECTS].tolist()
    return tuple(
        Suspect(
            id=examples[row].id,
            label=examples[row].category,
            chance=round(float(own[row]), 4),
            guess=CODES[int(chances[row].argmax())],
            guess_chance=round(float(chances[row].max()), 4),
        )
        for row in order
    )


def _trained(features: Features, fitted: Fitted, answer_from: NDArray[np.float64]) -> Trained:
    return Trained(
        terms=features.terms,
        idf=features.idf,
        weights=fitted.heads.weights,
        offsets=fitted.heads.offsets,
        first=fitted.stack.first,
        first_offsets=fitted.stack.first_offsets,
        second=fitted.stack.second,
        second_offsets=fitted.stack.second_offsets,
        answer_from=answer_from,
    )


def train_on(examples: Sequence[Example], folder: Path, *, seed: int = 0, progress: bool = False) -> Manifest:
    """Train on these texts, at least ten of each category, and write the model into `folder`."""
    # One thread for each product: sums over several differ in the last bit from machine to machine.
    with threadpool_limits(1), tqdm(total=STEPS, desc="train", disable=not progress) as steps:
        learnt, exam = split(examples)
        material = Material(learnt, seed)
        steps.update()
        fitted = material.fit(steps.update)
        steps.update()
        truth = np.array([CODES.index(example.category) for example in learnt])
        acceptable = _acceptable(learnt)
        answer_from = _answer_from(fitted.chances, acceptable)
        manifest = _manifest(examples, _figures(fitted.chances, truth, acceptable, answer_from), seed)
        trained = _trained(material.features, fitted, answer_from)
        found = Classifier(trained, manifest).label([example.text for example in exam])
        answers = mark(exam, found)
        evaluation = Evaluation(
            version=manifest.version,
            cross_validated=manifest.figures,
            exam=measure(answers),
            tone=measure_tone(exam, found),
            answers=tuple(answers),
            suspects=_suspects(fitted.chances, truth, learnt),
            diversity=measure_diversity([tokens(one.text) for one in examples]),
        )
        steps.update()
        return save(folder, trained, manifest, evaluation, make_card(manifest, evaluation))


def _manifest(examples: Sequence[Example], figures: dict[str, float], seed: int) -> Manifest:
    data, code = digest(examples), _code_digest()
    libraries = {name: version(name) for name in LIBRARIES}
    whole = "|".join([data, code, str(seed), *(f"{name}={number}" for name, number in libraries.items())])
    return Manifest(
        version=hashlib.sha256(whole.encode()).hexdigest()[:12],
        seed=seed,
        data=data,
        code=code,
        reading=reading_digest(),
        libraries=libraries,
        counts=dict(sorted(Counter(example.category for example in examples).items())),
        labelled_posts=sum(example.post is not None for example in examples),
        figures=figures,
        files={},
    )


def train(folder: Path = FOLDER, *, seed: int = 0, progress: bool = False) -> Manifest:
    """Train on the whole corpus and write the model into `folder`."""
    return train_on(read_corpus(), folder, seed=seed, progress=progress)


def is_current(folder: Path = FOLDER) -> bool:
    """Tell whether the model of this folder was made of the corpus and the code as they are now."""
    try:
        manifest = read_manifest(folder)
    except (ModelMissing, ModelChanged):
        return False
    return manifest.data == digest(read_corpus()) and manifest.code == _code_digest()
