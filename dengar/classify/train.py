"""Training: the corpus to a model folder, the same for the same corpus, code, libraries and seed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from tqdm import tqdm

from dengar.classify import calibrate
from dengar.classify.augment import varied
from dengar.classify.corpus import Example, digest, read_corpus
from dengar.classify.features import Features
from dengar.classify.fit import URGENCIES, fit
from dengar.classify.heads import Heads
from dengar.classify.saved import FOLDER, Manifest, ModelChanged, Trained, read_manifest, save
from dengar.classify.taxonomy import BY_CODE, CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens
from dengar.errors import ModelMissing

FOLDS = 5
LIBRARIES = ("numpy", "scipy", "scikit-learn", "skops")
HERE = Path(__file__).parent
NO = CODES.index(NOT_A_COMPLAINT)


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


class Material:
    """The texts as numbers: each as it is, and a varied copy that only training sees."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a seed is wanted, not a secret
        words = [tokens(example.text) for example in examples]
        copies = [
            varied(one, random, is_complaint=BY_CODE[example.category].is_complaint)
            for one, example in zip(words, examples, strict=True)
        ]
        self.examples = examples
        self.features = Features.learn(words)
        self.plain = self.features.matrix(words)
        self._copies = self.features.matrix(copies)

    def fit(self, rows: Sequence[int], seed: int) -> Heads:
        """Fit the heads on these rows and their copies."""
        examples = [self.examples[row] for row in rows]
        return fit(vstack([self.plain[rows], self._copies[rows]]).tocsr(), examples * 2, seed)


def held_out_scores(material: Material, seed: int) -> NDArray[np.float32]:
    """Score each text by heads that have seen neither it nor its copy (5 folds)."""
    truth = [example.category for example in material.examples]
    scores = np.zeros((len(truth), len(CODES) + len(URGENCIES) + 1), dtype=np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for seen, held in folds.split(truth, truth):
        scores[held] = material.fit(seen, seed).scores(material.plain[held])
    return scores


def _judged(scores: NDArray[np.float32], examples: Sequence[Example]) -> tuple[Calibration, dict[str, float]]:
    truth = np.array([CODES.index(example.category) for example in examples])
    is_complaint = np.array([BY_CODE[example.category].is_complaint for example in examples])
    slope, offset = calibrate.slope_and_offset(scores[:, : len(CODES)], truth)
    chances = calibrate.chances(scores[:, : len(CODES)], slope, offset)
    guess = calibrate.decide(chances, NO, calibrate.COMPLAINT_FROM)
    confidence = chances[np.arange(len(guess)), guess]
    answer_from = calibrate.answer_from(guess, confidence, truth, len(CODES))
    answered = confidence >= answer_from[guess]
    urgency = np.array([URGENCIES.index(example.urgency) for example in examples])
    mood = np.array([example.sentiment for example in examples])
    figures = {
        "accuracy": float((guess == truth).mean()),
        "macro_f1": float(f1_score(truth, guess, average="macro")),
        "complaint_yes_no": float(((guess != NO) == is_complaint).mean()),
        "calibration_error": calibrate.calibration_error(confidence, guess == truth),
        "answered": float(answered.mean()),
        "answered_right": float((guess == truth)[answered].mean()) if answered.any() else 0.0,
        "urgency": float((scores[:, len(CODES) : -1].argmax(axis=1) == urgency).mean()),
        "sentiment_error": float(np.abs(np.clip(scores[:, -1], -1, 1) - mood).mean()),
    }
    calibration = Calibration(slope=slope, offset=offset, answer_from=answer_from)
    return calibration, {name: round(value, 4) for name, value in figures.items()}


def train_on(examples: Sequence[Example], folder: Path, *, seed: int = 0, progress: bool = False) -> Manifest:
    """Train on these texts, at least five of each category, and write the model into `folder`."""
    steps = tqdm(total=4, desc="train", disable=not progress)
    material = Material(examples, seed)
    steps.update()
    calibration, figures = _judged(held_out_scores(material, seed), examples)
    steps.update()
    fitted = material.fit(range(len(examples)), seed)
    steps.update()
    trained = Trained(
        terms=material.features.terms,
        idf=material.features.idf,
        weights=fitted.weights,
        offsets=fitted.offsets,
        slope=calibration.slope,
        offset=calibration.offset,
        complaint_from=calibrate.COMPLAINT_FROM,
        answer_from=calibration.answer_from,
    )
    manifest = save(folder, trained, _manifest(examples, figures, seed))
    steps.update()
    steps.close()
    return manifest


def _manifest(examples: Sequence[Example], figures: dict[str, float], seed: int) -> Manifest:
    data, code = digest(list(examples)), _code_digest()
    libraries = {name: version(name) for name in LIBRARIES}
    whole = "|".join([data, code, str(seed), *(f"{name}={number}" for name, number in libraries.items())])
    return Manifest(
        version=hashlib.sha256(whole.encode()).hexdigest()[:12],
        seed=seed,
        data=data,
        code=code,
        libraries=libraries,
        counts=dict(sorted(Counter(example.category for example in examples).items())),
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
