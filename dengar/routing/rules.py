"""Ordered rules: category, words and place to a unit; a broken rule is refused when it is loaded."""

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import msgspec

from dengar.errors import BadRequest, BadSettings
from dengar.models import Doubt, Labels, Place, Post, Record, Report, Routing, Unit
from dengar.routing.units import area_unit_code

RESPOND_HOURS = 24  # SE Sekda 61/2018: first action within a day
SURE_PLACE = 0.5
BUILT_IN = Path(__file__).with_name("rules.toml")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One rule as it stands in the file."""

    name: str
    target: str
    resolve_hours: int
    reason: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def matches(self, category: str, text: str) -> bool:
        """Say whether the rule speaks of this category and text."""
        if self.categories and category not in self.categories:
            return False
        return not self.words or bool(self._pattern.search(text))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(map(re.escape, self.words)) + r")\b", re.IGNORECASE)


class _RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


class Router(Record, frozen=True, kw_only=True):
    """The rules, and the units they may name."""

    rules: tuple[Rule, ...]
    units: Mapping[str, Unit]

    def route(self, post: Post, category: str | None, received_at: datetime) -> Routing:
        """Choose the unit and the deadlines for the report that this post opens; without a unit, say why."""
        respond_by = received_at + timedelta(hours=RESPOND_HOURS)
        doubt = find_doubt(post, category)
        if doubt or category is None:
            return Routing(doubt=doubt or _unsure_category(), respond_by=respond_by)
        rule = next((rule for rule in self.rules if rule.matches(category, post.text)), None)
        if rule is None:
            return Routing(
                doubt=Doubt(kind="unit", reason="Tidak ada aturan untuk kategori ini."), respond_by=respond_by
            )
        unit = _resolve(rule.target, post.place)
        if unit not in self.units:
            return Routing(rule=rule.name, doubt=_missing_area(rule), respond_by=respond_by)
        return Routing(
            unit=unit,
            rule=rule.name,
            reason=rule.reason,
            respond_by=respond_by,
            resolve_by=received_at + timedelta(hours=rule.resolve_hours),
        )

    def assign(self, report: Report, unit: str, at: datetime, reason: str) -> Routing:
        """Stand in."""
        if unit not in self.units:
            raise BadRequest(f"Tidak ada unit {unit}.")
        return report.routing.replace(unit=unit, reason=reason, respond_by=at + timedelta(hours=RESPOND_HOURS))

    def renew(self, report: Report, at: datetime) -> Routing:
        """Stand in."""
        return report.routing.replace(respond_by=at + timedelta(hours=24), resolve_by=at + timedelta(hours=72))

    def resume(self, report: Report, at: datetime) -> Routing:
        """Stand in."""
        gone = at - (report.pause.since if report.pause else at)
        return report.routing.replace(resolve_by=report.routing.resolve_by and report.routing.resolve_by + gone)

    def silence_ends(self, at: datetime) -> datetime:
        """Stand in."""
        return at + timedelta(days=14)


def load_rules(path: Path, categories: Collection[str], units: Mapping[str, Unit]) -> Router:
    """Read a rules file; raises BadSettings with one sentence for each rule that cannot work."""
    try:
        rules = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _RuleFile).rule
    except (OSError, ValueError) as error:
        raise BadSettings([f"The rules in {path.name} cannot be read: {error}"]) from error
    problems = [problem for rule in rules for problem in _check(rule, categories, units)]
    if problems:
        raise BadSettings(problems)
    return Router(rules=rules, units=units)


def find_doubt(post: Post, category: str | None) -> Doubt | None:
    """Say in Indonesian why a person must look before anyone acts, None when nothing is in doubt."""
    if post.outside:
        return Doubt(kind="outside", reason=f"Di luar Jakarta: {post.outside}.")
    if category is None:
        return _category_doubt(post.labels)
    if post.place is None:
        return Doubt(kind="place", reason="Lokasi tidak diketahui.")
    if post.place.confidence < SURE_PLACE:
        return Doubt(kind="place", reason="Lokasi belum pasti.")
    return None


def _category_doubt(labels: Labels | None) -> Doubt:
    if labels is not None and not labels.is_complaint and not labels.abstained:
        return Doubt(kind="no_complaint", reason="Mungkin bukan keluhan.")
    return _unsure_category()


def _unsure_category() -> Doubt:
    return Doubt(kind="category", reason="Kategori belum pasti.")


def _resolve(target: str, place: Place | None) -> str | None:
    if place is None:
        return None
    if target == "kelurahan":
        return area_unit_code(place.kelurahan_code) if place.kelurahan_code else None
    return f"{target}:{place.kota_code}" if target.startswith("sudin:") else target


def _missing_area(rule: Rule) -> Doubt:
    if rule.target == "kelurahan":
        return Doubt(kind="place", reason="Kelurahannya belum diketahui.")
    return Doubt(kind="unit", reason=f"Unit {rule.target} tidak ada di sini.")


def _check(rule: Rule, categories: Collection[str], units: Mapping[str, Unit]) -> list[str]:
    problems = [
        f"Rule {rule.name!r} names the unknown category {one!r}." for one in rule.categories if one not in categories
    ]
    known = (
        rule.target == "kelurahan"
        or rule.target in units
        or (rule.target.startswith("sudin:") and any(code.startswith(rule.target + ":") for code in units))
    )
    if not known:
        problems.append(f"Rule {rule.name!r} names the unknown unit {rule.target!r}.")
    if rule.resolve_hours <= 0:
        problems.append(f"Rule {rule.name!r} needs a positive number of resolve_hours.")
    return problems
