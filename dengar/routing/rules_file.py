"""The rules file: read, and refused with one sentence for each thing that cannot work."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from dengar.errors import BadSettings
from dengar.models import Record, Unit
from dengar.routing.calendar import OFFICE_HOURS, Calendar
from dengar.routing.checking_rules import Known, find_problems
from dengar.routing.clocks import RESOLVE, RESPOND, SILENCE, VERIFY, Clocks, Step
from dengar.routing.conditions import Rule, parse_hours
from dengar.routing.covering import find_unreachable
from dengar.routing.deadlines import Duration, parse_duration

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(rule|escalation)[ \t]*\]\]", re.MULTILINE)


class _Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hours: Mapping[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], str] | None = None
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()


class _Durations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    respond: str | None = None
    resolve: str | None = None
    silence: str | None = None


class _National(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    respond: str | None = None
    resolve: str | None = None


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    awaits: Literal["answer", "solution"]
    after: str
    to: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[dict[str, Any], ...]
    calendar: _Calendar = _Calendar()
    clocks: _Durations = _Durations()
    national: _National = _National()
    outside: Mapping[str, str] = msgspec.field(default_factory=dict)
    escalation: tuple[_Step, ...] = ()


class RuleBook(Record, frozen=True, kw_only=True):
    """All that a rules file says; `outside` maps cities in lower case to where one turns there, "" is any other."""

    rules: tuple[Rule, ...]
    clocks: Clocks
    outside: Mapping[str, str]


def parse_rules(text: str, name: str, categories: Collection[str], units: Mapping[str, Unit]) -> RuleBook:
    """Read the text of a rules file called `name`; raises BadSettings with all that is wrong at once."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except ValueError as error:
        raise BadSettings([f"The rules in {name} cannot be read: {error}."]) from error
    problems: list[str] = []
    clocks = Clocks(
        calendar=_make_calendar(file.calendar, problems),
        respond=_read(file.clocks.respond, RESPOND, "clocks.respond", problems),
        resolve=_read(file.clocks.resolve, RESOLVE, "clocks.resolve", problems),
        silence=_read(file.clocks.silence, SILENCE, "clocks.silence", problems),
        national_respond=_read(file.national.respond, VERIFY, "national.respond", problems),
        national_resolve=_read(file.national.resolve, RESOLVE, "national.resolve", problems),
        steps=tuple(_make_steps(file.escalation, units, problems)),
    )
    rules = _make_rules(file.rule, _lines(text), Known(categories, units), problems)
    if problems:
        raise BadSettings(problems)
    outside = {("" if city == "otherwise" else city.lower()): where for city, where in file.outside.items()}
    return RuleBook(rules=rules, clocks=clocks, outside=outside)


def _make_rules(
    rows: tuple[dict[str, Any], ...], lines: list[int], known: Known, problems: list[str]
) -> tuple[Rule, ...]:
    at = {number: f" (line {lines[number]})" if len(lines) == len(rows) else "" for number in range(len(rows))}
    rules: list[Rule] = []
    for number, row in enumerate(rows):
        where = f"Rule {row.get('name', number + 1)!r}{at[number]}"
        try:
            rule = msgspec.convert(row, Rule)
        except ValueError as error:
            problems.append(f"{where} cannot be read: {error}.")
            continue
        problems += (f"{where} {problem}." for problem in find_problems(rule, row, known))
        rules.append(rule)
    counts = Counter(rule.name for rule in rules)
    problems += (f"{count} rules are called {name!r}: each needs a name of its own." for name, count in counts.items()
                 if count > 1)  # fmt: skip
    if not problems:
        lines_of = {rule.name: at[number] for number, rule in enumerate(rules)}
        problems += (
            f"Rule {rule.name!r}{lines_of[rule.name]} is never reached: {taker.name!r} before it takes all its cases."
            for rule, taker in find_unreachable(rules)
        )
    return tuple(rules)


def _lines(text: str) -> list[int]:
    """Give the line in which each rule begins."""
    return [text.count("\n", 0, one.start()) + 1 for one in _HEADER.finditer(text) if one[1] == "rule"]


def _make_calendar(section: _Calendar, problems: list[str]) -> Calendar:
    hours = dict(OFFICE_HOURS) if section.hours is None else {}
    for day, span in (section.hours or {}).items():
        try:
            hours[day] = parse_hours(span)
        except ValueError:
            problems.append(f"calendar.hours: {span!r} on {day} are no hours: write for example '07:30-16:00'.")
            continue
        if hours[day][0] > hours[day][1]:
            problems.append(f"calendar.hours: offices close before they open on {day} ({span}).")
    if section.hours is not None and not section.hours:
        problems.append("calendar.hours: at least one day needs office hours.")
    problems += (
        f"calendar: {day} cannot be closed and open as well." for day in sorted({*section.closed} & {*section.open})
    )
    return Calendar(hours=hours, closed=frozenset(section.closed), opened=frozenset(section.open))


def _make_steps(steps: tuple[_Step, ...], units: Mapping[str, Unit], problems: list[str]) -> Iterator[Step]:
    for number, step in enumerate(steps, 1):
        where = f"Escalation {number}"
        if step.to not in {"parent", "kota"} and step.to not in units:
            problems.append(f"{where} goes to the unknown unit {step.to!r}: write parent, kota or the code of a unit.")
        after = _read(step.after, RESPOND, f"{where} after", problems, least=0)
        yield Step(awaits=step.awaits, after=after, to=step.to)


def _read(text: str | None, default: Duration, where: str, problems: list[str], least: int = 1) -> Duration:
    try:
        duration = parse_duration(text) if text is not None else default
    except ValueError as error:
        problems.append(f"{where}: {error}.")
        return default
    if duration.count < least:
        problems.append(f"{where}: {text!r} leaves no time.")
    return duration
