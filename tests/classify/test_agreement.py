import pytest

from dengar.classify.agreement import measure, settle


@pytest.mark.parametrize(
    ("said", "settled"),
    [
        ({"ani": "banjir"}, "banjir"),
        ({"ani": "banjir", "budi": "banjir"}, "banjir"),
        ({"ani": "banjir", "budi": "macet"}, None),
        ({"ani": "banjir", "budi": "macet", "citra": "macet"}, "macet"),
        ({"ani": "banjir", "budi": "macet", "citra": "sampah"}, None),
    ],
)
def test_more_than_half_settle_it(said: dict[str, str], settled: str | None) -> None:
    assert settle(said) == settled


def test_agreement_counts_pairs_and_leaves_out_chance() -> None:
    said = [{"ani": "banjir", "budi": "banjir"}, {"ani": "macet", "budi": "macet"}, {"ani": "macet", "budi": "banjir"}]
    found = measure([*said, {"ani": "sampah"}])
    assert (found.pairs, found.equal) == (3, 0.6667)
    assert found.kappa == pytest.approx(0.4, abs=0.01)


def test_without_pairs_nothing_is_said() -> None:
    assert measure([{"ani": "banjir"}]).equal is None


def test_full_agreement_on_one_category_is_full() -> None:
    assert measure([{"ani": "banjir", "budi": "banjir"}]).kappa == 1
