"""The model card (Mitchell et al. 2019): what a model was made of, how good it is, what it is not for."""

from typing import TYPE_CHECKING

from dengar.classify.taxonomy import BY_CODE

if TYPE_CHECKING:
    from dengar.classify.evaluation import Evaluation
    from dengar.classify.measures import Interval
    from dengar.classify.saved import Manifest

CARD = """# Classifier {version}

Says of a citizen's message in Indonesian, with the slang and regional words of Jakarta, what it is about (20
categories, one of them "no complaint"), how urgent it is and how it sounds. A linear model over words, pairs of words,
letter n-grams and meanings (ridge and logistic regression), whose scores small neural networks turn into chances; these
are learnt from texts that the linear model had not seen.

## Made of
{count:,} texts, of which {posts:,} are posts labelled by people and the others were written for Dengar.
Near-duplicates: {near:.1%}. Distinct words, pairs, triples: {one:.1%}, {two:.1%}, {three:.1%} of all.
Data {data}, code {code}, seed {seed}; {libraries}.

## How good it is
| | exam, {exam:,} texts it has not learnt | 5-fold |
|---|---|---|
| category right | {accuracy} | {cv[accuracy]:.3f} |
| or another acceptable one | {acceptable} | {cv[acceptable]:.3f} |
| macro-F1 | {macro} | {cv[macro_f1]:.3f} |
| complaint yes/no | {complaint} | {cv[complaint_yes_no]:.3f} |
| calibration error | {error:.3f} | {cv[calibration_error]:.3f} |
| answers by itself | {answered:.3f} | {cv[answered]:.3f} |
| and is right then | {right:.3f} | {cv[answered_right]:.3f} |

| category | texts | precision | recall | F1 |
|---|---|---|---|---|
{classes}

## What it is not for
Judging people; other languages (it abstains); deciding alone where lives depend on it: what it is unsure of goes to a
person. The texts of the exam were written by the same hands as those it learnt: on what people really write expect
less, and look at the posts that were labelled later.
"""


def make_card(manifest: "Manifest", evaluation: "Evaluation") -> str:
    """Write the card in Markdown."""
    exam, diversity = evaluation.exam, evaluation.diversity
    classes = "\n".join(
        f"| {BY_CODE[one.code].name} | {one.support} | {one.precision:.2f} | {one.recall:.2f} | {_say(one.f1)} |"
        for one in exam.classes
    )
    return CARD.format(
        version=manifest.version,
        count=sum(manifest.counts.values()),
        posts=manifest.labelled_posts,
        near=diversity.near_duplicates,
        one=diversity.distinct[0],
        two=diversity.distinct[1],
        three=diversity.distinct[2],
        data=manifest.data[:12],
        code=manifest.code[:12],
        seed=manifest.seed,
        libraries=", ".join(f"{name} {number}" for name, number in manifest.libraries.items()),
        exam=exam.count,
        accuracy=_say(exam.accuracy),
        acceptable=_say(exam.acceptable),
        macro=_say(exam.macro_f1),
        complaint=_say(exam.complaint_yes_no),
        error=exam.calibration_error,
        answered=exam.answered,
        right=exam.answered_right,
        cv=evaluation.cross_validated,
        classes=classes,
    )


def _say(figure: "Interval") -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
