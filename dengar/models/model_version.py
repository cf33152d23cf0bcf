"""The versions of the classifier, and which of them serves."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record

MoveKind = Literal["promoted", "rolled_back", "shadow_began", "shadow_ended"]


class ModelVersion(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A trained model in the registry; it never changes. `manifest` is the sha256 of its manifest file."""

    version: str
    manifest: str
    made_at: datetime
    made_by: str
    size: int
    accuracy: float
    macro_f1: float
    labelled_posts: int = 0
    is_packaged: bool = False


class ModelMove(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the registry's append-only history: who put which version where, and why.

    `approved_by` is the second person who let a model pass that is not surely better. `verdict` is what the gate said.
    """

    seq: int
    kind: MoveKind
    version: str
    at: datetime
    by: str
    reason: str
    approved_by: str | None = None
    verdict: str | None = None
