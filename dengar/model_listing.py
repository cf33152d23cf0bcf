"""What the analysts' commands print: lines of text that fit the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dengar.classify.taxonomy import CATEGORIES, CODES
from dengar.listing import table
from dengar.models import ModelMove, ModelVersion, Why
from dengar.store.shadows import Shadow
from dengar.timetable import JAKARTA

if TYPE_CHECKING:
    from dengar.classify.agreement import Agreement
    from dengar.classify.corpus import Example
    from dengar.classify.drift import Drift
    from dengar.classify.evaluation import Evaluation
    from dengar.classify.gate import Verdict
    from dengar.classify.measures import Interval
    from dengar.reclassifying import Difference

MOST_PAIRS = 12


def version_lines(versions: Sequence[ModelVersion], serving: str, shadow: str | None, width: int) -> Iterator[str]:
    """Give a table of versions."""
    rows = [("", "version", "made", "by", "labelled posts", "accuracy", "macro-F1", "MB")]
    marks = {serving: "*", shadow or "": "~"}
    for one in versions:
        made = f"{one.made_at.astimezone(JAKARTA):%Y-%m-%d %H:%M}"
        figures = (f"{one.accuracy:.3f}", f"{one.macro_f1:.3f}", f"{one.size / 1e6:.1f}")
        rows.append((marks.get(one.version, ""), one.version, made, one.made_by, f"{one.labelled_posts:,}", *figures))
    yield from table(rows, (0,) * 8, width)
    yield "Accuracy and macro-F1 are those of cross-validation; `dengar models judge VERSION` compares on the exam."


def move_lines(moves: Sequence[ModelMove], width: int) -> Iterator[str]:
    """Give a table of the registry's history."""
    rows = [("when", "what", "version", "by", "reason")]
    for one in moves:
        by = f"{one.by}, approved by {one.approved_by}" if one.approved_by else one.by
        when = f"{one.at.astimezone(JAKARTA):%Y-%m-%d %H:%M}"
        rows.append((when, one.kind.replace("_", " "), one.version, by, one.reason))
    yield from table(rows, (0, 0, 0, 0, 1), width)


def verdict_lines(verdict: "Verdict") -> Iterator[str]:
    """Give what the gate says, a line for each condition."""
    yield f"{verdict.challenger} against {verdict.champion} on {verdict.count:,} texts of the exam:"
    for check in verdict.checks:
        yield f"  {'+' if check.passed else '!'} {check.name}: {check.says}"
    if verdict.passed:
        yield "The gate lets it pass."
    elif verdict.is_not_inferior:
        yield "It is surely not worse, but not surely better: a second person may let it pass (--approved-by)."
    else:
        yield "The gate does not let it pass."


def evaluation_lines(evaluation: "Evaluation", width: int) -> Iterator[str]:
    """Give the figures of a model."""
    exam, folds = evaluation.exam, evaluation.cross_validated
    rows = [
        ("", f"on {exam.count:,} texts", "5-fold"),
        ("category right", _say(exam.accuracy), f"{folds['accuracy']:.3f}"),
        ("or another acceptable one", _say(exam.acceptable), f"{folds['acceptable']:.3f}"),
        ("macro-F1", _say(exam.macro_f1), f"{folds['macro_f1']:.3f}"),
        ("complaint yes/no", _say(exam.complaint_yes_no), f"{folds['complaint_yes_no']:.3f}"),
        ("calibration error", f"{exam.calibration_error:.3f}", f"{folds['calibration_error']:.3f}"),
        ("answers by itself", f"{exam.answered:.3f}", f"{folds['answered']:.3f}"),
        ("and is right then", f"{exam.answered_right:.3f}", f"{folds['answered_right']:.3f}"),
    ]
    yield f"Model {evaluation.version}"
    yield from table(rows, (0, 0, 0), width)
    yield ""
    header = ("category", "texts", "precision", "recall", "F1")
    classes = [
        (one.code, str(one.support), f"{one.precision:.2f}", f"{one.recall:.2f}", _say(one.f1)) for one in exam.classes
    ]
    yield from table([header, *classes], (0,) * 5, width)
    if not exam.slices:
        return
    yield ""
    slices = [(one.kind, one.name, str(one.count), _say(one.right)) for one in exam.slices]
    yield from table([("slice", "name", "texts", "right"), *slices], (0,) * 4, width)


