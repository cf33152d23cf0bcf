"""Rankings: late cases of each unit beside those to be expected, so that a unit with two reports never leads.

How many late cases a unit should have follows from its categories: the share of late ones among all other units.
Observed and expected are drawn together, the more so the fewer there are: (O + a) / (E + a), empirical Bayes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from dengar.models import Record, Unit
from dengar.models.deeds import Buckets, Deeds, hours_of
from dengar.routing.units import climb

LEAST_CASES = 30
BORROWED = 10.0  # what a category's share of late cases borrows from the share over all categories, in cases
STRENGTHS = (1.0, 1000.0)
DRAWS = 2000
INTERVAL = (5, 95)  # percent
Band = Literal["A", "B", "C", "D", "E"]
BANDS: tuple[tuple[Band, float], ...] = (("A", 0.67), ("B", 0.87), ("C", 1.15), ("D", 1.5))


class Ranked(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One row: shares are 0..1, times hours, `score` late cases per expected one (1 is usual, less is better).

    `band`, `rank` and the 90 % interval `rank_from`..`rank_to` are None under 30 settled cases: not enough to tell.
    """

    code: str
    cases: int
    settled: int
    late: int
    expected: float
    score: float
    band: Band | None = None
    rank: int | None = None
    rank_from: int | None = None
    rank_to: int | None = None
    answered_share: float | None = None
    overdue_share: float | None = None
    reopened_share: float | None = None
    rejected_share: float | None = None
    answer_median: float | None = None
    answer_90: float | None = None
    solution_median: float | None = None
    solution_90: float | None = None
    rating: float | None = None
    ratings: int = 0


def rank_all(deeds: Mapping[str, Deeds], strength: float | None = None) -> list[Ranked]:
    """Rank units or people, best first, those with too few cases behind, most cases first.

    `strength` is the a of (O + a) / (E + a); left out, it is estimated from how much the units differ.
    """
    expected = expect(deeds)
    enough = [code for code, one in deeds.items() if one.settled >= LEAST_CASES]
    given = strength or estimate_strength([(deeds[code].late, expected[code]) for code in enough])
    rows = {code: _make_row(code, one, expected[code], given) for code, one in deeds.items()}
    order = sorted(enough, key=lambda code: (rows[code].score, -rows[code].settled, code))
    ranges = _find_ranges([(rows[code].late + given, rows[code].expected + given) for code in order])
    ranked = [
        rows[code].replace(rank=number, rank_from=first, rank_to=last, band=band_of(rows[code].score))
        for number, (code, (first, last)) in enumerate(zip(order, ranges, strict=True), start=1)
    ]
    others = sorted(set(deeds) - set(enough), key=lambda code: (-rows[code].settled, -rows[code].cases, code))
    return [*ranked, *(rows[code] for code in others)]


def expect(deeds: Mapping[str, Deeds]) -> dict[str, float]:
    """Say how many late cases each should have: by the shares of all others, so that nobody is their own measure."""
    totals = _by_category(deeds.values())
    everything = _total(totals)
    return {code: _expect_one(one, totals, everything) for code, one in deeds.items()}


def _expect_one(one: Deeds, totals: Mapping[str, tuple[int, int]], everything: tuple[int, int]) -> float:
    others = everything[0] - one.settled
    usual = (everything[1] - one.late) / others if others else one.late / max(one.settled, 1)
    return sum(
        settled * (totals[category][1] - late + BORROWED * usual) / (totals[category][0] - settled + BORROWED)
        for category, (settled, late) in one.by_category.items()
    )


def _by_category(deeds: Iterable[Deeds]) -> dict[str, tuple[int, int]]:
    totals: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in deeds:
        for category, counts in one.by_category.items():
            totals[category] = _plus(totals[category], counts)
    return totals


def _total(totals: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(settled for settled, _ in totals.values()), sum(late for _, late in totals.values())


def estimate_strength(pairs: Sequence[tuple[int, float]]) -> float:
    """Estimate a from (observed, expected) by moments: the less units differ beyond chance, the larger it is."""
    beyond = sum((observed - expected) ** 2 - expected for observed, expected in pairs)
    squares = sum(expected**2 for _, expected in pairs)
    least, most = STRENGTHS
    return min(max(squares / beyond, least), most) if beyond > 0 else most


def band_of(score: float) -> Band:
    """Give the band of a score: A for at most two late cases where three are usual, E for three where two are."""
    return next((band for band, most in BANDS if score <= most), "E")


def _find_ranges(shapes: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Give for each (O + a, E + a) between which ranks it lies in nine of ten draws; the same draws every time."""
    import numpy as np

    if not shapes:
        return []
    late, expected = np.array(shapes).T
    drawn = np.random.default_rng(0).gamma(late, 1 / expected, (DRAWS, len(shapes)))
    ranks = drawn.argsort(axis=1).argsort(axis=1) + 1
    first, last = np.percentile(ranks, INTERVAL, axis=0).round().astype(int).tolist()
    return [(min(low, place), max(high, place)) for place, (low, high) in enumerate(zip(first, last, strict=True), 1)]


def _make_row(code: str, one: Deeds, expected: float, strength: float) -> Ranked:
    return Ranked(
        code=code,
        cases=one.cases,
        settled=one.settled,
        late=one.late,
        expected=round(expected, 2),
        score=(one.late + strength) / (expected + strength),
        answered_share=_share(one.answered, one.answerable),
        overdue_share=_share(one.overdue, one.cases),
        reopened_share=_share(one.reopened, one.cases),
        rejected_share=_share(one.rejected, one.cases),
        answer_median=find_quantile(one.answers, 0.5),
        answer_90=find_quantile(one.answers, 0.9),
        solution_median=find_quantile(one.solutions, 0.5),
        solution_90=find_quantile(one.solutions, 0.9),
        rating=one.stars / one.ratings if one.ratings else None,
        ratings=one.ratings,
    )


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def find_quantile(buckets: Buckets, share: float) -> float | None:
    """Give the hours under which this share lies, right to half a bucket (4.4 %); None without any."""
    left = share * sum(buckets.values())
    for bucket in sorted(buckets, key=int):
        left -= buckets[bucket]
        if left <= 0:
            return hours_of(bucket)
    return None


def add_up(parts: Iterable[Deeds]) -> Deeds:
    """Add deeds up."""
    given = list(parts)
    counts = ("cases", "done", "answerable", "answered", "overdue", "rejected", "reopened", "ratings", "stars")
    return Deeds(
        **{name: sum(getattr(one, name) for one in given) for name in counts},
        by_category=dict(_by_category(given)),
        answers=_add_buckets(one.answers for one in given),
        solutions=_add_buckets(one.solutions for one in given),
    )


def _add_buckets(parts: Iterable[Buckets]) -> Buckets:
    total: Counter[str] = Counter()
    for one in parts:
        total.update(one)
    return dict(total)


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def gather(deeds: Iterable[tuple[str, Deeds]], units: Mapping[str, Unit], level: str) -> dict[str, Deeds]:
    """Give the deeds of every unit of this kind, with those of all units below it."""
    parts: defaultdict[str, list[Deeds]] = defaultdict(list)
    for code, one in deeds:
        above = next((unit.code for unit in climb(code, units) if unit.kind == level), None)
        if above:
            parts[above].append(one)
    return {code: add_up(some) for code, some in parts.items()}
