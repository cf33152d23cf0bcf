"""Whether a source is quieter than it ever is by chance: by what it usually brings at each hour of the week.

Counts of messages are clumped: people write about one flood together, and a quiet day is quiet as a whole. So the
chance of so few messages is that of a negative binomial whose variance is proportional to its mean (as the detection of
outbreaks takes for so many: Farrington et al. 1996, J. R. Statist. Soc. A 159, 547-563, improved by Noufaily et al.
2012). The factor is measured over hours and over whole days, and the larger one counts; with one factor for all, hours
add up to a day of the same kind. `bench/silence.py` measures how often this is wrong.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TypeAlias

from dengar.models import Record, Silence

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOK_BACK = timedelta(weeks=8)
FEWEST_EXPECTED = 7.0  # below, nothing at all has a chance of more than one in a thousand
SMALLEST_CHANCE = 0.001
WRONG_PER_DAY = 0.003  # a source may be called silent by chance once a year, however many messages it brings
NEXT_TO_NOTHING = 0.1
WEEK_HOURS = 168
FEWEST_WEEKS = 3
FEWEST_DAYS = 3
INDEPENDENT = 1.000001  # less clumping cannot be told from none
OUTLIERS = 0.02
FLOOD_TIMES, FLOOD_MORE = 4, 20  # a day with more than so many times the median, and more, says nothing about others
FEWEST_BLOCKS = 7  # whole days beyond those that the rates are made of

Span: TypeAlias = tuple[datetime, datetime]
Counts: TypeAlias = Mapping[datetime, int]


class Usual(Record, frozen=True, kw_only=True):
    """What a source brings: messages an hour, by hour of the week (UTC, Monday first), and how clumped they come.

    `clumping` is the variance divided by the mean: 1 when they come independently of each other.
    """

    rates: tuple[float, ...]
    clumping: float

    @property
    def per_day(self) -> float:
        """Messages a day."""
        return sum(self.rates) / 7


def make_usual(counts: Counts, until: datetime, known: Sequence[Span] = ()) -> Usual | None:
    """Learn from the counts of the hours before `until`; None for less than a day.

    Hours in `known` gaps are left out, and days of flood, in which many times as many came as in others.

    Rates are told apart by hour of the week, by hour of the day while there are fewer than three weeks, and not at all
    while there are fewer than three days.
    """
    unknown = {hour for begin, end in known for hour in _hours(max(begin, until - LOOK_BACK), end + HOUR)}
    hours = [hour for hour in _hours(min(counts, default=until), until) if hour not in unknown]
    flooded = _flooded(counts, hours)
    hours = [hour for hour in hours if hour.date() not in flooded]
    if len(hours) < DAY // HOUR:
        return None
    kinds = WEEK_HOURS if len(hours) >= FEWEST_WEEKS * WEEK_HOURS else 24 if len(hours) >= FEWEST_DAYS * 24 else 1
    rates = _rates(counts, hours, kinds)
    seen = [(float(counts.get(hour, 0)), rates[_hour_of_week(hour)]) for hour in hours]
    days = [(sum(came for came, _ in day), sum(rate for _, rate in day)) for day in _pieces(seen, 24)]
    kinds_of_days = 7 if kinds == WEEK_HOURS else 1
    clumping = [1.0, _clumping(seen, sum(rate > 0 for rate in rates[:kinds]))]
    if len(days) - kinds_of_days >= FEWEST_BLOCKS:
        clumping.append(_clumping(days, kinds_of_days))
    return Usual(rates=tuple(rates), clumping=max(clumping))


def find_silence(
    usual: Usual, last: datetime, until: datetime, counts: Counts, apart: Sequence[Span] = ()
) -> Silence | None:
    """Say what is missing at `until`: nothing came since `last`, or next to nothing in a day; None when all is well.

    `counts` has the last 25 hours; what was expected in the stretches `apart` (gaps, pauses) does not count.
    """
    # messages come in heaps: the rest of an hour in which some came says nothing
    nothing = Silence(since=last, expected=expected(usual, _whole(last) + HOUR, until, apart))
    begin = _whole(until) - DAY
    came = sum(count for hour, count in counts.items() if hour >= begin)
    little = Silence(since=begin, expected=expected(usual, begin, until, apart), came=came)
    return next((one for one in (nothing, little) if (one is nothing or came) and _is_silence(usual, one)), None)


def expected(usual: Usual, since: datetime, until: datetime, apart: Sequence[Span] = ()) -> float:
    """Give the number of messages that usually come in this time."""
    total = 0.0
    hour = _whole(since)
    while hour < until:
        left = _overlap(hour, hour + HOUR, since, until)
        left -= sum(_overlap(max(hour, since), min(hour + HOUR, until), *span) for span in apart)
        total += usual.rates[_hour_of_week(hour)] * max(0.0, left)
        hour += HOUR
    return total


def chance(came: int, mean: float, clumping: float) -> float:
    """Give the chance of at most so many messages where `mean` are expected."""
    of = _poisson if clumping < INDEPENDENT else _negative_binomial
    return sum(of(n, mean, clumping) for n in range(came + 1)) if mean else 1.0


def _poisson(n: int, mean: float, _: float) -> float:
    return math.exp(n * math.log(mean) - mean - math.lgamma(n + 1))


def _negative_binomial(n: int, mean: float, clumping: float) -> float:
    size = mean / (clumping - 1)
    ways = math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1)
    return math.exp(ways - size * math.log(clumping) + n * math.log1p(-1 / clumping))


def _is_silence(usual: Usual, silence: Silence) -> bool:
    if silence.expected < FEWEST_EXPECTED or silence.came > NEXT_TO_NOTHING * silence.expected:
        return False
    largest = min(SMALLEST_CHANCE, WRONG_PER_DAY / max(1.0, usual.per_day))
    return chance(silence.came, silence.expected, usual.clumping) < largest


def _flooded(counts: Counts, hours: Sequence[datetime]) -> set[date]:
    totals: Counter[date] = Counter()
    for hour in hours:
        totals[hour.date()] += counts.get(hour, 0)
    most = FLOOD_TIMES * median(totals.values()) + FLOOD_MORE if totals else 0
    return {day for day, total in totals.items() if total > most}


def _hours(begin: datetime, until: datetime) -> Iterator[datetime]:
    """Give the whole hours from the one in which `begin` lies to the last one that ends before `until`."""
    hour = _whole(begin)
    while hour + HOUR <= until:
        yield hour
        hour += HOUR


def _whole(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _hour_of_week(hour: datetime) -> int:
    return hour.weekday() * 24 + hour.hour


def _rates(counts: Counts, hours: Sequence[datetime], kinds: int) -> list[float]:
    """Give the mean of each hour of the week; an hour that was never seen has that of its hour of the day."""
    if kinds == WEEK_HOURS:
        by_day = _rates(counts, hours, 24)
        by_week = _means(counts, hours, WEEK_HOURS)
        return [by_week.get(hour, by_day[hour]) for hour in range(WEEK_HOURS)]
    means = _means(counts, hours, kinds)
    overall = sum(counts.get(hour, 0) for hour in hours) / len(hours)
    return [means.get(hour % kinds, overall) for hour in range(WEEK_HOURS)]


def _means(counts: Counts, hours: Iterable[datetime], kinds: int) -> dict[int, float]:
    sums: dict[int, list[int]] = {}
    for hour in hours:
        sums.setdefault(_hour_of_week(hour) % kinds, []).append(counts.get(hour, 0))
    return {kind: sum(came) / len(came) for kind, came in sums.items()}


def _pieces(seen: Sequence[tuple[float, float]], length: int) -> Iterator[Sequence[tuple[float, float]]]:
    return (seen[start : start + length] for start in range(0, len(seen) - length + 1, length))


def _clumping(seen: Iterable[tuple[float, float]], kinds: int) -> float:
    """Give Pearson's statistic for each degree of freedom, without the few largest outliers."""
    squares = sorted((came - mean) ** 2 / mean for came, mean in seen if mean)
    kept = squares[: len(squares) - math.ceil(OUTLIERS * len(squares))]
    return sum(kept) / max(1, len(kept) - kinds)


def _overlap(begin: datetime, end: datetime, other_begin: datetime, other_end: datetime) -> float:
    """Give the part of an hour that two spans share."""
    return max(0.0, (min(end, other_end) - max(begin, other_begin)) / HOUR)
