import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.models import Silence
from dengar.silence import HOUR, Usual, chance, expected, find_silence, make_usual

BEGIN = datetime(2026, 9, 28, tzinfo=UTC)  # a Monday
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
NOW = BEGIN + 8 * WEEK

Shape = Callable[[datetime], float]


def steady(hour: datetime) -> float:
    """Ten an hour from 6 to 22 in Jakarta, nothing at night."""
    return 10.0 if hour.hour >= 23 or hour.hour < 15 else 0.0


def flat(_: datetime) -> float:
    return 4.0


def draw(shape: Shape, weeks: float, seed: int = 1, until: datetime = NOW) -> dict[datetime, int]:
    """Let messages come independently of each other."""
    random = Random(seed)
    hours = (until - n * HOUR for n in range(1, int(weeks * 168) + 1))
    return {hour: count for hour in hours if (count := poisson(random, shape(hour)))}


def poisson(random: Random, mean: float) -> int:
    count, left = 0, random.expovariate(1.0) if mean else math.inf
    while left < mean:
        count, left = count + 1, left + random.expovariate(1.0)
    return count


def learn(counts: Mapping[datetime, int], until: datetime = NOW) -> Usual:
    usual = make_usual(counts, until)
    assert usual is not None
    return usual


def cut_off(usual: Usual, last: datetime, hours: float, counts: Mapping[datetime, int] | None = None) -> Silence | None:
    return find_silence(usual, last, last + hours * HOUR, counts or {})


def test_what_is_missing_is_told_with_the_time_and_the_number() -> None:
    usual = learn(draw(flat, 8))
    silence = cut_off(usual, NOW, 6)
    assert silence is not None
    assert (silence.since, silence.came) == (NOW, 0)
    assert silence.expected == pytest.approx(20, rel=0.1)


@given(st.integers(0, 10**6), st.floats(0, 7 * 24), st.sampled_from([1, 2, 3, 5, 8]))
def test_a_steady_source_is_never_silent_at_its_usual_night_hours(seed: int, at: float, weeks: int) -> None:
    """However long it was watched: at night nothing is missed, neither since the evening nor in the last day."""
    usual = learn(draw(steady, weeks, seed))
    evening = NOW + int(at) // 24 * DAY + timedelta(hours=14, minutes=50)
    today = {
        evening.replace(minute=0) - n * HOUR: 10 for n in range(24) if steady(evening.replace(minute=0) - n * HOUR)
    }
    for night_hours in range(9):
        assert cut_off(usual, evening, night_hours, today) is None


@given(st.floats(0.5, 50), st.integers(0, 167), st.integers(0, 10**6))
def test_less_than_seven_expected_ones_are_never_missed(rate: float, hour: int, seed: int) -> None:
    usual = learn(draw(lambda _: rate, 3, seed))
    last = NOW + hour * HOUR
    hours = next(n for n in range(1, 99) if expected(usual, last + HOUR, last + (n + 1) * HOUR) >= 7)
    assert cut_off(usual, last, hours) is None


@given(st.floats(1, 50), st.integers(0, 10**6))
def test_a_source_that_is_cut_off_is_told_before_long(rate: float, seed: int) -> None:
    usual = learn(draw(lambda _: rate, 8, seed))
    assert cut_off(usual, NOW, 2 + 40 * usual.clumping / rate) is not None


def test_the_more_clumped_messages_come_the_longer_a_silence_must_be() -> None:
    clumped = {hour: count * 12 for hour, count in draw(lambda _: 1 / 3, 8).items()}
    assert learn(draw(flat, 8)).clumping < 1.2
    assert learn(clumped).clumping > 6
    assert cut_off(learn(draw(flat, 8)), NOW, 5) is not None
    assert cut_off(learn(clumped), NOW, 5) is None
    assert cut_off(learn(clumped), NOW, 30) is not None


def test_quiet_days_make_days_count_as_clumped_and_not_only_hours() -> None:
    random = Random(5)
    moods = {NOW.date() - n * DAY: random.choice([0.2, 1.8]) for n in range(60)}
    usual = learn(draw(lambda hour: 1.0 * moods[hour.date()], 8))
    assert usual.clumping > 5


def test_one_day_of_flood_makes_nobody_deaf() -> None:
    counts = draw(flat, 8)
    flood = {NOW - 9 * DAY + n * HOUR: 60 for n in range(24)}
    assert learn(counts | flood).clumping < 2


