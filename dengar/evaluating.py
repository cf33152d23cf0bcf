"""Evaluation beside training: on rows that an analyst brings, and with the texts that an evaluation only names."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dengar import labelling
from dengar.classify.taxonomy import CODES
from dengar.errors import BadSettings
from dengar.store import Store

if TYPE_CHECKING:
    from dengar.classify import Classifier
    from dengar.classify.corpus import Example
    from dengar.classify.evaluation import Evaluation

MOST_PROBLEMS = 10


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    id: str | int
    text: str
    category: str
    channel: str = ""


def texts_of(corpus: Sequence["Example"], store: Store) -> dict[str, str]:
    """Give the texts of the corpus and of labelled posts by their ids; deleted posts are not among them."""
    return {one.id: one.text for one in (*corpus, *labelling.examples(store))}


def evaluate_rows(
    classifier: "Classifier", evaluation: "Evaluation", path: Path
) -> tuple["Evaluation", dict[str, str]]:
    """Evaluate on the rows {id, text, category[, channel]} of a file; gives the texts by their ids as well.

    Raises BadSettings with the lines that are no such rows.
    """
    from dengar.classify.corpus import Example
    from dengar.classify.exam import sit
    from dengar.classify.measures import measure

    rows = list(_read(path))
    if not rows:
        raise BadSettings([f"{path} holds no rows."])
    exam = [
        Example(text=row.text, category=row.category, register=row.channel, post=str(row.id), said_at=None)
        for row in rows
    ]
    answers = sit(classifier, exam)
    found = msgspec.structs.replace(evaluation, exam=measure(answers), answers=tuple(answers), suspects=())
    return found, {one.id: one.text for one in exam}


def _read(path: Path) -> Iterator[_Row]:
    problems = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=_Row)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            problems.append(f"{path}, line {number}: {error}")
            continue
        if row.category not in CODES:
            problems.append(f"{path}, line {number}: there is no category {row.category!r}")
        else:
            yield row
    if problems:
        more = [f"and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
        raise BadSettings([*problems[:MOST_PROBLEMS], *more])
