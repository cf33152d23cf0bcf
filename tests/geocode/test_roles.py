import pytest

from dengar.geocode import Locator
from dengar.geocode.gazetteer import Gazetteer
from dengar.geocode.mentions import Finder
from dengar.models.place import Clue, Place


@pytest.fixture(scope="module")
def finder(locator: Locator) -> Finder:
    return Finder(Gazetteer(locator.areas))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("banjir di Palmerah", ["at"]),
        ("macet di depan Pasar Senen", ["near"]),
        ("sampah dekat Stasiun Palmerah", ["near"]),
        ("lubang antara Pasar Senen dan Stasiun Gambir", ["between", "between"]),
        ("macet di Cawang arah Slipi", ["at", "towards"]),
        ("macet dari Cawang menuju Slipi", ["route", "route"]),
        ("macet dari Cawang sampai ke Slipi", ["route", "route"]),
        ("kata Kapolres Jakarta Barat, jalan di Tomang ditutup", ["office", "at"]),
        ("trotoar di Tebet kayak di Blok M dulu", ["at", "like"]),
    ],
)
def test_the_words_around_a_name_give_its_role(finder: Finder, text: str, roles: list[str]) -> None:
    [found] = finder.find([text])
    assert [hit.role for hit in found.hits] == roles


def test_people_are_no_places(finder: Finder) -> None:
    [found] = finder.find(["Pak Guntur dan Bu Kartini lapor ke kelurahan"])
    assert found.hits == []


def test_texts_of_a_batch_do_not_touch_each_other(finder: Finder) -> None:
    texts = ["sampah di depan", "Pasar Senen bau", "macet arah", "Slipi", "Pak", "Tomang"]
    assert [[hit.role for hit in found.hits] for found in finder.find(texts)] == [[], ["at"], [], ["at"], [], ["at"]]


def test_a_direction_does_not_move_the_place(locator: Locator) -> None:
    plain, directed = locator.locate(["macet di Kel. Cawang", "macet di Cawang arah Pondok Labu"])
    assert plain.place is not None
    assert directed.place is not None
    assert directed.place.kelurahan == plain.place.kelurahan == "Cawang"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("banjir di komplek green gardan", "Kedoya Utara"),
        ("sampah di cengkarng timur", "Cengkareng Timur"),
        ("lampu mati di kel. pegadugnan", "Pegadungan"),
        ("pohon tumbang di Jl. Kemagn Timur", "Bangka"),
    ],
)
def test_one_wrong_letter_in_a_name_is_understood(locator: Locator, text: str, name: str) -> None:
    [located] = locator.locate([text])
    assert located.place is not None
    assert located.place.candidates[0].kelurahan == name


def test_the_place_of_an_earlier_post_helps_where_the_text_says_nothing(locator: Locator) -> None:
    [first] = locator.locate(["banjir di Kel. Pekojan"])
    clue = Clue(earlier=first.place)
    same, other = locator.locate(["iya, di sini juga", "di Kel. Palmerah juga"], [clue, clue])
    assert same.place is not None
    assert same.place.kelurahan == "Pekojan"
    assert same.place.confidence < 0.8
    assert "utasnya (Kel. Pekojan)" in same.place.reason
    assert other.place is not None
    assert other.place.kelurahan == "Palmerah"


def test_an_earlier_place_of_another_city_says_nothing(locator: Locator) -> None:
    elsewhere = Place(level="kota", kota="Kota Uji", kota_code="32.75")
    [located] = locator.locate(["di sini juga"], [Clue(earlier=elsewhere)])
    assert located.place is None
