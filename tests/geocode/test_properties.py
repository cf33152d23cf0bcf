import string
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengar.geocode import Locator

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pieces = st.sampled_from(
    [
        "Jl. ", "jln", "Gg ", "RT 05/03", "rw ", "Kel. ", "Kec.", "Pekojan", "Tambora", "Pasar Minggu", "#PondokLabu",
        "Jakarta Barat", "jaktim", "Bandung", "banjir ", "di ", ", ", ". ", "\n", " ", "Kebon Jeruk", "komplek ", "3 ",
        "İ", "ﬁ", "\U0001d409\U0001d425", "😀", "&amp; ", "@dki", "https://a.b/c ", "Raya ", "III ", "No. 5A",
    ],
)  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=20).map("".join))
kelurahan = st.sampled_from(
    [
        "Kel. Pekojan Kec. Tambora",
        "kelurahan Tegal Alur",
        "Jl. Kemang Selatan",
        "Pasar Senen",
        "RT 05/03 Kel. Rawa Badak Utara",
    ]
)
harmless = st.lists(
    st.sampled_from(["tolong segera diperbaiki.", "Sudah lama begini.", "Terima kasih pak.", "Bau sekali!"]), max_size=3
)


@few
@given(text=texts)
def test_offsets_always_match_the_text(locator: Locator, text: str) -> None:
    [located] = locator.locate([text])
    for mention in located.mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip()
    spans = [(mention.start, mention.end) for mention in located.mentions]
    assert spans == sorted(spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


@few
@given(place=kelurahan, words=harmless, spaces=st.integers(1, 4), mode=st.sampled_from([str.upper, str.lower, str]))
def test_case_spaces_and_polite_words_do_not_move_the_place(
    locator: Locator, place: str, words: list[str], spaces: int, mode: type[str]
) -> None:
    text = (" " * spaces).join(f"Lapor, banjir di {place}. {' '.join(words)}".split(" "))
    plain, changed = locator.locate([f"Lapor, banjir di {place}.", mode(text)])
    assert plain.place is not None
    assert changed.place is not None
    assert plain.place.code == changed.place.code


@few
@given(
    place=st.sampled_from(["Kel. Pekojan", "Kel. Tegal Alur"]), letters=st.sets(st.sampled_from(string.ascii_letters))
)
def test_look_alike_letters_do_not_move_the_place(locator: Locator, place: str, letters: set[str]) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if char in letters else char for char in place)
    plain, changed = locator.locate([place, wide])
    assert plain.place is not None
    assert changed.place is not None
    assert plain.place.code == changed.place.code
