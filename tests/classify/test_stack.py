import numpy as np
import pytest
from numpy.typing import NDArray

from dengar.classify.stack import Stack, learn_network, stacked
from dengar.classify.taxonomy import CODES

MACET, BANJIR, SAMPAH = (CODES.index(code) for code in ("macet", "banjir", "sampah"))
Material = tuple[NDArray[np.float32], NDArray[np.int64]]


@pytest.fixture(scope="module")
def material() -> Material:
    """Give scores whose highest is not the truth: waste scores more than a flood, and where both are it is a flood."""
    random = np.random.default_rng(0)
    scores = random.normal(-1, 0.1, (3000, len(CODES))).astype(np.float32)
    flood, waste = random.random(3000) < 0.5, random.random(3000) < 0.5
    scores[flood, BANJIR] += 2
    scores[waste, SAMPAH] += 3
    return scores, np.where(flood, BANJIR, np.where(waste, SAMPAH, MACET))


@pytest.fixture(scope="module")
def stack(material: Material) -> Stack:
    scores, truth = material
    return stacked([learn_network(scores[:2000], truth[:2000], seed) for seed in (0, 1)])


def test_it_finds_what_the_highest_score_does_not_say(material: Material, stack: Stack) -> None:
    scores, truth = material[0][2000:], material[1][2000:]
    assert (scores.argmax(axis=1) == truth).mean() < 0.7
    assert (stack.chances(scores).argmax(axis=1) == truth).mean() > 0.95


def test_chances_sum_to_one_and_leave_none_for_what_was_never_seen(material: Material, stack: Stack) -> None:
    chances = stack.chances(material[0])
    assert chances.sum(axis=1) == pytest.approx(1)
    assert chances[:, CODES.index("pengemis")].max() < 0.001


def test_together_they_give_the_mean_of_each(material: Material) -> None:
    scores, truth = material
    one, other = (learn_network(scores, truth, seed) for seed in (0, 1))
    mean = (stacked([one]).chances(scores) + stacked([other]).chances(scores)) / 2
    assert stacked([one, other]).chances(scores) == pytest.approx(mean, abs=1e-6)


def test_the_same_seed_learns_the_same(material: Material) -> None:
    for one, other in zip(learn_network(*material, 3), learn_network(*material, 3), strict=True):
        assert np.array_equal(one, other)
