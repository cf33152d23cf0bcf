import subprocess
import sys
import time

import numpy as np
import pytest

from dengar.geocode import Locator
from dengar.models.place import Clue, Located, Place, Point

BALAI_KOTA = Point(lat=-6.1814, lon=106.8284)


def place_of(locator: Locator, text: str, geotag: Point | None = None, hint: str | None = None) -> Place:
    [located] = locator.locate([text], [Clue(geotag=geotag, hint=hint)])
    assert located.place is not None, located
    return located.place


def types_of(located: Located) -> dict[str, str]:
    return {mention.text: mention.type for mention in located.mentions}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sampah menumpuk di RT 05/03 Kel. Pekojan, Kec. Tambora", "31.73.04.1009"),
        ("lapor kel.tegal alur kec.kalideres got mampet", "31.73.06.1003"),
        ("BANJIR DI KELURAHAN RAWABADAK UTARA JAKUT", "31.72.03.1004"),
        ("lampu mati di kelurahan cipingan melayu", "31.75.08.1005"),
        ("kel. kosambi banyak sampah", "31.73.01.1002"),
        ("pohon tumbang di Pondok Ranggon Jaktim", "31.75.10.1003"),
        ("got mampet di Jl. Kemang Selatan VIII", "31.74.03.1002"),
        ("macet depan Pasar Senen", "31.71.04.1001"),
        ("trotoar rusak #PondokKelapa", "31.75.07.1004"),
    ],
)
def test_a_named_place_gives_its_kelurahan(locator: Locator, text: str, code: str) -> None:
    assert place_of(locator, text).kelurahan_code == code


def test_a_kecamatan_alone_gives_a_kecamatan_and_says_so(locator: Locator) -> None:
    place = place_of(locator, "Jalan rusak di Kecamatan Cengkareng")
    assert (place.level, place.kecamatan_code, place.kelurahan) == ("kecamatan", "31.73.01", None)


def test_a_kota_alone_gives_a_kota(locator: Locator) -> None:
    place = place_of(locator, "lampu jalan mati di jaksel")
    assert (place.level, place.kota, place.kecamatan) == ("kota", "Jakarta Selatan", None)


def test_a_name_of_both_levels_prefers_the_kelurahan_and_keeps_candidates(locator: Locator) -> None:
    place = place_of(locator, "banjir di Kalideres")
    assert place.kelurahan == "Kalideres"
    assert len(place.candidates) > 1
    assert place.confidence < 0.8


def test_an_explicit_kelurahan_beats_everything_else(locator: Locator) -> None:
    place = place_of(locator, "Di Kel. Cipayung dekat Blok M, Senayan dan Monas", BALAI_KOTA)
    assert place.kelurahan_code == "31.75.10.1001"


def test_a_geotag_decides_when_the_text_says_nothing(locator: Locator) -> None:
    place = place_of(locator, "lampunya mati min", BALAI_KOTA)
    assert place.kelurahan == "Gambir"
    assert (place.lat, place.lon, place.precision) == (BALAI_KOTA.lat, BALAI_KOTA.lon, "point")
    assert place.border_m is not None
    assert place.border_m > 100


def test_a_bad_geotag_is_ignored_and_mentioned(locator: Locator) -> None:
    place = place_of(locator, "Kel. Palmerah", Point(lat=106.8, lon=-6.2))
    assert "tertukar" in place.reason


def test_a_hint_from_a_form_counts_without_being_a_mention(locator: Locator) -> None:
    [located] = locator.locate(["lampu mati lagi"], [Clue(hint="Kel. Palmerah")])
    assert located.place is not None
    assert located.place.kelurahan == "Palmerah"
    assert located.mentions == ()


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("Pohon tumbang di Jl Sudirman Bandung", "Bandung"),
        ("banjir di perumahan kami di Bekasi", "Bekasi"),
        ("Lampu mati di Jalan Margonda Raya, Depok", "Depok"),
        ("jalan rusak di Desa Sukamaju", "Desa Sukamaju"),
    ],
)
def test_a_place_outside_is_said_and_not_placed(locator: Locator, text: str, outside: str) -> None:
    [located] = locator.locate([text])
    assert (located.place, located.outside) == (None, outside)


def test_a_city_on_the_way_is_not_where_it_happened(locator: Locator) -> None:
    assert place_of(locator, "macet di Kel. Cawang arah Bogor").kelurahan == "Cawang"
    assert place_of(locator, "rumah roboh di Jl. Semarang, Kel. Sukapura").kelurahan == "Sukapura"


@pytest.mark.parametrize(
    "text",
    [
        "jalan rusak parah sekali, tolong diperbaiki",
        "tugu itu baru dan gedong, duri di tengah jalan",
        "Pak Guntur dan Ibu Kartini tolong dibantu",
        "hari senen besok libur",
        "harga kapuk dan karet naik",
        "",
        "😀😀😀",
    ],
)
def test_words_that_only_look_like_places_give_nothing(locator: Locator, text: str) -> None:
    [located] = locator.locate([text])
    assert (located.place, located.outside) == (None, None)


def test_streets_rt_and_areas_are_mentions_with_types(locator: Locator) -> None:
    text = "Di Jl. Pekojan No. 35A RT.006 RW 04 kel.Pekojan dekat Pasar Pagi, Jak-Bar"
    [located] = locator.locate([text])
    assert types_of(located) == {
        "Jl. Pekojan No. 35A": "street",
        "RT.006 RW 04": "rt_rw",
        "kel.Pekojan": "kelurahan",
        "Pasar Pagi": "landmark",
        "Jak-Bar": "kota",
    }


