# ruff: noqa: RUF001 - look-alike letters are what is tested
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.classify.lexicon import concepts, names, slang
from dengar.classify.stems import stem
from dengar.classify.taxonomy import CODES
from dengar.classify.text import normalise, tokens

CASES = {
    "yg tdk blm dgn krn": "yang tidak belum dengan karena",
    "tlg jln bolong": "tolong jalan lubang",
    "panaaaas bangeeet": "panas banget",
    "genangan 30cm": "genangan <cm>",
    "genangan 30 cm": "genangan <cm>",
    "macet 2 km": "macet <km>",
    "rt 05/02": "<rt>",
    "RT.10 RW.01": "<rt>",
    "bayar Rp 50.000": "bayar <uang>",
    "rugi 2 juta": "rugi <uang>",
    "jam 10.30 WIB": "jam <jam>",
    "tgl 12/03/2024": "tanggal <tanggal>",
    "tahun 2015": "tahun <tahun>",
    "lubang2 di jalan2": "lubang di jalan",
    "jalan-jalan rusak": "jalan rusak",
    "sampah di Tebet": "sampah di <tempat>",
    "banjir kebon jeruk": "banjir <tempat>",
    "#JalanRusak": "jalan rusak",
    "#jalanrusak": "jalan rusak",
    "#macetparah": "macet parah",
    "@xqzwv123 tolong": "<akun> tolong",
    "lihat https://t.co/Ab12 pak": "lihat <tautan> bapak",
    "pak Ahok yth": "bapak <pejabat> terhormat",
    "@pengguna tolong": "<akun> tolong",
    "ѕаmраh": "sampah",
    "s\u200bampah": "sampah",
    "ｓａｍｐａｈ": "sampah",
    "sa\u0301mpah": "sampah",
    "bau 😡": "bau marah",
    "Warga Keluhkan Lampu Mati": "warga keluhkan lampu mati <judul>",
    "": "",
    "漢字": "",
    "\x00\x01": "",
    "\ud800": "",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_text_is_normalised(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=300))
def test_any_text_normalises_to_ascii_and_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    assert once.isascii()
    assert normalise(once) == once


WRITTEN = st.sampled_from(
    [
        *("yg", "jln", "#banjirParah", "@jaki", "rt05/02", "30cm", "2jt", "Tebet", "kebon", "jeruk", "jalan2", "10:30"),
        *("aaa", "<cm>", "a'a'a", ".", "-", "Warga", "Keluhkan", "Banjir"),
    ]
)


@given(st.lists(WRITTEN, max_size=30), st.sampled_from(["", " ", "\n", ","]))
def test_what_people_write_stays_as_it_is_when_normalised_again(pieces: list[str], between: str) -> None:
    once = normalise(between.join(pieces))
    assert normalise(once) == once


@given(st.text(alphabet=st.characters(categories=["Cs", "Cc", "So", "Mn", "Lo"]), max_size=200))
def test_strange_characters_never_raise(text: str) -> None:
    tokens(text)


@pytest.mark.parametrize("piece", ["a", "banjir ", "#", "@a", "a@b.", "rt ", "1", "1.", "😡", "\u0301", "rp 1,"])
def test_a_megabyte_of_anything_takes_no_longer_than_its_beginning(piece: str) -> None:
    start = time.process_time()
    tokens(piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 1


def test_there_are_enough_slang_words_and_each_leads_to_standard_words_at_once() -> None:
    assert len(slang()) >= 600
    for word, standard in slang().items():
        assert word not in standard
        assert not [one for one in standard if one in slang()]
        assert normalise(word) == normalise(" ".join(standard))


def test_places_are_written_in_standard_words() -> None:
    found = list(names())
    assert len(found) >= 4000
    assert not [name for name in found if any(word in slang() for word in name)]


def test_a_place_name_never_hides_a_word_that_names_a_category() -> None:
    single = {name[0] for name in names() if len(name) == 1}
    assert not single & {word for code in CODES for word in code.split("_")}


def test_words_of_one_meaning_share_it() -> None:
    assert set(concepts()["jambret"]) & set(concepts()["copet"])
    assert len(concepts()) >= 20_000


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_a_part_of_its_word(word: str) -> None:
    assert stem(word)
    assert stem(word) in word
