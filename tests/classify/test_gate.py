from collections.abc import Sequence
from random import Random

import msgspec
import pytest

from dengar.classify.gate import FEWEST_TEXTS, SAFETY, Candidate, Verdict, judge
from dengar.classify.measures import Answer
from dengar.classify.taxonomy import CODES

COUNT = 2400


def make_answers(right: float, *, seed: int = 1, count: int = COUNT, sure: float = 0.8) -> list[Answer]:
    """Make answers of which this share is right; the same texts are right for a lower share as for a higher one."""
    random = Random(seed)
    answers = []
    for number in range(count):
        truth = CODES[number % len(CODES)]
        guess = truth if random.random() < right else CODES[(number + 1 + random.randrange(18)) % len(CODES)]
        random.seed(seed * COUNT + number)
        answers.append(
            Answer(
                id=str(number), truth=truth, guess=guess, confidence=sure, answered=True, register="x", length="short"
            )
        )
    return answers


def make_candidate(answers: Sequence[Answer], version: str = "new", **changes: object) -> Candidate:
    made = Candidate(version=version, answers=answers, size=1_000_000, seconds=1.0)
    return msgspec.structs.replace(made, **changes)


def judged(new: Sequence[Answer], old: Sequence[Answer], **changes: object) -> Verdict:
    return judge(msgspec.structs.replace(make_candidate(new), **changes), make_candidate(old, "old"))


def failed(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.checks if not check.passed}


def spoil(answers: Sequence[Answer], share: float, **where: str) -> list[Answer]:
    """Make this share of the answers wrong among those that fit."""
    random = Random(3)
    spoilt = []
    for one in answers:
        fits = all(getattr(one, name) == value for name, value in where.items())
        wrong = next(code for code in CODES if code != one.truth)
        spoilt.append(msgspec.structs.replace(one, guess=wrong) if fits and random.random() < share else one)
    return spoilt


def test_a_model_that_is_surely_better_passes() -> None:
    assert judged(make_answers(0.84, sure=0.84), make_answers(0.8)).passed


def test_the_same_model_is_not_better_but_not_worse_either() -> None:
    same = make_answers(0.8)
    verdict = judged(same, same)
    assert failed(verdict) == {"better"}
    assert verdict.is_not_inferior


def test_a_worse_model_fails_and_nobody_can_approve_it() -> None:
    verdict = judged(make_answers(0.77), make_answers(0.8))
    assert "better" in failed(verdict)
    assert not verdict.is_not_inferior


def test_an_equal_model_passes_seldom() -> None:
    passed = sum(judged(make_answers(0.8, seed=seed), make_answers(0.8, seed=seed + 100)).passed for seed in range(20))
    assert passed <= 2


def test_too_few_common_texts_decide_nothing() -> None:
    few = make_answers(0.9, count=FEWEST_TEXTS - 1)
    verdict = judged(few, make_answers(0.5))
    assert failed(verdict) == {"exam"}
    assert not verdict.is_not_inferior


def test_a_category_that_surely_falls_stops_it() -> None:
    better = make_answers(0.9, sure=0.87)
    verdict = judged(spoil(better, 0.6, truth="sampah"), make_answers(0.8))
    assert failed(verdict) == {"categories"}
    assert "Sampah" in next(check.says for check in verdict.checks if check.name == "categories")


def test_categories_where_lives_depend_on_it_may_hardly_fall_at_all() -> None:
    old = make_answers(0.8)
    better = [
        one if one.truth in SAFETY else fresh for one, fresh in zip(old, make_answers(0.9, sure=0.9), strict=True)
    ]
    for code in SAFETY:
        better = spoil(better, 0.05, truth=code)
    assert failed(judged(better, old)) == {"safety"}


def test_a_channel_that_surely_falls_stops_it() -> None:
    def split(answers: Sequence[Answer]) -> list[Answer]:
        return [msgspec.structs.replace(one, register="sms" if int(one.id) % 10 == 0 else "x") for one in answers]

    verdict = judged(spoil(split(make_answers(0.93)), 0.5, register="sms"), split(make_answers(0.8)))
    assert "slices" in failed(verdict)
    assert "channel sms" in next(check.says for check in verdict.checks if check.name == "slices")


def test_a_model_that_boasts_stops() -> None:
    assert "calibration" in failed(judged(make_answers(0.84, sure=0.99), make_answers(0.8)))


@pytest.mark.parametrize("cost", [{"seconds": 2.0}, {"size": 80_000_000}])
def test_a_slow_or_large_model_stops(cost: dict[str, object]) -> None:
    assert "cost" in failed(judged(make_answers(0.84, sure=0.84), make_answers(0.8), **cost))


def test_posts_labelled_since_are_looked_at_when_there_are_enough() -> None:
    new, old = make_answers(0.84, sure=0.84), make_answers(0.8)
    later = make_answers(0.8, count=150)
    verdict = judge(make_candidate(new, later=spoil(later, 0.3)), make_candidate(old, "old", later=later))
    assert failed(verdict) == {"later"}
    few = judge(make_candidate(new, later=spoil(later[:50], 0.3)), make_candidate(old, "old", later=later[:50]))
    assert few.passed
