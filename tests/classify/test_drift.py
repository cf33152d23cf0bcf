from random import Random

from dengar.classify.drift import Sample, compare
from dengar.models import Labels


def make_sample(
    count: int = 500, *, floods: float = 0.2, sure: float = 0.8, unknown: float = 0.02, seed: int = 0
) -> Sample:
    random = Random(seed)
    labels = [
        Labels(
            category="banjir" if random.random() < floods else random.choice(["macet", "sampah", "parkir_liar"]),
            is_complaint=True,
            confidence=min(1.0, max(0.0, random.gauss(sure, 0.1))),
        )
        for _ in range(count)
    ]
    return Sample(labels=labels, unknown=[unknown] * count)


def test_equal_periods_raise_no_alarm() -> None:
    assert all(not compare(make_sample(seed=seed), make_sample(seed=seed + 50)).alarms for seed in range(10))


def test_a_flood_moves_the_shares_and_is_named() -> None:
    found = compare(make_sample(floods=0.6), make_sample(seed=1))
    assert found.mix > 0.1
    assert len(found.alarms) == 1
    assert "banjir" in found.alarms[0]


def test_a_model_that_grows_unsure_is_told() -> None:
    found = compare(make_sample(sure=0.7), make_sample(seed=1))
    assert [alarm.split(" (")[0] for alarm in found.alarms] == ["the model's confidence moved"]


def test_new_slang_is_told() -> None:
    found = compare(make_sample(unknown=0.2), make_sample(seed=1))
    assert found.alarms == ("20% of the words are new to the model, 2% were before",)


def test_too_few_posts_say_nothing() -> None:
    found = compare(make_sample(100, unknown=0.9), make_sample())
    assert not found.is_enough
    assert found.alarms == ()
