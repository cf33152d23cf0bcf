from dengar.classify.likeness import find_twins, measure

FIRST = ["sampah", "di", "depan", "pasar", "belum", "diangkut", "sejak", "hari", "senin"]


def test_a_text_that_nearly_repeats_an_earlier_one_is_its_twin() -> None:
    again = [*FIRST, "pak"]
    other = ["lampu", "jalan", "mati", "di", "depan", "pasar", "sejak", "hari", "selasa"]
    assert find_twins([FIRST, other, again, FIRST]) == {2: 0, 3: 0}


def test_only_repetitions_of_the_first_texts_count_when_asked() -> None:
    other = ["lampu", "jalan", "mati", "semua", "di", "gang", "kami"]
    assert find_twins([other, FIRST, FIRST], first=1) == {}
    assert find_twins([FIRST, other, other, FIRST], first=1) == {3: 0}


def test_short_and_empty_texts_have_twins_only_when_they_are_the_same() -> None:
    assert find_twins([["banjir"], ["macet"], ["banjir"], [], ["banjir", "lagi"]]) == {2: 0}


def test_diversity_is_the_share_of_distinct_grams_and_of_repetitions() -> None:
    found = measure([["a", "b", "a"], ["a", "b", "a"]])
    assert (found.texts, found.words, found.near_duplicates) == (2, 6, 0.5)
    assert found.distinct == (round(2 / 6, 4), 0.5, 0.5)


def test_nothing_is_not_diverse() -> None:
    assert measure([]).near_duplicates == 0
