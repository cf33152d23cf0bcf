"""Reports on versions of the classifier, with texts that an evaluation only names; and two versions side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from dengar.classify.taxonomy import CODES
from dengar.models import (
    Changed,
    Confused,
    ExamFigures,
    Figure,
    Flip,
    GateVerdict,
    Meaning,
    Mistake,
    ModelReport,
    VersionsCompared,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dengar.classify.evaluation import Evaluation, Suspect
    from dengar.classify.gate import Verdict
    from dengar.classify.measures import Answer, Interval

MOST_PAIRS, MOST_OF_PAIR = 15, 4
MOST_WORST = 50
MOST_FLIPS = 60
FEWEST_OF_CLASS = 10  # under that an interval says nothing
ORDER: tuple[Meaning, ...] = ("falls", "worse", "unsure", "few", "better")

Texts = Callable[[Iterable[str]], Mapping[str, str]]
Pairs = Sequence[tuple["Answer", "Answer"]]


def make_report(evaluation: "Evaluation") -> ModelReport:
    """Arrange an evaluation for reading, without texts: see `tell_report`."""
    wrong = sorted((one for one in evaluation.answers if not one.is_right), key=lambda one: -one.confidence)
    support = Counter(one.truth for one in evaluation.answers)
    return ModelReport(
        version=evaluation.version,
        exam=msgspec.convert(evaluation.exam, ExamFigures, from_attributes=True),
        cross_validated=evaluation.cross_validated,
        confused=tuple(_confused(wrong, support)),
        worst=tuple(map(_mistake, wrong[:MOST_WORST])),
        wrong=len(wrong),
        suspects=tuple(map(_suspect, evaluation.suspects[:MOST_WORST])),
    )


def tell_report(report: ModelReport, texts: Texts) -> ModelReport:
    """Add the texts; `texts` gives those of ids, without those that were deleted."""
    mistakes = [*report.worst, *report.suspects, *(one for pair in report.confused for one in pair.examples)]
    known = texts({one.id for one in mistakes})

    def tell(some: Sequence[Mistake]) -> tuple[Mistake, ...]:
        return tuple(one.replace(text=known.get(one.id)) for one in some)

    return report.replace(
        worst=tell(report.worst),
        suspects=tell(report.suspects),
        confused=tuple(pair.replace(examples=tell(pair.examples)) for pair in report.confused),
    )


def _confused(wrong: Sequence["Answer"], support: Mapping[str, int]) -> Iterator[Confused]:
    of_pair: dict[tuple[str, str], list[Answer]] = {}
    for one in wrong:
        of_pair.setdefault((one.truth, one.guess), []).append(one)
    often = sorted(of_pair.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for (truth, guess), some in often[:MOST_PAIRS]:
        yield Confused(
            truth=truth,
            guess=guess,
            count=len(some),
            support=support[truth],
            examples=tuple(map(_mistake, some[:MOST_OF_PAIR])),
        )


def _mistake(answer: "Answer") -> Mistake:
    return Mistake(id=answer.id, text=None, truth=answer.truth, guess=answer.guess, confidence=answer.confidence)


def _suspect(suspect: "Suspect") -> Mistake:
    return Mistake(id=suspect.id, text=None, truth=suspect.label, guess=suspect.guess, confidence=suspect.guess_chance)


def compare_versions(old: "Evaluation", new: "Evaluation") -> VersionsCompared:
    """Hold two versions against each other on the texts that both have answered, as the gate does; without texts."""
    before = {(one.id, one.truth): one for one in old.answers}
    pairs = [(one, before[one.id, one.truth]) for one in new.answers if (one.id, one.truth) in before]
    broken = [pair for pair in pairs if pair[1].is_right and not pair[0].is_right]
    mended = [pair for pair in pairs if pair[0].is_right and not pair[1].is_right]
    macro, classes = _classes(pairs)
    return VersionsCompared(
        old=old.version,
        new=new.version,
        count=len(pairs),
        macro_f1=macro,
        accuracy=_gain(pairs),
        classes=classes,
        slices=_slices(pairs),
        broken=_flips(broken),
        mended=_flips(mended),
        flips=(len(broken), len(mended)),
    )


def tell_compared(compared: VersionsCompared, texts: Texts) -> VersionsCompared:
    """Add the texts, as `tell_report` does."""
    known = texts({one.id for one in (*compared.broken, *compared.mended)})
    broken, mended = (
        tuple(one.replace(text=known.get(one.id)) for one in some) for some in (compared.broken, compared.mended)
    )
    return compared.replace(broken=broken, mended=mended)


def _flips(pairs: Pairs) -> tuple[Flip, ...]:
    surest = sorted(pairs, key=lambda pair: -pair[0].confidence)[:MOST_FLIPS]
    return tuple(
        Flip(id=one.id, text=None, truth=one.truth, before=was.guess, after=one.guess, confidence=one.confidence)
        for one, was in surest
    )


def show_verdict(verdict: "Verdict") -> GateVerdict:
    """Give what the gate says as a record to keep."""
    return msgspec.convert(verdict, GateVerdict, from_attributes=True)


def _classes(pairs: Pairs) -> tuple[Figure | None, tuple[Changed, ...]]:
    """Give the difference of macro-F1 and that of every category, the worst first."""
    from dengar.classify.gate import FEWEST_IN_CLASS
    from dengar.classify.measures import f1s, interval, macro, numbers, resamples

    if not pairs:
        return None, ()
    weights = resamples(len(pairs))
    new, old = (f1s(weights, *numbers([pair[which] for pair in pairs])) for which in (0, 1))
    support = Counter(one.truth for one, _ in pairs)
    found = [
        _changed(
            ("category", code),
            (support[code], FEWEST_IN_CLASS),
            (float(old[0, at]), float(new[0, at])),
            _resampled(new[:, at] - old[:, at]),
        )
        for at, code in enumerate(CODES)
        if support[code]
    ]
    return _figure(interval(macro(new) - macro(old))), _worst_first(found)


def _resampled(values: "NDArray[np.float64]") -> Figure:
    """Give the figure with its bounds; one text alone is missing from a third of the resamples."""
    import numpy as np

    from dengar.classify.measures import interval

    return _figure(interval(np.nan_to_num(values)))


def _slices(pairs: Pairs) -> tuple[Changed, ...]:
    from dengar.classify.gate import FEWEST_IN_SLICE
    from dengar.classify.measures import FEWEST_IN_SLICE as FEWEST_SHOWN
    from dengar.classify.measures import slices_of

    members: dict[tuple[str, str], list[tuple[Answer, Answer]]] = {}
    for pair in pairs:
        for one in slices_of(pair[0]):
            members.setdefault(one, []).append(pair)
    found = [
        _changed((kind, name), (len(some), FEWEST_IN_SLICE), (_right(some, 1), _right(some, 0)), gain)
        for (kind, name), some in sorted(members.items())
        if len(some) >= FEWEST_SHOWN and (gain := _gain(some)) is not None
    ]
    return _worst_first(found)


def _right(pairs: Pairs, which: int) -> float:
    return sum(pair[which].is_right for pair in pairs) / len(pairs)


def _gain(pairs: Pairs) -> Figure | None:
    import numpy as np

    from dengar.classify.measures import interval, resamples

    if not pairs:
        return None
    weights = resamples(len(pairs))
    gained = np.array([int(new.is_right) - int(old.is_right) for new, old in pairs])
    return _figure(interval((weights @ gained) / weights.sum(axis=1)))


def _figure(found: "Interval") -> Figure:
    return Figure(value=found.value, low=found.low, high=found.high)


def _changed(
    what: tuple[str, str], counted: tuple[int, int], shares: tuple[float, float], difference: Figure
) -> Changed:
    """Say what a difference means; `counted` are the texts and how many the gate wants before it judges."""
    count, wanted = counted
    return Changed(
        kind=what[0],
        name=what[1],
        count=count,
        before=round(shares[0], 4),
        after=round(shares[1], 4),
        difference=difference,
        meaning=_meaning(difference, count, wanted),
    )


def _meaning(difference: Figure, count: int, wanted: int) -> Meaning:
    from dengar.classify.gate import MARGIN

    if count < FEWEST_OF_CLASS:
        return "few"
    if difference.high < -MARGIN and count >= wanted:
        return "falls"
    if difference.high < 0:
        return "worse"
    return "better" if difference.low > 0 else "unsure"


def _worst_first(found: Sequence[Changed]) -> tuple[Changed, ...]:
    return tuple(sorted(found, key=lambda one: (ORDER.index(one.meaning), one.difference.value, one.name)))