def test_a_day_in_which_next_to_nothing_came_is_told() -> None:
    usual = learn(draw(flat, 8))
    trickle = {NOW + 23 * HOUR: 2}
    silence = find_silence(usual, NOW + 23.5 * HOUR, NOW + DAY, trickle)
    assert silence is not None
    assert (silence.since, silence.came) == (NOW, 2)
    assert silence.expected == pytest.approx(96, rel=0.1)
    half = {NOW + n * HOUR: 2 for n in range(24)}  # quieter than usual, but not broken
    assert find_silence(usual, NOW + 23.5 * HOUR, NOW + DAY, half) is None


def test_nothing_is_expected_in_gaps_and_pauses() -> None:
    usual = learn(draw(flat, 8))
    pause = (NOW, NOW + 30 * HOUR)
    assert find_silence(usual, NOW, NOW + 30 * HOUR, {}, [pause]) is None
    assert find_silence(usual, NOW, NOW + 30.5 * HOUR, {}, [pause]) is None
    assert find_silence(usual, NOW, NOW + 36 * HOUR, {}, [pause]) is not None


def test_gaps_of_the_past_do_not_lower_what_is_expected() -> None:
    outage = NOW - 20 * DAY, NOW - 10 * DAY
    counts = {hour: count for hour, count in draw(flat, 8).items() if not outage[0] <= hour < outage[1]}
    blind, told = make_usual(counts, NOW), make_usual(counts, NOW, [outage])
    assert blind is not None
    assert told is not None
    assert blind.per_day == pytest.approx(96 * 46 / 56, rel=0.1)
    assert told.per_day == pytest.approx(96, rel=0.05)


def test_rates_are_told_apart_as_far_as_the_history_reaches() -> None:
    def shape(hour: datetime) -> float:
        return 30.0 if hour.weekday() == 2 and hour.hour == 5 else 1.0

    wednesday_at_five = 2 * 24 + 5
    long, short, shortest = (learn(draw(shape, weeks)).rates for weeks in (8, 2, 2 / 7))
    assert long[wednesday_at_five] > 20
    assert long[wednesday_at_five - 24] < 3
    assert short[wednesday_at_five] == short[wednesday_at_five - 24] != short[wednesday_at_five - 1]
    assert len(set(shortest)) == 1
    assert make_usual(draw(flat, 1 / 14), NOW) is None
    assert make_usual({}, NOW) is None


def test_an_hour_that_was_never_seen_is_taken_like_that_of_other_days() -> None:
    counts = draw(flat, 4)
    mondays = [(BEGIN + n * WEEK + 3 * HOUR, BEGIN + n * WEEK + 4 * HOUR) for n in range(8)]
    usual = make_usual(counts, NOW, mondays)
    assert usual is not None
    assert 1 < usual.rates[3] < 8


@given(st.floats(0.1, 200), st.floats(1, 30), st.integers(0, 20))
def test_chances_add_up_and_fall_with_what_is_expected(mean: float, clumping: float, came: int) -> None:
    assert 0 <= chance(came, mean, clumping) <= chance(came + 1, mean, clumping) <= 1 + 1e-9
    assert chance(came, mean * 2, clumping) <= chance(came, mean, clumping) + 1e-12
    assert chance(0, mean, clumping) >= math.exp(-mean) - 1e-12


def test_chances_are_those_of_the_tables() -> None:
    assert chance(0, 7, 1) == pytest.approx(0.000912, abs=1e-6)
    assert chance(2, 3, 1) == pytest.approx(0.423190, abs=1e-6)
    assert chance(1, 4, 2) == pytest.approx(0.1875)  # size 4, probability 1/2: 1/16 + 4/32
    assert chance(5, 0, 3) == 1


def test_expected_hours_are_counted_by_their_parts() -> None:
    usual = Usual(rates=tuple(float(hour == 10) for hour in range(168)), clumping=1)
    ten = BEGIN + 10 * HOUR
    assert expected(usual, BEGIN, BEGIN + WEEK) == 1
    assert expected(usual, ten + HOUR / 4, ten + HOUR / 2) == 0.25
    assert expected(usual, ten, ten + HOUR, [(ten - DAY, ten + HOUR / 4)]) == 0.75
    assert expected(usual, ten + HOUR, ten) == 0
