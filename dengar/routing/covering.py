"""Rules that can never be reached, because an earlier one takes all their cases."""

from collections.abc import Iterator, Sequence
from datetime import time

import msgspec

from dengar.routing.conditions import Rule, is_in, word_pattern


def find_unreachable(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Give each rule that no report reaches, with the last of those that take its reports.

    What several earlier rules take together is seen category by category; beside that each is looked at alone.
    """
    for place, rule in enumerate(rules):
        takers = [_taker(one, rules[:place]) for one in _by_category(rule)]
        if all(takers):
            yield rule, [one for one in takers if one][-1]


def _by_category(rule: Rule) -> list[Rule]:
    return [msgspec.structs.replace(rule, categories=(one,)) for one in rule.categories] or [rule]


def _taker(rule: Rule, earlier: Sequence[Rule]) -> Rule | None:
    return next((one for one in earlier if covers(one, rule)), None)


def covers(wide: Rule, narrow: Rule) -> bool:
    """Say whether the first rule surely speaks of every report of which the second does."""
    return (
        all(
            _is_part(getattr(narrow, name), getattr(wide, name))
            for name in ("categories", "channels", "urgencies", "flags")
        )
        and _cover_days(wide, narrow)
        and _cover_words(wide, narrow)
        and _cover_places(wide, narrow)
        and _cover_hours(wide.span, narrow.span)
        and _cover_confidence(wide, narrow)
    )


def _is_part(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _cover_days(wide: Rule, narrow: Rule) -> bool:
    within = all(any(a <= first and last <= b for a, b in wide.ranges) for first, last in narrow.ranges)
    in_dates = not wide.ranges or (bool(narrow.ranges) and within)
    return in_dates and (_is_part(narrow.days, wide.days) or {"working", "free"} <= set(wide.days))


def _cover_words(wide: Rule, narrow: Rule) -> bool:
    """Whoever says "lampu merah mati" says "lampu merah" as well."""
    said = list(narrow.all_words)
    has_any = not wide.words or (
        any(_says(one, wide.words) for one in said)
        or (bool(narrow.words) and all(_says(one, wide.words) for one in narrow.words))
    )
    has_all = all(any(_says(one, (word,)) for one in said) for word in wide.all_words)
    has_none = all(any(_says(word, (one,)) for one in narrow.no_words) for word in wide.no_words)
    return has_any and has_all and has_none


def _says(phrase: str, words: Sequence[str]) -> bool:
    return bool(word_pattern(words).search(phrase))


def _cover_places(wide: Rule, narrow: Rule) -> bool:
    is_known = narrow.place == "known" or bool(narrow.places)
    known = "known" if is_known else narrow.place
    return (
        (wide.place is None or wide.place == known)
        and (wide.near_border is None or wide.near_border == narrow.near_border)
        and (
            not wide.places
            or (bool(narrow.places) and all(any(is_in(one, code) for code in wide.places) for one in narrow.places))
        )
    )


def _cover_hours(wide: tuple[time, time] | None, narrow: tuple[time, time] | None) -> bool:
    if wide is None or narrow is None:
        return wide is None
    return _minutes(narrow) <= _minutes(wide)


def _minutes(span: tuple[time, time]) -> set[int]:
    first, last = (one.hour * 60 + one.minute for one in span)
    return {minute % 1440 for minute in range(first, last if first < last else last + 1440)}


def _cover_confidence(wide: Rule, narrow: Rule) -> bool:
    below, above = wide.confidence_below, wide.confidence_above
    return (below is None or (narrow.confidence_below is not None and narrow.confidence_below <= below)) and (
        above is None or (narrow.confidence_above is not None and narrow.confidence_above >= above)
    )
