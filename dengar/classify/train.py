"""Training: labelled texts to a model folder, the same for the same texts, code, libraries and seed.

train_on(examples, folder)
  split               what may be learnt, and the exam                exam.py
  held_out_scores     5 folds of what may be learnt                   material.py
  calibrate           scores to chances, and when to abstain          calibrate.py
  fit                 the model, of all that may be learnt            fit.py
  sit, measure        it answers the exam                             exam.py, measures.py
  save                model.skops, evaluation.json, card.md, manifest saved.py
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
from dengar.classify.exam import measure_tone, sit, split
from dengar.classify.features import Features
from dengar.classify.heads import Heads
from dengar.classify.likeness import measure as measure_diversity
from dengar.classify.material import FOLDS, Material
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


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What held-out texts taught about the scores."""

    slope: float
    offset: float
    answer_from: NDArray[np.float64]


def _code_digest() -> str:
    whole = hashlib.sha256()
    for path in sorted([*HERE.glob("*.py"), *HERE.glob("*.tsv"), *HERE.glob("*.txt")]):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _chances(scores: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    return calibrate.chances(scores, calibration.slope, calibration.offset)


def _calibrate(scores: NDArray[np.float32], examples: Sequence[Example]) -> Calibration:
    truth = np.array([CODES.index(example.category) for example in examples])
    slope, offset = calibrate.slope_and_offset(scores, truth)
    chances = calibrate.chances(scores, slope, offset)
    guess = chances.argmax(axis=1)
    confidence = chances[np.arange(len(guess)), guess]
    answer_from = calibrate.answer_from(guess, confidence, truth, len(CODES))
    return Calibration(slope=slope, offset=offset, answer_from=answer_from)


def _figures(scores: NDArray[np.float32], examples: Sequence[Example], calibration: Calibration) -> dict[str, float]:
    truth = np.array([CODES.index(example.category) for example in examples])
    chances = _chances(scores, calibration)
    guess = chances.argmax(axis=1)
    confidence = chances[np.arange(len(guess)), guess]
    answered = confidence >= calibration.answer_from[guess]
    figures = {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": float(f1_score(truth, guess, average="macro")),
        "complaint_yes_no": float(((guess != NO) == (truth != NO)).mean()),
        "calibration_error": calibrate.calibration_error(confidence, guess == truth),
        "answered": float(answered.mean()),
        "answered_right": float((guess == truth)[answered].mean()) if answered.any() else 0.0,
    }
    return {name: round(value, 4) for name, value in figures.items()}


def _suspects(
    scores: NDArray[np.float32], examples: Sequence[Example], calibration: Calibration
) -> tuple[Suspect, ...]:
    """Give the texts whose own label is least likely to models that have not seen them."""
    chances = _chances(scores, calibration)
    own = chances[np.arange(len(examples)), [CODES.index(example.category) for example in examples]]
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


def _trained(features: Features, heads: Heads, calibration: Calibration) -> Trained:
    return Trained(
        terms=features.terms,
        idf=features.idf,
        weights=heads.weights,
        offsets=heads.offsets,
        slope=calibration.slope,
        offset=calibration.offset,
        answer_from=calibration.answer_from,
    )


def train_on(examples: Sequence[Example], folder: Path, *, seed: int = 0, progress: bool = False) -> Manifest:
    """Train on these texts, at least ten of each category, and write the model into `folder`."""
    # One thread for each product: sums over several differ in the last bit from machine to machine.
    with threadpool_limits(1), tqdm(total=STEPS, desc="train", disable=not progress) as steps:
        learnt, exam = split(examples)
        material = Material(learnt, seed)
        steps.update()
        scores = material.held_out_scores(steps.update)
        calibration = _calibrate(scores, learnt)
        manifest = _manifest(examples, _figures(scores, learnt, calibration), seed)
        trained = _trained(material.features, material.fit(), calibration)
        steps.update()
        classifier = Classifier(trained, manifest)
        answers = sit(classifier, exam)
        evaluation = Evaluation(
            version=manifest.version,
            cross_validated=manifest.figures,
            exam=measure(answers),
            tone=measure_tone(classifier, exam),
            answers=tuple(answers),
            suspects=_suspects(scores, learnt, calibration),
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
