"""Rankings: pure counts in, rows out."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dengar.models import Unit
from dengar.models.deeds import Deeds, bucket_of, hours_of
from dengar.routing.ranking import (
    BANDS,
    LEAST_CASES,
    Ranked,
    add_up,
    band_of,
    estimate_strength,
    expect,
    find_quantile,
    gather,
    rank_all,
)

CATEGORIES = ("banjir", "sampah", "jalan_rusak")


def deeds(**by_category: tuple[int, int]) -> Deeds:
    cases = sum(settled for settled, _ in by_category.values())
    return Deeds(cases=cases, by_category=dict(by_category))


def place_of(code: str, rows: list[Ranked]) -> int:
    return [row.code for row in rows].index(code)


@some.composite
def units(draw: some.DrawFn) -> dict[str, Deeds]:
    made = {}
    for number in range(draw(some.integers(2, 8))):
        counts = {}
        for category in draw(some.sets(some.sampled_from(CATEGORIES), min_size=1)):
            settled = draw(some.integers(1, 400))
            counts[category] = (settled, draw(some.integers(0, settled)))
        made[f"u{number}"] = deeds(**counts)
    return made


def test_a_unit_with_two_perfect_reports_never_leads() -> None:
    rows = rank_all({"tiny": deeds(sampah=(2, 0)), "good": deeds(sampah=(100, 5)), "bad": deeds(sampah=(100, 40))})
    assert [row.code for row in rows] == ["good", "bad", "tiny"]
    assert (rows[2].rank, rows[2].band, rows[2].rank_from) == (None, None, None)


@settings(max_examples=30)
@given(units())
def test_two_perfect_reports_never_lead_whoever_the_others_are(others: dict[str, Deeds]) -> None:
    rows = rank_all(others | {"tiny": deeds(sampah=(2, 0))})
    tiny = next(row for row in rows if row.code == "tiny")
    assert (tiny.rank, tiny.band) == (None, None)
    assert all(row.rank is None for row in rows[place_of("tiny", rows) :])


@settings(max_examples=30)
@given(units(), some.data())
def test_a_case_that_turns_late_never_improves_a_rank(before: dict[str, Deeds], data: some.DataObject) -> None:
    code = data.draw(some.sampled_from(sorted(before)))
    chosen = data.draw(some.sampled_from(sorted(before[code].by_category)))
    settled, late = before[code].by_category[chosen]
    if late == settled:
        return
    counts = {**before[code].by_category, chosen: (settled, late + 1)}
    after = before | {code: before[code].replace(by_category=counts)}
    strength = data.draw(some.floats(1, 1000))
    first, second = rank_all(before, strength), rank_all(after, strength)
    assert place_of(code, second) >= place_of(code, first)
    assert second[place_of(code, second)].score > first[place_of(code, first)].score


@settings(max_examples=30)
@given(units(), some.data())
def test_a_late_case_more_never_improves_a_rank_of_a_unit_that_is_not_behind_all_hope(
    before: dict[str, Deeds], data: some.DataObject
) -> None:
    """Where every case of a category is late, one more says nothing: so it may not be later than that already."""
    strength = data.draw(some.floats(1, 1000))
    first = rank_all(before, strength)
    ranked = [row for row in first if row.rank and row.score <= 1]
    if not ranked:
        return
    code = data.draw(some.sampled_from(ranked)).code
    chosen = data.draw(some.sampled_from(sorted(before[code].by_category)))
    settled, late = before[code].by_category[chosen]
    counts = {**before[code].by_category, chosen: (settled + 1, late + 1)}
    second = rank_all(before | {code: before[code].replace(by_category=counts)}, strength)
    assert second[place_of(code, second)].score >= first[place_of(code, first)].score - 1e-9
    assert place_of(code, second) >= place_of(code, first)


@settings(max_examples=30)
@given(units())
def test_scores_lie_between_what_was_seen_and_what_is_usual(given_units: dict[str, Deeds]) -> None:
    for row in rank_all(given_units):
        raw = row.late / row.expected if row.expected else row.score
        assert min(raw, 1) - 0.01 <= row.score <= max(raw, 1) + 0.01 or row.expected < 0.5


@settings(max_examples=30)
@given(units())
def test_every_rank_lies_within_its_interval_and_bands_follow_the_ranks(given_units: dict[str, Deeds]) -> None:
    ranked = [row for row in rank_all(given_units) if row.rank is not None]
    assert [row.rank for row in ranked] == list(range(1, len(ranked) + 1))
    assert all((row.rank_from or 0) <= (row.rank or 0) <= (row.rank_to or 0) for row in ranked)
    assert [row.band for row in ranked] == sorted(row.band or "" for row in ranked)
    assert all(row.settled >= LEAST_CASES for row in ranked)


def test_a_unit_is_measured_by_its_categories() -> None:
    hard, easy = (100, 50), (100, 2)
    both = {"hard": deeds(banjir=hard), "easy": deeds(sampah=easy), "mixed": deeds(banjir=hard, sampah=easy)}
    expected = expect(both)
    assert expected["hard"] > 40
    assert expected["easy"] < 8
    assert {row.band for row in rank_all(both)} == {"C"}


def test_a_unit_without_others_is_its_own_measure() -> None:
    (row,) = rank_all({"alone": deeds(banjir=(50, 20))})
    assert (row.score, row.band, row.rank, row.rank_from, row.rank_to) == (1.0, "C", 1, 1, 1)


def test_few_cases_are_drawn_to_the_usual_and_many_are_not() -> None:
    rows = {
        row.code: row
        for row in rank_all(
            {"few": deeds(sampah=(40, 0)), "many": deeds(sampah=(4000, 0)), "rest": deeds(sampah=(4000, 800))}
        )
    }
    assert rows["many"].score < rows["few"].score < 1 < rows["rest"].score


def test_units_that_differ_by_chance_alone_are_drawn_together_entirely() -> None:
    assert estimate_strength([(10, 10.0), (12, 11.0), (9, 10.0)]) == 1000
    assert estimate_strength([(0, 50.0), (100, 50.0)]) == pytest.approx(5000 / (5000 - 100), rel=0.01)
    assert estimate_strength([]) == 1000


def test_bands_are_named_by_the_score() -> None:
    assert [band_of(most) for _, most in BANDS] == ["A", "B", "C", "D"]
    assert band_of(1.51) == "E"


@given(some.floats(1 / 60, 10_000))
def test_hours_are_kept_to_half_a_bucket(hours: float) -> None:
    assert hours_of(bucket_of(hours)) == pytest.approx(hours, rel=0.046)


@given(some.lists(some.floats(0.1, 5000), min_size=1, max_size=60))
def test_quantiles_of_buckets_are_those_of_the_hours(hours: list[float]) -> None:
    parts = add_up([Deeds(answers={bucket_of(one): 1}) for one in hours])
    middle = sorted(hours)[(len(hours) - 1) // 2]
    assert find_quantile(parts.answers, 0.5) == pytest.approx(middle, rel=0.046)
    assert find_quantile({}, 0.5) is None


UNITS: Mapping[str, Unit] = {
    unit.code: unit
    for unit in (
        Unit(code="kota:31.74", name="Jakarta Selatan", kind="kota"),
        Unit(code="kec:31.74.02", name="Setiabudi", kind="kecamatan", parent="kota:31.74"),
        Unit(code="kel:31.74.02.1001", name="Setiabudi", kind="kelurahan", parent="kec:31.74.02"),
        Unit(code="kel:31.74.02.1002", name="Karet", kind="kelurahan", parent="kec:31.74.02"),
        Unit(code="dinas:lh", name="Dinas LH", kind="dinas"),
        Unit(code="sudin:lh:31.74", name="Sudin LH", kind="sudin", parent="dinas:lh"),
    )
}


def test_a_unit_above_answers_for_those_below() -> None:
    seen = [
        ("kel:31.74.02.1001", deeds(sampah=(3, 1))),
        ("kel:31.74.02.1002", deeds(sampah=(4, 0), banjir=(1, 1))),
        ("kec:31.74.02", deeds(sampah=(1, 0))),
        ("sudin:lh:31.74", deeds(sampah=(9, 9))),
        ("nobody", deeds(sampah=(5, 5))),
    ]
    assert gather(seen, UNITS, "kota")["kota:31.74"].by_category == {"sampah": (8, 1), "banjir": (1, 1)}
    assert gather(seen, UNITS, "kecamatan")["kec:31.74.02"].cases == 9
    assert gather(seen, UNITS, "dinas")["dinas:lh"].late == 9
    assert set(gather(seen, UNITS, "kelurahan")) == {"kel:31.74.02.1001", "kel:31.74.02.1002"}
