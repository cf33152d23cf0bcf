import msgspec
import pytest
from sklearn.metrics import f1_score

from dengar.classify.measures import Answer, length_of, measure
from dengar.classify.taxonomy import CODES


def make_answer(number: int, truth: str, guess: str, **changes: object) -> Answer:
    answer = Answer(
        id=str(number), truth=truth, guess=guess, confidence=0.8, answered=True, register="x", length="short"
    )
    return msgspec.structs.replace(answer, **changes)


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    guesses = ["banjir", "banjir", "macet", "bukan_keluhan"]
    return [
        make_answer(
            number, "banjir" if number % 2 else "macet", guesses[number % 4], register="x" if number < 60 else "sms"
        )
        for number in range(120)
    ]


def test_the_figures_are_those_of_scikit_learn(answers: list[Answer]) -> None:
    found = measure(answers)
    truth, guess = [one.truth for one in answers], [one.guess for one in answers]
    expected = f1_score(truth, guess, labels=["banjir", "macet"], average="macro")
    assert found.macro_f1.value == pytest.approx(expected, abs=1e-4)
    assert found.accuracy.value == pytest.approx(sum(one.is_right for one in answers) / 120, abs=1e-4)
    assert found.complaint_yes_no.value == 0.75


def test_every_interval_holds_its_figure(answers: list[Answer]) -> None:
    found = measure(answers)
    for one in (found.accuracy, found.macro_f1, *(each.f1 for each in found.classes)):
        assert one.low <= one.value <= one.high
        assert one.high - one.low < 0.3


def test_the_confusion_has_every_text_once(answers: list[Answer]) -> None:
    confusion = measure(answers).confusion
    assert sum(map(sum, confusion)) == 120
    assert confusion[CODES.index("banjir")][CODES.index("bukan_keluhan")] == 30


def test_slices_of_fewer_than_fifty_texts_are_not_shown(answers: list[Answer]) -> None:
    found = {
        (one.kind, one.name): one.count
        for one in measure([*answers, make_answer(120, "macet", "macet", register="mail")]).slices
    }
    assert found == {("channel", "sms"): 60, ("channel", "x"): 60, ("length", "short"): 121}


def test_calibration_compares_confidence_with_what_is_right(answers: list[Answer]) -> None:
    found = measure(answers)
    right = found.accuracy.value
    assert found.calibration_error == pytest.approx(0.8 - right, abs=1e-3)
    assert [one.count for one in found.reliability if one.count] == [120]


def test_the_same_answers_always_give_the_same_figures(answers: list[Answer]) -> None:
    assert measure(answers) == measure(list(answers))


def test_lengths_have_names() -> None:
    assert [length_of(["a"] * count) for count in (3, 20, 60)] == ["short", "middle", "long"]


def test_another_acceptable_category_counts_for_confidence_and_not_for_f1(answers: list[Answer]) -> None:
    both = [msgspec.structs.replace(one, also=("banjir", "macet")) for one in answers]
    strict, lenient = measure(answers), measure(both)
    assert (strict.accuracy, strict.macro_f1) == (lenient.accuracy, lenient.macro_f1)
    assert strict.acceptable.value == strict.accuracy.value
    assert lenient.acceptable.value == 0.75
    assert lenient.answered_right == 0.75
    assert lenient.calibration_error == pytest.approx(0.05)
