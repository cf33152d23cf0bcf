"""Ordered rules decide which unit acts, by when and why: the first that matches wins."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from dengar.errors import BadRequest, BadSettings
from dengar.models import WIB, Doubt, DoubtKind, Escalation, Place, Post, Record, Report, Routing, Unit
from dengar.routing.clocks import Clocks
from dengar.routing.conditions import Outcome, Rule, make_facts
from dengar.routing.deadlines import Duration, parse_duration
from dengar.routing.doubts import find_doubts
from dengar.routing.jurisdiction import (
    JURISDICTIONS,
    find_neighbours,
    is_near_border,
    resolve,
    tell_border,
    tell_outside,
)
from dengar.routing.rules_file import parse_rules
from dengar.routing.states import ROUTING_DOUBTS

BUILT_IN = Path(__file__).with_name("rules.toml")
NATIONAL_UNIT = "national:lapor"
FIRST = 3  # the priority before all else
OUTCOME_DOUBTS: dict[Outcome, DoubtKind] = {"outside": "outside", "not_actionable": "no_complaint", "review": "unit"}

NO_PROBLEM = "Pesan ini tidak menyebut masalah yang dapat ditangani: sebutkan apa yang terganggu, dan di mana."


class UnknownUnit(BadRequest):
    """No unit has this code."""


class Router(Record, frozen=True, kw_only=True):
    """The rules, the units that they may name, the clocks, and the version of all of them (0: none is kept)."""

    rules: tuple[Rule, ...]
    units: Mapping[str, Unit]
    clocks: Clocks = Clocks()
    outside: Mapping[str, str] = msgspec.field(default_factory=dict)
    version: int = 0

    def current(self) -> Self:
        """Give these rules: they are always the same, unlike those of `dengar.ruling`."""
        return self

    def route(self, post: Post, category: str | None, received_at: datetime) -> Routing:
        """Choose the unit and the deadlines for the report that this post opens; without a unit, say why."""
        doubts = find_doubts(post, category)
        routing = self._decide(post, category, received_at, doubts)
        priority = FIRST if any(one.kind == "safety" for one in doubts) else routing.priority
        return routing.replace(version=self.version, priority=priority)

    def assign(self, report: Report, unit: str, at: datetime, reason: str) -> Routing:
        """Give the routing to a unit that a person chose; raises UnknownUnit.

        The first action is due anew; the solution only when its time is over or was never set.
        """
        if unit not in self.units:
            raise UnknownUnit(f"Tidak ada unit {unit}.")
        before = report.routing
        respond, solve = self._durations(before, unit)
        is_ahead = before.resolve_by is not None and before.resolve_by > at
        chosen = Routing(
            unit=unit,
            neighbours=find_neighbours(unit, report.place, self.units),
            jurisdiction=JURISDICTIONS[self.units[unit].kind],
            version=self.version,
            reason=reason,
            priority=report.priority,
            respond=str(respond),
            resolve=str(solve),
            respond_by=self.clocks.end(respond, at),
            resolve_by=before.resolve_by if is_ahead else self.clocks.end(solve, at),
        )
        return self._with_escalations(chosen, report)

    def choose_again(self, report: Report, chosen: Routing, at: datetime) -> Routing:
        """Give what the rules chose for a report of which something else is known now, with clocks that run on.

        The unit that has it keeps them. Another one must act first from now on, and solve it when that was due anyway,
        unless that time is over or began anew when the report was opened again.
        """
        before = report.routing
        if chosen.unit is None:
            return chosen
        is_same = chosen.unit == before.unit
        if is_same and (chosen.respond, chosen.resolve) == (before.respond, before.resolve):
            return chosen.replace(
                respond_by=before.respond_by, resolve_by=before.resolve_by, escalations=before.escalations
            )
        respond, solve = self._durations(chosen, chosen.unit)
        is_ahead = chosen.resolve_by is not None and chosen.resolve_by > at and not report.reopened
        moved = chosen.replace(
            respond_by=before.respond_by if is_same else self.clocks.end(respond, at),
            resolve_by=chosen.resolve_by if is_ahead else self.clocks.end(solve, at),
        )
        return self._with_escalations(moved, report)

    def renew(self, report: Report, at: datetime) -> Routing:
        """Give the routing of a report that is opened again: the same unit, all clocks from now on."""
        respond, solve = self._durations(report.routing, report.unit)
        renewed = report.routing.replace(
            respond_by=self.clocks.end(respond, at),
            resolve_by=self.clocks.end(solve, at) if report.unit else None,
        )
        return self._with_escalations(renewed, report.replace(escalated=0))

    def resume(self, report: Report, at: datetime) -> Routing:
        """Give the routing after a pause: what was left of each deadline when it began is counted on from now."""
        if report.pause is None:
            return report.routing
        since = report.pause.since
        respond, solve = self._durations(report.routing, report.unit)
        moved = {
            name: duration.move(by, since, at, self.clocks.calendar) if by else None
            for name, duration, by in (
                ("respond_by", respond, report.routing.respond_by),
                ("resolve_by", solve, report.routing.resolve_by),
            )
        }
        return self._with_escalations(report.routing.replace(**moved), report)

    def silence_ends(self, at: datetime) -> datetime:
        """Give when a report is closed whose reporter says nothing more after an answer of this moment."""
        return self.clocks.end(self.clocks.silence, at)

    def _decide(self, post: Post, category: str | None, at: datetime, doubts: tuple[Doubt, ...]) -> Routing:
        respond_by = self.clocks.end(self.clocks.respond, at)
        doubt = next((one for one in doubts if one.kind in ROUTING_DOUBTS), None)
        if post.outside:
            reason = tell_outside(post.outside, self.outside)
            return Routing(doubt=doubt, respond_by=respond_by, jurisdiction="outside", reason=reason)
        is_working = self.clocks.calendar.is_working(at.astimezone(WIB).date())
        facts = make_facts(post, category, at, is_working_day=is_working)
        rule = next((rule for rule in self.rules if rule.matches(facts)), None)
        if rule is None and doubt is not None and doubt.kind == "no_complaint":
            return Routing(doubt=doubt, respond_by=respond_by, jurisdiction="not_actionable", reason=NO_PROBLEM)
        if rule is None:
            return Routing(doubt=doubt or _no_rule(), respond_by=respond_by)
        if rule.outcome and rule.outcome != "national":
            return _without_unit(rule, rule.outcome).replace(respond_by=respond_by)
        return self._apply(rule, post, facts.place, at, doubt).replace(rule=rule.name)

    def _apply(self, rule: Rule, post: Post, place: Place | None, at: datetime, doubt: Doubt | None) -> Routing:
        unit, *others = (resolve(one, place) for one in rule.units or (NATIONAL_UNIT,))
        if unit is None or unit not in self.units:
            missing = doubt or _missing_area(rule)
            return Routing(doubt=missing, respond_by=self.clocks.end(self.clocks.respond, at), priority=rule.priority)
        respond, solve = self._rule_durations(rule, unit)
        decided = Routing(
            unit=unit,
            beside=tuple(dict.fromkeys(one for one in others if one is not None and one in self.units and one != unit)),
            neighbours=find_neighbours(unit, place, self.units),
            jurisdiction=rule.jurisdiction or JURISDICTIONS[self.units[unit].kind],
            reason=f"{rule.reason} {tell_border(place)}" if is_near_border(place) else rule.reason,
            priority=rule.priority,
            respond=str(respond),
            resolve=str(solve),
            respond_by=self.clocks.end(respond, at),
            resolve_by=self.clocks.end(solve, at),
        )
        return decided.replace(escalations=self._escalations(decided, post.place))

    def _rule_durations(self, rule: Rule, unit: str) -> tuple[Duration, Duration]:
        respond, solve = self._defaults(unit)
        return (
            parse_duration(rule.respond) if rule.respond else respond,
            parse_duration(rule.resolve) if rule.resolve else solve,
        )

    def _durations(self, routing: Routing, unit: str | None) -> tuple[Duration, Duration]:
        """Give the durations by which a report was counted; those of LAPOR! go neither to it nor away from it."""
        respond, solve = self._defaults(unit)
        if (routing.unit == NATIONAL_UNIT) != (unit == NATIONAL_UNIT):
            return respond, solve
        return (
            parse_duration(routing.respond) if routing.respond else respond,
            parse_duration(routing.resolve) if routing.resolve else solve,
        )

    def _defaults(self, unit: str | None) -> tuple[Duration, Duration]:
        if unit == NATIONAL_UNIT:
            return self.clocks.national_respond, self.clocks.national_resolve
        return self.clocks.respond, self.clocks.resolve

    def _with_escalations(self, routing: Routing, report: Report) -> Routing:
        """Plan the escalations anew; those that are behind the unit that has it still stay as they were."""
        fresh = list(self._escalations(routing, report.place))
        behind = report.routing.escalations[: report.escalated] if routing.unit == report.unit else ()
        for done in behind:
            same = next((one for one in fresh if (one.unit, one.awaits) == (done.unit, done.awaits)), None)
            if same is not None:
                fresh.remove(same)
        return routing.replace(escalations=(*behind, *fresh))

    def _escalations(self, routing: Routing, place: Place | None) -> tuple[Escalation, ...]:
        unit = self.units.get(routing.unit or "")
        if unit is None:
            return ()
        return self.clocks.escalations(
            unit, place, self.units, respond_by=routing.respond_by, resolve_by=routing.resolve_by
        )


def load_rules(path: Path, categories: Collection[str], units: Mapping[str, Unit]) -> Router:
    """Read a rules file; raises BadSettings with one sentence for each thing that cannot work."""
    return make_router(read_text(path), path.name, categories, units)


def read_text(path: Path) -> str:
    """Read a rules file; raises BadSettings."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadSettings([f"The rules in {path.name} cannot be read: {error}."]) from error


def make_router(
    text: str, name: str, categories: Collection[str], units: Mapping[str, Unit], version: int = 0
) -> Router:
    """Make the router of a rules file's text; raises BadSettings as `load_rules` does."""
    book = parse_rules(text, name, categories, units)
    return Router(rules=book.rules, units=units, clocks=book.clocks, outside=book.outside, version=version)


def _without_unit(rule: Rule, outcome: Outcome) -> Routing:
    jurisdiction = None if outcome == "review" else outcome
    doubt = Doubt(kind=OUTCOME_DOUBTS[outcome], reason=rule.reason)
    return Routing(rule=rule.name, reason=rule.reason, doubt=doubt, jurisdiction=jurisdiction, priority=rule.priority)


def _no_rule() -> Doubt:
    return Doubt(kind="unit", reason="Tidak ada aturan untuk kategori ini.")


def _missing_area(rule: Rule) -> Doubt:
    if (rule.units or ("",))[0] == "kelurahan":
        return Doubt(kind="place", reason="Kelurahannya belum diketahui.")
    return Doubt(kind="unit", reason=f"Unit {(rule.units or (NATIONAL_UNIT,))[0]} tidak ada di sini.")
