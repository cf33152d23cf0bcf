"""The exam: labelled texts that no model learns, so that every version can be compared on them.

It is a ninth of the corpus, always the same texts (chosen by their hash), and the newest tenth of the labelled posts,
because tomorrow's posts are what counts. What nearly repeats a text of the exam is not learnt either.
"""

import hashlib
from collections.abc import Sequence

from dengar.classify.corpus import Example
from dengar.classify.likeness import find_twins
from dengar.classify.measures import Answer, length_of
from dengar.classify.model import Classifier
from dengar.classify.text import tokens
from dengar.models import Labels

OF_CORPUS, OF_POSTS = 9, 10  # one of so many


def is_frozen(example: Example) -> bool:
    """Say whether a text of the corpus belongs to the exam; a labelled post never does."""
    return example.post is None and hashlib.sha256(example.text.encode()).digest()[0] % OF_CORPUS == 0


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Give what may be learnt and what is the exam, in their order."""
    posts = sorted((one for one in examples if one.post), key=lambda one: (str(one.said_at), one.id))
    later = {one.id for one in posts[len(posts) - len(posts) // OF_POSTS :]}
    exam = [one for one in examples if is_frozen(one) or one.id in later]
    asked = {one.id for one in exam}
    rest = [one for one in examples if one.id not in asked]
    twins = find_twins([tokens(one.text) for one in (*exam, *rest)], first=len(exam))
    return [one for number, one in enumerate(rest, start=len(exam)) if number not in twins], exam


def sit(classifier: Classifier, exam: Sequence[Example]) -> list[Answer]:
    """Let a model answer an exam."""
    return mark(exam, classifier.label([example.text for example in exam]))


def mark(exam: Sequence[Example], found: Sequence[Labels]) -> list[Answer]:
    """Give what a model said of an exam as answers."""
    return [
        Answer(
            id=example.id,
            truth=example.category,
            guess=labels.category,
            confidence=labels.confidence,
            answered=not labels.abstained,
            register=example.register,
            length=length_of(tokens(example.text)),
            kota=example.kota,
            month=example.said_at.strftime("%Y-%m") if example.said_at else "",
            is_later=example.post is not None,
            also=example.also,
        )
        for example, labels in zip(exam, found, strict=True)
    ]


def measure_tone(exam: Sequence[Example], found: Sequence[Labels]) -> dict[str, float]:
    """Give the share of urgencies that are right, and the mean error of sentiments (-1..1), where they are known."""
    pairs = list(zip(exam, found, strict=True))
    hasty = [labels.urgency == example.urgency for example, labels in pairs if example.urgency is not None]
    felt = [abs(labels.sentiment - example.sentiment) for example, labels in pairs if example.sentiment is not None]
    return {
        "urgency": round(sum(hasty) / max(len(hasty), 1), 4),
        "sentiment_error": round(sum(felt) / max(len(felt), 1), 4),
    }
