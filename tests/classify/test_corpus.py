import json
from pathlib import Path

import pytest

from dengar.classify.corpus import CorpusBroken, digest, read_corpus
from dengar.classify.likeness import find_twins
from dengar.classify.taxonomy import CODES, NOT_A_COMPLAINT
from dengar.classify.text import tokens

GOOD = {"text": "lampu mati", "register": "app", "scope": "neutral", "urgency": "today", "sentiment": -0.5}


def write(folder: Path, name: str, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_every_row_of_the_corpus_is_valid_and_every_category_has_many() -> None:
    corpus = read_corpus()
    counts = {code: sum(example.category == code for example in corpus) for code in CODES}
    assert min(counts.values()) >= 60
    assert counts[NOT_A_COMPLAINT] >= 600


def test_no_category_is_written_in_one_register_only() -> None:
    corpus = read_corpus()
    for code in CODES:
        assert len({example.register for example in corpus if example.category == code}) >= 4


def test_the_corpus_has_almost_no_near_duplicates() -> None:
    texts = [tokens(example.text) for example in read_corpus()]
    twins = find_twins(texts)
    assert len(twins) <= 0.01 * len(texts)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{not json", "line 2"),
        ({**GOOD, "urgency": "soon"}, "urgency"),
        ({**GOOD, "sentiment": 2}, "sentiment"),
        ({**GOOD, "text": "  "}, "empty"),
        ({**GOOD, "text": "a" * 5001}, "5000"),
        ({**GOOD, "colour": "red"}, "colour"),
        ({**GOOD, "also": ["cuaca"]}, "also cuaca"),
        ({**GOOD, "also": ["banjir"]}, "also banjir"),
        ({"text": "lampu mati"}, "register"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, row: object, problem: str) -> None:
    write(tmp_path, "banjir.jsonl", GOOD, row)
    with pytest.raises(CorpusBroken, match=r"banjir\.jsonl, line 2") as caught:
        read_corpus(tmp_path)
    assert problem in str(caught.value)


def test_a_file_named_after_no_category_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusBroken, match="no category"):
        read_corpus(write(tmp_path, "cuaca.jsonl", GOOD))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusBroken, match="no corpus file"):
        read_corpus(tmp_path)


def test_the_digest_changes_with_the_texts(tmp_path: Path) -> None:
    one = read_corpus(write(tmp_path, "banjir.jsonl", GOOD))
    other = read_corpus(write(tmp_path, "banjir.jsonl", GOOD, GOOD))
    assert digest(one) != digest(other)
