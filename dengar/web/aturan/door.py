"""The door to the routing rules, as the web sees it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dengar.models import RulesVersion
from dengar.routing.rules import Router


class Changed(Protocol):
    """One report for which other rules answer otherwise."""

    @property
    def number(self) -> str:
        """Its number."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def unit_before(self) -> str:
        """The unit that has it by the rules that decide; empty where a person must choose."""

    @property
    def unit_after(self) -> str:
        """The unit by the other rules."""

    @property
    def rule_after(self) -> str:
        """The rule that takes it then."""

    @property
    def resolve_by_before(self) -> datetime | None:
        """By when it is to be solved."""

    @property
    def resolve_by_after(self) -> datetime | None:
        """By when then."""


class Counted(Protocol):
    """How many reports a rule took, and would take."""

    @property
    def rule(self) -> str:
        """Its name."""

    @property
    def before(self) -> int:
        """By the rules that decide."""

    @property
    def after(self) -> int:
        """By the others."""


class Found(Protocol):
    """What a trial found."""

    @property
    def reports(self) -> int:
        """All that it looked at."""

    @property
    def unchanged(self) -> int:
        """Those for which nothing would be different."""

    @property
    def missing(self) -> int:
        """Those whose first message was deleted."""

    @property
    def rules(self) -> Sequence[Counted]:
        """The rules that took something, or would."""

    @property
    def moves(self) -> Mapping[str, int]:
        """Counts by "unit > unit"."""

    @property
    def examples(self) -> Sequence[Changed]:
        """The first that change."""


class RulesDoor(Protocol):
    """Where people look at the rules and change them: `dengar.amending.Amending`."""

    def current(self) -> Router:
        """Give the rules that decide now."""

    def read(self, text: str, name: str, version: int = 0) -> Router:
        """Read rules; raises BadSettings with one sentence for each thing that cannot work."""

    def use(self, text: str, name: str, by: str, note: str) -> RulesVersion:
        """Let these rules decide from now on; raises BadSettings, AddedMeanwhile."""

    def count(self, days: int) -> int:
        """Count the reports on which a trial looks."""

    def try_out(self, text: str, name: str, days: int, on_report: Callable[[int], object]) -> Found:
        """Say what these rules would have done to the reports of the last days; raises BadSettings."""
