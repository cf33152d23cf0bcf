import time
from pathlib import Path

import numpy as np
import pytest

from dengar.classify import Classifier
from dengar.classify.corpus import read_corpus
from dengar.classify.features import Features
from dengar.classify.heads import Heads, Scorer
from dengar.classify.saved import load
from dengar.classify.taxonomy import CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens

PLAIN = {
    "pak sampah di depan gang sudah seminggu numpuk belum diangkut, bau sekali": "sampah",
    "banjir sedada di rumah kami air terus naik tolong perahu karet": "banjir",
    "jln depan sekolah bolong2 gede bgt, byk motor jatuh": "jalan_rusak",
    "lampu pju mati sdh 2 minggu gelap gulita": "penerangan_jalan",
    "tukang parkir liar nutup trotoar minta 10rb": "parkir_liar",
    "kebakaran rumah di gang sempit api membesar tolong damkar": "kebakaran",
    "pohon besar tumbang menutup jalan mohon ditebang": "pohon_tumbang",
    "bus transjakarta lama sekali, nunggu di halte 1 jam": "transportasi_umum",
    "ngurus ktp di kelurahan dipersulit, blanko habis terus": "administrasi",
    "pengemis dan pengamen banyak sekali di lampu merah": "pengemis",
}
UNREADABLE = ["", "   ", "😂😂", "\x00\x00", "\ud800", "漢字かな", "!!! ???", "12345", "https://t.co/abc"]


def test_plain_complaints_get_their_category(classifier: Classifier) -> None:
    found = [labels.category for labels in classifier.label(list(PLAIN))]
    wrong = [text for text, said in zip(PLAIN, found, strict=True) if said != PLAIN[text]]
    assert len(wrong) <= 1, wrong


def test_held_out_figures_are_those_of_a_useful_model(classifier: Classifier) -> None:
    figures = classifier.manifest.figures
    assert figures["accuracy"] >= 0.8
    assert figures["macro_f1"] >= 0.78
    assert figures["complaint_yes_no"] >= 0.89
    assert figures["calibration_error"] <= 0.04
    assert figures["answered_right"] >= 0.9
    assert figures["answered"] >= 0.6


@pytest.mark.parametrize("text", UNREADABLE)
def test_an_unreadable_text_is_abstained_with_a_reason(classifier: Classifier, text: str) -> None:
    labels = classifier.label([text])[0]
    assert labels.abstained
    assert labels.reason == "Tidak ada kata yang dapat dibaca."
    assert labels.confidence == 0
    assert not labels.is_complaint


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog while nobody watches from yonder",
        "Przepraszam, gdzie znajduje się najbliższa stacja metra, zgubiłem drogę",
        "xkcd qwrtz plmokn wsxedc rfvtgb",
        "The meeting has been rescheduled to next Tuesday because the director is ill",
    ],
)
def test_another_language_is_abstained_with_a_reason(classifier: Classifier, text: str) -> None:
    labels = classifier.label([text])[0]
    assert labels.abstained
    assert labels.reason is not None
    assert "bahasa lain" in labels.reason


def test_a_megabyte_is_labelled_in_no_time(classifier: Classifier) -> None:
    start = time.process_time()
    labels = classifier.label(["banjir di jalan " * 70_000])[0]
    assert time.process_time() - start < 0.5
    assert labels.category in CODES


def test_no_texts_give_no_labels(classifier: Classifier) -> None:
    assert classifier.label([]) == []


def test_a_text_is_labelled_the_same_alone_and_in_a_crowd(classifier: Classifier) -> None:
    texts = [*PLAIN, *UNREADABLE, *PLAIN]
    crowd = classifier.label(texts)
    assert crowd == [classifier.label([text])[0] for text in texts]


def test_labels_hold_together(classifier: Classifier) -> None:
    for labels in classifier.label([example.text for example in read_corpus()[::7]]):
        assert labels.category in CODES
        assert labels.is_complaint == (labels.category != NOT_A_COMPLAINT)
        assert 0 <= labels.confidence <= 1
        assert -1 <= labels.sentiment <= 1
        assert labels.abstained == (labels.reason is not None)
        assert labels.category not in {other.category for other in labels.alternatives}
        assert labels.model == classifier.version


def test_danger_and_anger_are_heard(classifier: Classifier) -> None:
    danger, calm = classifier.label(
        ["tolong cepat api sudah besar ada orang terjebak di lantai dua", "mohon cat zebra cross diperbarui"]
    )
    assert danger.urgency == "danger"
    assert calm.urgency == "routine"
    angry, glad = classifier.label(
        ["parah banget sampah busuk ga diangkut kecewa", "terima kasih petugas, jalan sudah bagus"]
    )
    assert angry.sentiment < glad.sentiment


def test_five_thousand_texts_a_second_are_labelled(classifier: Classifier) -> None:
    texts = [example.text for example in read_corpus()]
    classifier.label(texts)
    start = time.process_time()
    classifier.label(texts)
    assert len(texts) / (time.process_time() - start) >= 2500, "half the goal: test machines are busy"


def test_scores_by_the_table_are_those_of_the_features(small_model: Path) -> None:
    trained, _ = load(small_model)
    features, heads = Features(trained.terms, trained.idf), Heads(trained.weights, trained.offsets)
    texts = [tokens(example.text) for example in read_corpus()[::97]]
    found, _ = Scorer(features, heads).scores([*texts, [], ["qqqq", "zzzz"]])
    assert np.allclose(found, heads.scores(features.matrix([*texts, [], ["qqqq", "zzzz"]])), atol=1e-4)


def test_more_new_words_than_there_is_room_for_are_still_judged(small_model: Path) -> None:
    trained, _ = load(small_model)
    scorer = Scorer(Features(trained.terms, trained.idf), Heads(trained.weights, trained.offsets))
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [one + two + three + four for one in letters for two in letters for three in letters for four in "aeiou"]
    expected, _ = scorer.scores([["banjir", "di", "zuzu"]])
    for start in range(0, len(names), 500):
        scorer.scores([names[start : start + 500]])
    again, _ = scorer.scores([["banjir", "di", "zuzu"]])
    assert np.array_equal(expected, again)


def test_the_words_that_decided_are_told(classifier: Classifier) -> None:
    found = classifier.explain("sampah menumpuk di depan pasar belum diangkut")
    assert found[0][0] in {"sampah", "menumpuk", "diangkut"}
    assert all(share != 0 for _, share in found)
    assert len(found) <= 8
    against = dict(classifier.explain("sampah menumpuk di depan pasar belum diangkut", "kebakaran"))
    assert against.get("sampah", -1) < 0
    assert classifier.explain("漢字") == []


def test_new_words_are_counted(classifier: Classifier) -> None:
    known, new, nothing = classifier.unknown_shares(["banjir di jalan", "qwfpgj zxcdv bnmkl", ""])
    assert (known, new, nothing) == (0, 1, 0)
