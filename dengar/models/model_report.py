"""How good a version of the classifier is, and what another one does otherwise: what analysts read before they choose.

The parts that measure have records of their own, with every answer; these hold what is shown, with the texts.
"""

from typing import Literal

from dengar.models.record import Timeless

# surely worse by more than the gate allows, surely worse, not to be told from chance, surely better, too few to tell
Meaning = Literal["falls", "worse", "unsure", "better", "few"]


class Figure(Timeless, frozen=True, kw_only=True):
    """A figure with the bounds between which 95 % of the resamples lie."""

    value: float
    low: float
    high: float


class ClassFigures(Timeless, frozen=True, kw_only=True):
    """How one category is recognised; `support` counts its texts."""

    code: str
    support: int
    precision: float
    recall: float
    f1: Figure


class ConfidenceBin(Timeless, frozen=True, kw_only=True):
    """Answers of about the same confidence: how many, their mean confidence, and the share that is right."""

    count: int
    confidence: float
    right: float


class SliceFigures(Timeless, frozen=True, kw_only=True):
    """The share of right answers among texts that share a property, such as their channel."""

    kind: str
    name: str
    count: int
    right: Figure


class ExamFigures(Timeless, frozen=True, kw_only=True):
    """The figures of one version on its exam."""

    count: int
    accuracy: Figure
    acceptable: Figure
    macro_f1: Figure
    complaint_yes_no: Figure
    calibration_error: float
    answered: float
    answered_right: float
    classes: tuple[ClassFigures, ...]
    reliability: tuple[ConfidenceBin, ...]
    slices: tuple[SliceFigures, ...]


class Mistake(Timeless, frozen=True, kw_only=True):
    """One text of the exam that was called something else; its text is None once the post was deleted."""

    id: str
    text: str | None
    truth: str
    guess: str
    confidence: float


class Confused(Timeless, frozen=True, kw_only=True):
    """Two categories that are taken for each other: how often, of how many texts of the first, and some of them."""

    truth: str
    guess: str
    count: int
    support: int
    examples: tuple[Mistake, ...]


class ModelReport(Timeless, frozen=True, kw_only=True):
    """All that is shown of one version; `suspects` are learnt texts whose own label is the least likely."""

    version: str
    exam: ExamFigures
    cross_validated: dict[str, float]
    confused: tuple[Confused, ...]
    worst: tuple[Mistake, ...]
    wrong: int
    suspects: tuple[Mistake, ...]


class Changed(Timeless, frozen=True, kw_only=True):
    """How one category (its F1) or one slice (its share of right answers) differs between two versions."""

    kind: str
    name: str
    count: int
    before: float
    after: float
    difference: Figure
    meaning: Meaning


class Flip(Timeless, frozen=True, kw_only=True):
    """One text that two versions call differently; exactly one of them is right."""

    id: str
    text: str | None
    truth: str
    before: str
    after: str
    confidence: float


class VersionsCompared(Timeless, frozen=True, kw_only=True):
    """Two versions on the texts that both have answered; what surely fell comes first.

    `broken` were right and are wrong now, `mended` the other way round; `flips` counts both.
    """

    old: str
    new: str
    count: int
    macro_f1: Figure | None
    accuracy: Figure | None
    classes: tuple[Changed, ...]
    slices: tuple[Changed, ...]
    broken: tuple[Flip, ...]
    mended: tuple[Flip, ...]
    flips: tuple[int, int]


class LabelAgreement(Timeless, frozen=True, kw_only=True):
    """How far people agree on labels: pairs of labels of one text, the share that is equal, and Cohen's kappa.

    `disputed` gives what each person said, by post, where they are divided.
    """

    pairs: int
    equal: float | None
    kappa: float | None
    disputed: dict[str, dict[str, str]]
