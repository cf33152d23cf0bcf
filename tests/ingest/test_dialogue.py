from itertools import product

import pytest

from dengar.ingest.formats.dialogue import LONGEST_SMS, ORDER, SMS_WORDS, WORDS, Language, News, ask, greet, tell_news
from dengar.ingest.formats.shortmessage import count_gsm

NUMBER = "DKI-2611-004217"
LINK = "https://pengaduan.jakarta.go.id/laporan/DKI-2611-004217"
NEWS: tuple[News, ...] = ("done", "rejected", "question", "reopened")
LANGUAGES: tuple[Language, ...] = ("id", "en")


def test_a_place_is_asked_for_before_a_photo() -> None:
    asked = ask({"photo", "place"}, NUMBER, link=LINK)
    assert asked == (
        "Terima kasih, laporan Anda kami terima dengan nomor DKI-2611-004217. "
        "Di mana tepatnya? Kirim lokasi, atau tulis nama jalan dan kelurahannya. "
        "Pantau di https://pengaduan.jakarta.go.id/laporan/DKI-2611-004217"
    )
    assert "foto" in ask({"photo"}, NUMBER)
    assert "tuliskan" in ask({"text", "place", "photo"}, NUMBER)


def test_nothing_is_asked_when_nothing_is_missing() -> None:
    assert ask(set(), NUMBER) == (
        "Terima kasih, laporan DKI-2611-004217 sudah lengkap dan kami teruskan ke unit yang menangani."
    )
    assert "?" not in ask(set(), NUMBER, language="en")


def test_the_end_is_told_with_what_to_do_when_it_is_none() -> None:
    assert "balas" in tell_news("done", NUMBER)
    assert tell_news("done", NUMBER, link=LINK, language="en").endswith(LINK)


def test_the_words_of_the_unit_are_told_whole_cut_or_not_at_all() -> None:
    assert tell_news("rejected", NUMBER, "Bukan wewenang\n{kami}") == (
        "Mohon maaf, laporan DKI-2611-004217 tidak dapat kami tindak lanjuti: Bukan wewenang {kami}."
    )
    long = tell_news("done", NUMBER, "sudah " * 200, is_short=True)
    assert "..." in long
    assert len(long) < 280
    assert ":" not in tell_news("done", NUMBER, " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sms_fits_into_one_message(language: Language) -> None:
    said = [ask({one}, NUMBER, link=LINK, language=language, is_sms=True) for one in ORDER]
    said += [ask(set(), NUMBER, link=LINK, language=language, is_sms=True), greet(language=language, is_sms=True)]
    said += [tell_news(news, NUMBER, link=LINK, language=language, is_sms=True) for news in NEWS]
    assert [one for one in said if not 0 < (count_gsm(one) or 0) <= LONGEST_SMS] == []
    assert all(LINK in one for one in said[:4])


def test_a_link_with_which_an_sms_would_become_two_is_left_out() -> None:
    long = "https://pengaduan.jakarta.go.id/" + "x" * 90
    assert long not in ask({"place"}, NUMBER, link=long, is_sms=True)
    assert NUMBER in ask({"place"}, NUMBER, link=long, is_sms=True)
    assert long in ask({"place"}, NUMBER, link=long)


def test_every_sentence_names_the_report_once_and_all_languages_ask_the_same() -> None:
    for words, language in product((WORDS, SMS_WORDS), LANGUAGES):
        one = words[language]
        news = [text for texts in one.news.values() for text in texts]
        assert {text.count("{number}") for text in (one.received, one.complete, *news)} == {1}
        assert [text.count("{said}") for text in news] == [1, 0] * len(NEWS)
        assert tuple(one.news) == NEWS
        assert tuple(one.questions) == ORDER
        assert greet(language=language)
