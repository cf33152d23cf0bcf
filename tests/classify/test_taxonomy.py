from dengar.classify.taxonomy import BY_CODE, CATEGORIES, CODES, NOT_A_COMPLAINT

UNITS = (
    *("kelurahan", "bina_marga", "sda", "lh", "pertamanan", "perhubungan", "satpol_pp", "sosial", "gulkarmat"),
    *("bpbd", "dukcapil", "kesehatan", "polisi", "transjakarta", "biro_pemerintahan"),
)


def test_there_are_twenty_categories_with_codes_of_their_own() -> None:
    assert len(CODES) == len(set(CODES)) == len(BY_CODE) == 20


def test_every_complaint_has_a_known_unit_and_a_deadline() -> None:
    for category in CATEGORIES:
        if category.is_complaint:
            assert category.unit in UNITS
            assert category.hours is not None
            assert category.hours > 0


def test_only_what_is_no_complaint_has_nobody_to_act() -> None:
    assert [category.code for category in CATEGORIES if not category.is_complaint] == [NOT_A_COMPLAINT]
    assert BY_CODE[NOT_A_COMPLAINT].unit is None


def test_every_category_has_both_names_and_a_meaning() -> None:
    assert all(category.name and category.english and category.meaning for category in CATEGORIES)
