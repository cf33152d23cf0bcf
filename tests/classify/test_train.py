import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import skops.io

from dengar.classify import Classifier
from dengar.classify.corpus import Example
from dengar.classify.saved import MANIFEST, MODEL, ModelChanged, load, save
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
    assert one_manifest.version == other_manifest.version
    assert Classifier.load(small_model).label(TEXTS) == Classifier.load(tmp_path).label(TEXTS)


def test_another_seed_is_another_version(tmp_path: Path, small_model: Path, few_examples: Sequence[Example]) -> None:
    assert train_on(few_examples, tmp_path, seed=1).version != load(small_model)[1].version


def test_the_manifest_says_what_the_model_was_made_of(small_model: Path) -> None:
    manifest = json.loads((small_model / MANIFEST).read_text())
    assert sum(manifest["counts"].values()) == 200
    assert set(manifest["libraries"]) >= {"numpy", "scikit-learn", "skops"}
    assert 0 < manifest["figures"]["accuracy"] <= 1
    assert list(manifest["files"]) == [MODEL]


def test_a_model_saved_and_loaded_says_the_same(tmp_path: Path, small_model: Path) -> None:
    trained, manifest = load(small_model)
    save(tmp_path, trained, manifest)
    assert Classifier.load(tmp_path).label(TEXTS) == Classifier.load(small_model).label(TEXTS)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="dengar train"):
        Classifier.load(tmp_path)


def test_a_model_without_its_file_is_missing(tmp_path: Path, small_model: Path) -> None:
    (tmp_path / MANIFEST).write_bytes((small_model / MANIFEST).read_bytes())
    with pytest.raises(ModelMissing, match="dengar train"):
        Classifier.load(tmp_path)


def test_a_changed_model_is_refused(tmp_path: Path, small_model: Path) -> None:
    (tmp_path / MANIFEST).write_bytes((small_model / MANIFEST).read_bytes())
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
    save(tmp_path, trained, manifest)
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
