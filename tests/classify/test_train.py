import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
import skops.io
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from dengar.classify import Classifier
from dengar.classify.corpus import Example, read_corpus
from dengar.classify.exam import split
from dengar.classify.report import make_report
from dengar.classify.saved import (
    CARD,
    EVALUATION,
    MANIFEST,
    MODEL,
    ModelChanged,
    ModelOutdated,
    load,
    read_evaluation,
    save,
)
from dengar.classify.train import is_current, train_on
from dengar.errors import ModelMissing

TEXTS = ["banjir di rt 05 belum surut", "lampu jalan mati pak", "selamat pagi semuanya", "ada begal di gang"]


def test_training_twice_gives_the_same_model(
    tmp_path: Path, small_model: Path, few_examples: Sequence[Example]
) -> None:
    train_on(few_examples, tmp_path)
    one, one_manifest = load(small_model)
    other, other_manifest = load(tmp_path)
    assert one.terms == other.terms
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.offsets, other.offsets)
    assert one_manifest == other_manifest  # with the hashes of all files
    assert Classifier.load(small_model).label(TEXTS) == Classifier.load(tmp_path).label(TEXTS)


def test_another_seed_is_another_version(tmp_path: Path, small_model: Path, few_examples: Sequence[Example]) -> None:
    assert train_on(few_examples, tmp_path, seed=1).version != load(small_model)[1].version


def test_the_manifest_says_what_the_model_was_made_of(small_model: Path) -> None:
    manifest = json.loads((small_model / MANIFEST).read_text())
    assert sum(manifest["counts"].values()) == 200
    assert set(manifest["libraries"]) >= {"numpy", "scikit-learn", "skops"}
    assert 0 < manifest["figures"]["accuracy"] <= 1
    assert list(manifest["files"]) == [MODEL, EVALUATION, CARD]


def test_a_model_saved_and_loaded_says_the_same(tmp_path: Path, small_model: Path) -> None:
    trained, manifest = load(small_model)
    save(tmp_path, trained, manifest, read_evaluation(small_model), "card")
    assert Classifier.load(tmp_path).label(TEXTS) == Classifier.load(small_model).label(TEXTS)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="dengar train"):
        Classifier.load(tmp_path)


def test_a_model_without_its_file_is_missing(tmp_path: Path, small_model: Path) -> None:
    (tmp_path / MANIFEST).write_bytes((small_model / MANIFEST).read_bytes())
    with pytest.raises(ModelMissing, match="dengar train"):
        Classifier.load(tmp_path)


def test_a_changed_model_is_refused(tmp_path: Path, small_model: Path) -> None:
    shutil.copytree(small_model, tmp_path, dirs_exist_ok=True)
    content = bytearray((small_model / MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / MODEL).write_bytes(content)
    with pytest.raises(ModelChanged, match="manifest"):
        Classifier.load(tmp_path)


def test_a_broken_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(ModelChanged, match="dengar train"):
        Classifier.load(tmp_path)


def test_a_file_with_other_types_is_refused_even_with_the_right_hash(tmp_path: Path, small_model: Path) -> None:
    trained, manifest = load(small_model)
    save(tmp_path, trained, manifest, read_evaluation(small_model), "card")
    skops.io.dump({"terms": Path("/")}, tmp_path / MODEL)
    import hashlib

    text = json.loads((tmp_path / MANIFEST).read_text())
    text["files"][MODEL] = hashlib.sha256((tmp_path / MODEL).read_bytes()).hexdigest()
    (tmp_path / MANIFEST).write_text(json.dumps(text))
    with pytest.raises(ModelChanged, match="does not need"):
        Classifier.load(tmp_path)


def test_a_model_of_other_texts_is_not_current(tmp_path: Path, small_model: Path) -> None:
    assert not is_current(small_model)
    assert not is_current(tmp_path)


def test_importing_the_classifier_loads_nothing_heavy() -> None:
    code = (
        "import sys; import dengar.classify; print(sorted({'numpy', 'scipy', 'sklearn', 'skops'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_model_of_a_dengar_that_reads_otherwise_is_refused(tmp_path: Path, small_model: Path) -> None:
    shutil.copytree(small_model, tmp_path, dirs_exist_ok=True)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps(manifest | {"reading": "otherwise"}))
    with pytest.raises(ModelOutdated, match="another version of Dengar"):
        load(tmp_path)


def test_no_text_of_the_exam_is_learnt_and_it_is_always_the_same() -> None:
    corpus = read_corpus()
    learnt, exam = split(corpus)
    assert len(exam) >= 2000
    assert not {one.id for one in learnt} & {one.id for one in exam}
    assert len(learnt) + len(exam) > 0.99 * len(corpus)
    assert [one.id for one in split(corpus[::-1])[1]][::-1] == [one.id for one in exam]


def test_the_newest_labelled_posts_are_examined_and_not_learnt(few_examples: Sequence[Example]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    posts = [
        msgspec.structs.replace(
            one, text=f"{one.text} {number}", post=str(number), said_at=start + number * timedelta(days=1)
        )
        for number, one in enumerate(few_examples[:40])
    ]
    learnt, exam = split([*few_examples, *posts])
    assert {one.post for one in exam if one.post} == {"36", "37", "38", "39"}
    assert not {one.post for one in learnt if one.post} & {"36", "37", "38", "39"}


def test_the_evaluation_has_an_answer_for_every_text_of_the_exam(
    small_model: Path, few_examples: Sequence[Example]
) -> None:
    evaluation = read_evaluation(small_model)
    _, exam = split(few_examples)
    assert [one.id for one in evaluation.answers] == [one.id for one in exam]
    assert evaluation.exam.count == len(exam)
    assert evaluation.diversity.texts == len(few_examples)
    assert evaluation.suspects[0].chance <= evaluation.suspects[-1].chance
    assert "macro-F1" in (small_model / CARD).read_text()


def test_the_report_is_one_page_that_asks_nobody_for_anything(
    small_model: Path, few_examples: Sequence[Example]
) -> None:
    evaluation = read_evaluation(small_model)
    page = make_report(evaluation, {one.id: f"<b>{one.text}</b>" for one in few_examples[::2]})
    tree = HTMLParser(page)
    assert tree.css("[src], [href], link, script") == []
    assert "url(" not in page
    assert "<script" not in page
    assert len(tree.css(".confusion tbody tr")) == 20
    assert len(tree.css("circle")) == sum(one.count > 0 for one in evaluation.exam.reliability)
    assert "(deleted)" in page
    assert not tree.css("td.text b")
