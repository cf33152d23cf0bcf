"""Work on the classifier that takes longer than a page can wait, and what came of it."""

from datetime import datetime
from typing import Literal

import msgspec

from dengar.models.model_report import Figure
from dengar.models.record import Record

# fill the queue, train and judge, judge alone, look for drift, what would change in the archive, change it
ModelJobKind = Literal["fill", "train", "judge", "drift", "compare", "apply"]
ModelJobState = Literal["running", "done", "failed", "lost"]


class GateCheck(Record, frozen=True, kw_only=True):
    """One condition of the gate, and what was found."""

    name: str
    passed: bool
    says: str


class GateVerdict(Record, frozen=True, kw_only=True):
    """What the gate said of a version against the one that served then.

    `is_not_inferior`: it is surely not worse, so that a second person may let it pass.
    """

    challenger: str
    champion: str
    count: int
    difference: Figure
    checks: tuple[GateCheck, ...]
    passed: bool
    is_not_inferior: bool


class Proposal(Record, frozen=True, kw_only=True):
    """Somebody asks a second person to let a version pass that is not surely better."""

    by: str
    at: datetime
    reason: str


class ArchiveChange(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One post of the archive that is judged otherwise; its text is looked up when it is shown."""

    post: str
    text: str | None = None
    before: str
    after: str
    confidence: float


class ArchiveDifference(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What another version changes in the archive: categories by "from > to", and some of the posts."""

    posts: int = 0
    changed: int = 0
    abstained_before: int = 0
    abstained_after: int = 0
    pairs: dict[str, int] = msgspec.field(default_factory=dict)
    examples: tuple[ArchiveChange, ...] = ()
    reports: int = 0


class ModelJob(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of work: who began it, how far it is, how it ended.

    `beat_at` moves while it lives; one that has not moved for long was lost with its process. `version` is what it
    works on, or what it trained. `step` of `steps`; `steps` is 0 where that is not known.
    """

    id: str
    kind: ModelJobKind
    by: str
    begun_at: datetime
    beat_at: datetime
    state: ModelJobState = "running"
    version: str = ""
    step: int = 0
    steps: int = 0
    ended_at: datetime | None = None
    problem: str = ""
    chosen: dict[str, int] = msgspec.field(default_factory=dict)
    verdict: GateVerdict | None = None
    proposal: Proposal | None = None
    difference: ArchiveDifference | None = None