def _say(figure: "Interval") -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def shadow_lines(move: ModelMove | None, seen: Shadow | None) -> Iterator[str]:
    """Give what a model in the shadow has seen."""
    if move is None:
        yield "No model is in the shadow."
        return
    yield f"{move.version} is in the shadow since {move.at.astimezone(JAKARTA):%Y-%m-%d %H:%M}."
    if seen is None or not seen.compared:
        yield "No post has come since."
        return
    yield f"{seen.compared:,} posts compared, {seen.changed / seen.compared:.1%} called something else:"
    yield from _pair_lines(seen.pairs)


def _pair_lines(pairs: Mapping[str, int]) -> Iterator[str]:
    for pair, count in sorted(pairs.items(), key=lambda one: (-one[1], one[0]))[:MOST_PAIRS]:
        yield f"  {count:>7,}  {pair}"


def label_lines(text: str, channel: str, width: int) -> Iterator[str]:
    """Give a post to label, with the choices."""
    yield ""
    yield f"[{channel}] {text}"
    yield ""
    choices = [f"{number:>2} {one.name}" for number, one in enumerate(CATEGORIES, start=1)]
    wide = max(map(len, choices)) + 2
    across = max(1, width // wide)
    for start in range(0, len(choices), across):
        yield "".join(one.ljust(wide) for one in choices[start : start + across]).rstrip()
    yield "number or code, s: skip, u: undo, q: quit"


def code_of(choice: str) -> str | None:
    """Give the category that a person chose by its number or code."""
    if choice.isdecimal() and 1 <= int(choice) <= len(CODES):
        return CODES[int(choice) - 1]
    return choice if choice in CODES else None


def label_status_lines(
    waiting: Mapping[Why, int],
    examples: Sequence["Example"],
    agreement: "Agreement",
    disputed: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    """Give the state of labelling."""
    said = ", ".join(f"{count:,} {why}" for why, count in sorted(waiting.items())) or "none"
    yield f"Waiting: {said}."
    yield f"Labelled and agreed on: {len(examples):,} posts."
    if agreement.pairs:
        yield (
            f"Two people said the same of {agreement.equal:.0%} of {agreement.pairs:,} pairs "
            f"(Cohen's kappa {agreement.kappa:.2f}): no model can be expected to do better."
        )
    for post, votes in sorted(disputed.items()):
        yield f"  disputed {post}: {', '.join(f'{by} {category}' for by, category in sorted(votes.items()))}"


def drift_lines(found: "Drift") -> Iterator[str]:
    """Give what was found of drift."""
    yield f"{found.now:,} posts of this week, {found.before:,} of the four weeks before."
    if not found.is_enough:
        yield "Too few to tell: 300 of each are needed."
        return
    yield f"  categories' shares   index {found.mix:.3f}   (alarm above 0.1; moves most: {', '.join(found.grown)})"
    yield f"  confidence           distance {found.doubt:.3f}   (alarm above 0.15)"
    yield f"  new words            {found.new_words[0]:.1%}, before {found.new_words[1]:.1%}"
    for alarm in found.alarms:
        yield f"! {alarm}"
    if not found.alarms:
        yield "People write as before."


def difference_lines(found: "Difference", width: int, *, applied: bool) -> Iterator[str]:
    """Give what another model changes."""
    share = found.changed / found.posts if found.posts else 0
    verb = "got" if applied else "would get"
    yield f"{found.posts:,} posts, {found.changed:,} ({share:.1%}) {verb} another category."
    yield f"Abstained: {found.abstained_before:,} before, {found.abstained_after:,} after."
    yield from _pair_lines(found.pairs)
    rows = [
        (one.before, one.after, f"{one.confidence:.2f}", " ".join(one.text.split())[:200]) for one in found.examples
    ]
    if rows:
        yield ""
        yield from table([("before", "after", "sure", "text"), *rows], (0, 0, 0, 1), width)
    if applied:
        yield f"{found.reports:,} open reports changed."
    elif found.changed:
        yield "Nothing is written yet: --apply does."
