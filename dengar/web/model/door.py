"""What the analysts' pages need of the rest: the classifier's versions, and people's labels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dengar.models import (
    HumanLabel,
    LabelAgreement,
    ModelJob,
    ModelJobKind,
    ModelMove,
    ModelReport,
    ModelVersion,
    VersionsCompared,
)
from dengar.web.site import site_of


class ModelDoor(Protocol):
    """What analysts do to the classifier: `dengar.modelling.Modelling`."""

    def serving(self) -> ModelVersion:
        """Give the version that serves."""

    def find(self, version: str) -> ModelVersion:
        """Find a version; raises BadRequest 404."""

    def before(self) -> str | None:
        """Name the version to which a rollback leads."""

    def report(self, version: str) -> ModelReport:
        """Give how good a version is."""

    def compare(self, old: str, new: str) -> VersionsCompared:
        """Hold two versions against each other."""

    def texts(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Give texts by their ids."""

    def judged(self, version: str) -> ModelJob | None:
        """Give the work in which the gate judged a version against the one that serves."""

    def begin(self, kind: ModelJobKind, by: str, version: str = "") -> ModelJob:
        """Begin work; raises BadRequest while other work goes on."""

    def promote(self, version: str, by: str, reason: str) -> ModelMove:
        """Let a version serve that the gate let pass; raises BadRequest."""

    def propose(self, version: str, by: str, reason: str) -> None:
        """Ask a second person to let a version serve; raises BadRequest."""

    def approve(self, version: str, by: str) -> ModelMove:
        """Let a version serve as the second person; raises BadRequest."""

    def roll_back(self, by: str, reason: str) -> ModelMove:
        """Let the version serve again that served before; raises BadRequest."""

    def begin_shadow(self, version: str, by: str, reason: str) -> ModelMove:
        """Let a version judge without effect; raises BadRequest."""

    def end_shadow(self, by: str, reason: str) -> ModelMove:
        """End the shadow; raises BadRequest."""

    def answer(self, post: str, category: str, by: str, also: Sequence[str]) -> HumanLabel:
        """Note what a person says of a post; raises BadRequest."""

    def agreement(self) -> LabelAgreement:
        """Measure how far people agree."""


def door_of(request: Request) -> ModelDoor:
    """Give the door; raises HTTPException 404 where this site has none."""
    door = site_of(request).model
    if door is None:
        raise HTTPException(404)
    return door
