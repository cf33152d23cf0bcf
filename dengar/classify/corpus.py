"""The corpus: one file per category, one text a line, each line checked."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from dengar.classify.taxonomy import CODES
from dengar.errors import StopProgram
from dengar.models.labels import Urgency

FOLDER = Path(__file__).parent / "corpus"
MOST = 5000


class CorpusBroken(StopProgram):
    """A line of the corpus is not what it must be; the message names file and line."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a corpus file; `also` are other categories that a desk would accept for this text."""

    text: str
    register: str
    scope: Literal["jakarta", "neutral"]
    urgency: Urgency
    sentiment: float
    also: tuple[str, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One labelled text: a line of the corpus, or a post that people have labelled.

    Of a post also its id, its kota and when it was said are known; its register is its channel. Who labels a post need
    not say how urgent or how angry it is: that is then None.
    """

    text: str
    category: str
    register: str
    urgency: Urgency | None = None
    sentiment: float | None = None
    also: tuple[str, ...] = ()
    post: str | None = None
    kota: str = ""
    said_at: datetime | None = None

    @property
    def id(self) -> str:
        """Name the text: the post's id, or a hash of the text."""
        return self.post or hashlib.sha256(self.text.encode()).hexdigest()[:16]


def _problem(row: Row, category: str) -> str | None:
    if not row.text.strip():
        return "the text is empty"
    if len(row.text) > MOST:
        return f"the text has more than {MOST} characters"
    if not row.register:
        return "the register is empty"
    if not -1 <= row.sentiment <= 1:
        return f"sentiment {row.sentiment} is not between -1 and 1"
    unknown = [code for code in row.also if code not in CODES or code == category]
    if unknown:
        return f"also {unknown[0]}: is no other category of taxonomy.py"
    return None


def _read_row(line: str, category: str, where: str) -> Row:
    try:
        row = msgspec.json.decode(line, type=Row)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CorpusBroken(f"{where}: {error}") from error
    problem = _problem(row, category)
    if problem:
        raise CorpusBroken(f"{where}: {problem}")
    return row


def read_file(path: Path) -> list[Example]:
    """Read one category's file, named after its code; raise CorpusBroken at the first bad line."""
    if path.stem not in CODES:
        raise CorpusBroken(f"{path.name}: the file name is no category of taxonomy.py")
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            row = _read_row(line, path.stem, f"{path.name}, line {number}")
            examples.append(
                Example(
                    text=row.text,
                    category=path.stem,
                    register=row.register,
                    urgency=row.urgency,
                    sentiment=row.sentiment,
                    also=row.also,
                )
            )
    return examples


def read_corpus(folder: Path = FOLDER) -> list[Example]:
    """Read every file of the folder, in the order of their names; raise CorpusBroken when there is none."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise CorpusBroken(f"{folder} holds no corpus file (<category>.jsonl)")
    return [example for path in paths for example in read_file(path)]


def digest(examples: Sequence[Example]) -> str:
    """Give the sha256 of these examples, whatever files they came from."""
    return hashlib.sha256(msgspec.json.encode(list(examples))).hexdigest()
