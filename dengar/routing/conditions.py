"""One rule as it stands in the file, and the question whether it speaks of a report."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cached_property
from typing import Literal

import msgspec

from dengar.models import WIB, Jurisdiction, Place, Post, Urgency
from dengar.models.record import Timeless
from dengar.routing.calendar import WEEKDAYS
from dengar.routing.jurisdiction import is_near_border

SURE_PLACE = 0.5
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "working", "free"]
Outcome = Literal["national", "outside", "not_actionable", "review"]


class Facts(Timeless, frozen=True, kw_only=True):
    """What rules may ask about; `at` is the receipt in WIB, `place` is None while it is unsure."""

    category: str | None
    text: str
    place: Place | None
    at: datetime
    is_working_day: bool
    channel: str
    urgency: Urgency
    confidence: float
    flags: frozenset[str] = frozenset()


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """What must be true (a condition that is left out always is), and what follows."""

    name: str
    reason: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    all_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    place: Literal["known", "unknown"] | None = None
    near_border: bool | None = None
    hours: str | None = None
    days: tuple[Day, ...] = ()
    dates: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    confidence_below: float | None = None
    confidence_above: float | None = None
    flags: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    outcome: Outcome | None = None
    jurisdiction: Jurisdiction | None = None
    respond: str | None = None
    resolve: str | None = None
    priority: int = 0

    def matches(self, facts: Facts) -> bool:
        """Say whether the rule speaks of this report."""
        return (
            (not self.categories or facts.category in self.categories)
            and (not self.channels or facts.channel in self.channels)
            and (not self.urgencies or facts.urgency in self.urgencies)
            and (not self.flags or not facts.flags.isdisjoint(self.flags))
            and (self.confidence_below is None or facts.confidence < self.confidence_below)
            and (self.confidence_above is None or facts.confidence >= self.confidence_above)
            and self._is_place(facts.place)
            and self._is_time(facts)
            and self._are_words(facts.text)
        )

    @cached_property
    def span(self) -> tuple[time, time] | None:
        """Give the hours of the day, the second before the first when they go over midnight."""
        return parse_hours(self.hours) if self.hours else None

    @cached_property
    def ranges(self) -> tuple[tuple[date, date], ...]:
        """Give the first and the last day of each range of dates."""
        return tuple(map(parse_dates, self.dates))

    def _is_place(self, place: Place | None) -> bool:
        if self.place is not None and (self.place == "known") != (place is not None):
            return False
        if self.near_border is not None and self.near_border != is_near_border(place):
            return False
        return not self.places or (place is not None and any(is_in(place.code, code) for code in self.places))

    def _is_time(self, facts: Facts) -> bool:
        if self.span is not None and not _is_between(facts.at.time(), *self.span):
            return False
        if self.days and not {WEEKDAYS[facts.at.weekday()], "working" if facts.is_working_day else "free"} & {
            *self.days
        }:
            return False
        day = facts.at.date()
        return not self.ranges or any(first <= day <= last for first, last in self.ranges)

    def _are_words(self, text: str) -> bool:
        return (
            (not self.words or bool(self._any.search(text)))
            and all(one.search(text) for one in self._all)
            and (not self.no_words or not self._none.search(text))
        )

    @cached_property
    def _any(self) -> re.Pattern[str]:
        return word_pattern(self.words)

    @cached_property
    def _all(self) -> tuple[re.Pattern[str], ...]:
        return tuple(word_pattern((one,)) for one in self.all_words)

    @cached_property
    def _none(self) -> re.Pattern[str]:
        return word_pattern(self.no_words)


def make_facts(post: Post, category: str | None, at: datetime, *, is_working_day: bool) -> Facts:
    """Give what rules may ask about a post that was received then."""
    is_sure = post.place is not None and post.place.confidence >= SURE_PLACE
    return Facts(
        category=category,
        text=post.text,
        place=post.place if is_sure else None,
        at=at.astimezone(WIB),
        is_working_day=is_working_day,
        channel=post.channel,
        urgency=post.labels.urgency if post.labels else "routine",
        confidence=post.labels.confidence if post.labels else 0.0,
        flags=frozenset(post.flags),
    )


def is_in(code: str, around: str) -> bool:
    """Say whether an area lies in another or is that one, by their codes."""
    return code == around or code.startswith(around + ".")


def word_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Find any of these as whole words, whatever their case and the blanks between them."""
    found = "|".join(r"\s+".join(map(re.escape, one.split())) for one in words)
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def parse_hours(text: str) -> tuple[time, time]:
    """Read "07:30-16:00"; raises ValueError for anything else and for an empty span."""
    first, _, last = text.partition("-")
    span = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    if span[0] == span[1] or any(one.tzinfo for one in span):
        msg = "they begin when they end" if span[0] == span[1] else "they have a zone"
        raise ValueError(msg)
    return span


def parse_dates(text: str) -> tuple[date, date]:
    """Read "2026-12-24" or "2026-12-24..2027-01-02"; raises ValueError for anything else."""
    first, _, last = text.partition("..")
    span = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    if span[0] > span[1]:
        msg = "the last day is before the first"
        raise ValueError(msg)
    return span


def _is_between(now: time, first: time, last: time) -> bool:
    return first <= now < last if first < last else now >= first or now < last
