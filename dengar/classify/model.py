"""The classifier that runs: texts in, Labels out.

label(texts)
  tokens                 normalised words                    text.py
  scorer.scores          one row of outputs per text         features.py, heads.py
  stack.chances          the chance of each category         stack.py
  abstain                with the reason, when it is unsure
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Self

from dengar.classify.saved import FOLDER, Manifest, Trained, load
from dengar.classify.taxonomy import BY_CODE, CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens
from dengar.models.labels import Alternative, Labels, Urgency

BATCH = 500
KNOWN_SHARE = 0.4
OTHERS, LEAST_OTHER = 3, 0.03
MOST_REASONS, LEAST_REASON = 8, 0.02
_LETTER = re.compile(r"[^\W\d_]")
EMPTY = "Tidak ada kata yang dapat dibaca."
FOREIGN = "Sebagian besar kata tidak dikenal, mungkin bahasa lain."
NO = CODES.index(NOT_A_COMPLAINT)
_URGENCIES: tuple[Urgency, ...] = ("danger", "today", "routine")


class Classifier:
    """Labels texts with a trained model; made by `load`."""

    def __init__(self, trained: Trained, manifest: Manifest) -> None:
        from threadpoolctl import threadpool_limits

        from dengar.classify.features import Features
        from dengar.classify.heads import Heads, Scorer
        from dengar.classify.stack import Stack

        threadpool_limits(
            1
        )  # of the process: for products as small as ours a second thread takes a core, gives nothing
        self.manifest = manifest
        self._scorer = Scorer(Features(trained.terms, trained.idf), Heads(trained.weights, trained.offsets))
        self._stack = Stack(trained.first, trained.first_offsets, trained.second, trained.second_offsets)
        self._answer_from: list[float] = trained.answer_from.tolist()

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
            found.extend(self._label_batch([tokens(text) if _LETTER.search(text) else [] for text in batch]))
        return found

    def unknown_shares(self, texts: Sequence[str]) -> list[float]:
        """Give for each text the share of its different words that training did not know (0..1)."""
        _, kinds = self._scorer.scores([tokens(text) for text in texts])
        return [1 - known / spoken if spoken else 0.0 for known, spoken in kinds.tolist()]

    def explain(self, text: str, category: str | None = None) -> list[tuple[str, float]]:
        """Give the words and pairs of words that spoke most for a category, by default the best, with their shares.

        A share is what the word adds to the category's score; a negative one spoke against it. Strongest first, at most
        eight.
        """
        words = tokens(text)
        code = category or self.label([text])[0].category
        shares = self._scorer.shares(words, CODES.index(code)) if words else {}
        strongest = sorted(shares.items(), key=lambda one: (-abs(one[1]), one[0]))[:MOST_REASONS]
        return [(word, round(share, 3)) for word, share in strongest if abs(share) >= LEAST_REASON]

    def _label_batch(self, texts: list[list[str]]) -> Iterator[Labels]:
        import numpy as np

        scores, kinds = self._scorer.scores(texts)
        chance = self._stack.chances(scores[:, : len(CODES)])
        likely = (-chance).argsort(axis=1, kind="stable")[:, : OTHERS + 1]
        sure = np.take_along_axis(chance, likely, axis=1).round(4).tolist()
        haste = scores[:, len(CODES) : -1].argmax(axis=1).tolist()
        mood = scores[:, -1].astype(float).clip(-1, 1).round(2).tolist()
        rows = zip(kinds.tolist(), likely.tolist(), sure, haste, mood, strict=True)
        for (known, spoken), (best, *others), (confidence, *less), urgency, sentiment in rows:
            if not spoken:
                yield self._unread()
                continue
            alternatives = tuple(
                [
                    Alternative(category=CODES[other], confidence=one)
                    for other, one in zip(others, less, strict=True)
                    if one >= LEAST_OTHER
                ]
            )
            is_foreign = known < KNOWN_SHARE * spoken
            reason = FOREIGN if is_foreign else self._doubt(best, confidence, alternatives)
            yield Labels(
                category=CODES[best],
                is_complaint=best != NO,
                confidence=confidence,
                abstained=reason is not None,
                reason=reason,
                urgency=_URGENCIES[urgency],
                sentiment=sentiment,
                alternatives=alternatives,
                model=self.version,
            )

    def _unread(self) -> Labels:
        return Labels(
            category=NOT_A_COMPLAINT,
            is_complaint=False,
            confidence=0.0,
            abstained=True,
            reason=EMPTY,
            model=self.version,
        )

    def _doubt(self, guess: int, confidence: float, others: tuple[Alternative, ...]) -> str | None:
        if confidence >= self._answer_from[guess]:
            return None
        said = f"Kurang yakin: {BY_CODE[CODES[guess]].name} {confidence:.0%}"
        if others:
            said += f", mungkin juga {BY_CODE[others[0].category].name} {others[0].confidence:.0%}"
        return said + "."
