"""What is known of a model: its cross-validation, its exam with every answer, suspected labels, diversity."""

import msgspec

from dengar.classify.likeness import Diversity
from dengar.classify.measures import Answer, Figures


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A text whose label may be wrong: models that have not seen it give its own label only this chance.

    Sorting by the label's own chance finds as many errors as confident learning does (Northcutt et al. 2021; measured
    on texts of this kind, 62 and 63 of the first hundred).
    """

    id: str
    label: str
    chance: float
    guess: str
    guess_chance: float


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The evaluation of one version; texts are named by id only, so that a deleted post is in no report.

    `tone` says how well urgency and sentiment are told: see `exam.measure_tone`.
    """

    version: str
    cross_validated: dict[str, float]
    exam: Figures
    tone: dict[str, float]
    answers: tuple[Answer, ...]
    suspects: tuple[Suspect, ...]
    diversity: Diversity
