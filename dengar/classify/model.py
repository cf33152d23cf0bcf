"""The classifier that runs: texts in, Labels out.

label(texts)
  tokens                 normalised words                    text.py
  features.matrix        words to numbers                    features.py
  heads.scores           one row of outputs per text         heads.py
  chances, decide        calibrated category, complaint?     calibrate.py
  abstain                with the reason, when it is unsure
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from dengar.classify.saved import FOLDER, Manifest, Trained, load
from dengar.classify.taxonomy import BY_CODE, CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens
from dengar.models.labels import Alternative, Labels, Urgency

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 2000
KNOWN_SHARE = 0.4
OTHERS, LEAST_OTHER = 3, 0.03
EMPTY = "Tidak ada kata yang dapat dibaca."
FOREIGN = "Sebagian besar kata tidak dikenal, mungkin bahasa lain."
_URGENCIES: tuple[Urgency, ...] = ("danger", "today", "routine")


class Classifier:
    """Labels texts with a trained model; made by `load`."""

    def __init__(self, trained: Trained, manifest: Manifest) -> None:
        from dengar.classify.features import Features
        from dengar.classify.heads import Heads

        self.manifest = manifest
        self._trained = trained
        self._features = Features(trained.terms, trained.idf)
        self._heads = Heads(trained.weights, trained.offsets)

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Load the model of this folder, by default the one built with the package.

        Raises ModelMissing when there is none, and ModelChanged when its files are not those that training wrote.
        """
        return cls(*load(folder or FOLDER))

    @property
    def version(self) -> str:
        """Name the data, code and settings that made this model."""
        return self.manifest.version

    def label(self, texts: Sequence[str]) -> list[Labels]:
        """Label each text, in order; a text that says nothing readable is abstained, never an error."""
        rest = iter(texts)
        found: list[Labels] = []
        while batch := list(islice(rest, BATCH)):
            found.extend(self._label_batch([tokens(text) for text in batch]))
        return found

    def _label_batch(self, texts: list[list[str]]) -> Iterator[Labels]:
        from dengar.classify.calibrate import chances, decide

        scores = self._heads.scores(self._features.matrix(texts))
        chance = chances(scores[:, : len(CODES)], self._trained.slope, self._trained.offset)
        guess = decide(chance, CODES.index(NOT_A_COMPLAINT), self._trained.complaint_from)
        urgency = scores[:, len(CODES) : -1].argmax(axis=1)
        mood = scores[:, -1].clip(-1, 1)
        for row, words in enumerate(texts):
            reason = self._unreadable(words)
            if reason:
                yield self._unread(reason)
            else:
                yield self._one(chance[row], int(guess[row]), _URGENCIES[urgency[row]], round(float(mood[row]), 2))

    def _unreadable(self, words: list[str]) -> str | None:
        spoken = [word for word in words if not word.startswith("<")]
        if not spoken:
            return EMPTY
        known = sum(word in self._features.ids for word in spoken)
        return FOREIGN if known < KNOWN_SHARE * len(spoken) else None

    def _unread(self, reason: str) -> Labels:
        return Labels(
            category=NOT_A_COMPLAINT,
            is_complaint=False,
            confidence=0.0,
            abstained=True,
            reason=reason,
            model=self.version,
        )

    def _one(self, chance: "NDArray[np.float64]", guess: int, urgency: Urgency, sentiment: float) -> Labels:
        confidence = float(chance[guess])
        others = tuple(
            Alternative(category=CODES[other], confidence=round(float(chance[other]), 4))
            for other in (-chance).argsort()[: OTHERS + 1].tolist()
            if other != guess and chance[other] >= LEAST_OTHER
        )[:OTHERS]
        unsure = bool(confidence < self._trained.answer_from[guess])
        return Labels(
            category=CODES[guess],
            is_complaint=BY_CODE[CODES[guess]].is_complaint,
            confidence=round(confidence, 4),
            abstained=unsure,
            reason=_doubt(guess, confidence, others) if unsure else None,
            urgency=urgency,
            sentiment=sentiment,
            alternatives=others,
            model=self.version,
        )


def _doubt(guess: int, confidence: float, others: tuple[Alternative, ...]) -> str:
    said = f"Kurang yakin: {BY_CODE[CODES[guess]].name} {confidence:.0%}"
    if others:
        said += f", mungkin juga {BY_CODE[others[0].category].name} {others[0].confidence:.0%}"
    return said + "."
