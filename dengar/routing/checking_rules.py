"""What is wrong with one rule."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from dengar.models import Unit
from dengar.routing.conditions import Rule, parse_dates, parse_hours
from dengar.routing.deadlines import parse_duration

HIGHEST_PRIORITY = 3
CONDITIONS = (
    "categories", "words", "all_words", "no_words", "places", "hours", "days", "dates", "channels", "urgencies",
    "flags", "units",
)  # fmt: skip


class Known(NamedTuple):
    """What a rule may name."""

    categories: Collection[str]
    units: Mapping[str, Unit]


def find_problems(rule: Rule, row: Mapping[str, Any], known: Known) -> Iterator[str]:
    """Say what a rule cannot do; `row` is how it stands in the file."""
    if not rule.name.strip():
        yield "needs a name"
    if not rule.reason.strip():
        yield "needs a reason: people are told it"
    yield from _find_empty(row)
    yield from (f"names the unknown category {one!r}" for one in rule.categories if one not in known.categories)
    yield from (f"names the unknown unit {one!r}" for one in rule.units if not is_target(one, known.units))
    yield from (f"names the unknown area {one!r}" for one in rule.places if not _is_area(one, known.units))
    yield from _find_contradictions(rule)
    if rule.hours:
        yield from _try(parse_hours, rule.hours, "has the bad hours")
    for one in rule.dates:
        yield from _try(parse_dates, one, "has the bad dates")
    yield from _find_bad_targets(rule)


def is_target(target: str, units: Mapping[str, Unit]) -> bool:
    """Say whether a rule may name this: the kelurahan, an agency's branches, or a unit."""
    is_branched = target.startswith("sudin:") and target.count(":") == 1
    return (
        target == "kelurahan" or target in units or (is_branched and any(one.startswith(target + ":") for one in units))
    )


def _find_empty(row: Mapping[str, Any]) -> Iterator[str]:
    for name in CONDITIONS:
        value = row.get(name)
        if value is not None and (
            not value or (isinstance(value, list) and not all(str(one).strip() for one in value))
        ):
            yield f"has an empty condition ({name}): fill it or leave it out"


def _is_area(code: str, units: Mapping[str, Unit]) -> bool:
    return any(f"{kind}:{code}" in units for kind in ("kota", "kec", "kel"))


def _find_contradictions(rule: Rule) -> Iterator[str]:
    if rule.place == "unknown" and (rule.places or rule.near_border):
        yield "asks for an unknown place that lies somewhere"
    both = {one.lower() for one in (*rule.words, *rule.all_words)} & {one.lower() for one in rule.no_words}
    yield from (f"wants {one!r} and excludes it" for one in sorted(both))
    below, above = rule.confidence_below, rule.confidence_above
    yield from (f"has a confidence of {one}, which lies between 0 and 1"
                for one in (below, above) if one is not None and not 0 < one <= 1)  # fmt: skip
    if below is not None and above is not None and below <= above:
        yield f"asks for a confidence below {below} and above {above}"


def _find_bad_targets(rule: Rule) -> Iterator[str]:
    if bool(rule.units) == bool(rule.outcome):
        yield "needs either units or an outcome"
    if not 0 <= rule.priority <= HIGHEST_PRIORITY:
        yield f"has the priority {rule.priority}: it goes from 0 to {HIGHEST_PRIORITY}"
    for name, text in (("respond", rule.respond), ("resolve", rule.resolve)):
        if text is not None:
            yield from _try(parse_duration, text, f"has a bad {name}:")
            if text.startswith("0 "):
                yield f"leaves no time to {name} ({text})"
    if rule.outcome and rule.outcome != "national" and (rule.respond or rule.resolve):
        yield "has deadlines but nobody who must act"


def _try(parse: Callable[[str], object], text: str, says: str) -> Iterator[str]:
    try:
        parse(text)
    except ValueError as error:
        yield f"{says} {text!r} ({error})" if not says.endswith(":") else f"{says} {error}"