@pytest.mark.parametrize(
    "said", ["Rt.10.Rw.1", "rt 05/03", "RT.006 RW 04", "RT 04, 05 & 07, RW 02", "RW 5", "RT/RW 001/010"]
)
def test_rt_and_rw_are_found_in_every_spelling(locator: Locator, said: str) -> None:
    [located] = locator.locate([f"rumah saya di {said} banjir"])
    assert types_of(located) == {said: "rt_rw"}


@pytest.mark.parametrize("said", ["Jl. Raya Bogor KM 22", "jalan kemang raya km.2,5", "Jl. Kemang Raya No. 5 km 3"])
def test_a_kilometre_post_belongs_to_its_road(locator: Locator, said: str) -> None:
    [located] = locator.locate([f"pohon tumbang di {said} tadi"])
    assert types_of(located) == {said: "street"}


def test_the_reason_names_what_was_read(locator: Locator) -> None:
    reason = place_of(locator, "Banjir di Jl. Pekojan, Kel. Pekojan").reason
    assert "Pekojan" in reason
    assert reason.endswith(".")


def test_candidates_are_sorted_shares_of_one(locator: Locator) -> None:
    candidates = place_of(locator, "banjir di Kalideres").candidates
    shares = [candidate.confidence for candidate in candidates]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.001


def test_lists_of_different_length_are_refused(locator: Locator) -> None:
    with pytest.raises(ValueError, match="zip"):
        locator.locate(["a", "b"], [Clue()])


@pytest.mark.parametrize(
    "piece",
    [
        "jalan ",
        "rt 1 ",
        "kel. ",
        "Jl. Raya ",
        "di Tanjung ",
        ". - ",
        "gg gg ",
        "#",
        "RT/RW ",
        "PALMERAH ",
        "KEL. PALMERAH ",
        "Jl. Slipi, ",
    ],
)
def test_time_grows_with_length_only(locator: Locator, piece: str) -> None:
    start = time.process_time()
    locator.locate([piece * (100_000 // len(piece))])
    assert time.process_time() - start < 4


def test_strange_texts_never_raise(locator: Locator) -> None:
    texts = [
        "\0",
        "\ud800 jalan \udfff",
        "jl.",
        "kel",
        "rt",
        "\u202e" * 10,
        "İstanbul jalan İ",
        "x" * 1_000_000,
        "kel. " * 3,
        "#",
        "@",
    ]
    assert len(locator.locate(texts)) == len(texts)


def test_a_batch_answers_like_one_at_a_time(locator: Locator) -> None:
    texts = ["Kel. Pekojan", "banjir", "macet di Slipi", "Kel. Pekojan"]
    assert locator.locate(texts) == [locator.locate([text])[0] for text in texts]


def test_an_answer_does_not_depend_on_what_was_read_before() -> None:
    texts = ["sampah dekat Gallerywest", "sampah dekat Gallery West"]
    first, second = Locator().locate(texts), Locator().locate(texts[::-1])
    assert first == second[::-1]


def test_a_city_is_believed_as_much_by_its_short_name(locator: Locator) -> None:
    texts = [f"lampu jalan mati di {name}" for name in ("jaksel", "Jakarta Selatan")]
    assert {place_of(locator, text).confidence for text in texts} == {place_of(locator, texts[1]).confidence}


def test_points_come_back_as_codes_in_bulk(locator: Locator) -> None:
    codes = locator.kelurahan_of(np.array([BALAI_KOTA.lat, 0.0, np.nan]), np.array([BALAI_KOTA.lon, 0.0, 106.8]))
    assert list(codes) == ["31.71.01.1001", None, None]


def test_importing_loads_nothing_heavy() -> None:
    heavy = "spacy numpy shapely rapidfuzz osmium"
    code = f"import sys, dengar.geocode; print([name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_jakarta_streets_that_carry_the_name_of_another_city_are_in_jakarta(locator: Locator) -> None:
    for text in ("pohon tumbang di jl. raya bogor dekat pasar induk", "macet di Jalan Raya Bekasi arah Pulogadung"):
        [located] = locator.locate([text])
        assert located.outside is None, text


def test_numbers_in_words_and_in_figures_are_the_same(locator: Locator) -> None:
    places = [place_of(locator, f"banjir di Kel. {name}") for name in ("Kelapa Dua", "kelapa 2", "KELAPADUA")]
    assert {place.kelurahan_code for place in places} == {"31.73.05.1004"}


def test_other_opening_words_find_the_same_place(locator: Locator) -> None:
    texts = ["banjir di Komplek Green Garden", "banjir di perumahan green garden", "banjir di green garden"]
    assert {place_of(locator, text).kelurahan for text in texts} == {"Kedoya Utara"}


def test_a_landmark_with_a_point_gives_point_and_border(locator: Locator) -> None:
    place = place_of(locator, "PKL di trotoar Stasiun Tanah Abang")
    assert place.precision == "point"
    assert place.border_m is not None


def test_text_conflicting_with_the_geotag_lowers_the_confidence(locator: Locator) -> None:
    agrees = place_of(locator, "banjir di Gambir", BALAI_KOTA)
    differs = place_of(locator, "banjir di Pondok Labu", BALAI_KOTA)
    assert agrees.confidence > 0.9
    assert differs.confidence < agrees.confidence


def test_a_name_of_both_levels_is_the_kecamatan_beside_another_of_its_kelurahan(locator: Locator) -> None:
    place = place_of(locator, "got mampet di Jati Padang, Pasar Minggu")
    assert place.kelurahan == "Jati Padang"
    assert place.confidence > 0.8


def test_the_code_of_an_area_in_the_field_for_the_place_is_that_area(locator: Locator) -> None:
    for code in ("31.74.01.1002", "31.74.01", "31.74"):
        assert place_of(locator, "lampu mati", hint=code).code == code
    assert locator.locate(["lampu mati"], [Clue(hint="31.74.01.9999")])[0].place is None
