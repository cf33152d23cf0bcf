import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.classify import Classifier
from dengar.filters import LONGEST_LINE, Row, classify_rows, filter_rows, labels_row, locate_rows, read_batches
from dengar.geocode import Locator
from dengar.models import Alternative, Clue, Labels, Located, Mention, Place, Point

LABELS = Labels(
    category="banjir", is_complaint=True, confidence=0.123456, urgency="today", sentiment=-0.5,
    alternatives=(Alternative(category="sampah", confidence=0.1),),
)  # fmt: skip


def echo(rows: Sequence[Row]) -> Sequence[Row]:
    return [{"id": row["id"]} for row in rows]


def answer_all(data: bytes) -> tuple[int, list[Any]]:
    out = io.BytesIO()
    errors = filter_rows(io.BytesIO(data), out, echo)
    return errors, [json.loads(line) for line in out.getvalue().splitlines()]


def test_garbage_rows_get_an_error_row_in_their_place_and_are_counted() -> None:
    lines = [
        b'{"id": 1, "text": "a"}', b"garbage", b"[1]", b'{"text": "a"}', b'{"id": 2}', b'{"id": 3, "text": 5}', b"\xff",
        b'{"id": 4, "text": "a", "error": "mine"}', b"[" * 100_000, b"1" * 5000, b'{"id": 5, "text": "\0"}', b"\0",
    ]  # fmt: skip
    errors, rows = answer_all(b"\n".join(lines))
    assert errors == 10
    assert [row["id"] for row in rows] == [1, None, None, None, 2, 3, None, 4, None, None, None, None]
    assert [row["id"] for row in rows if "error" not in row] == [1, 4]
    assert rows[4]["error"] == "text is missing or no string"


def test_an_id_that_no_program_could_read_back_is_an_error() -> None:
    for told in ("NaN", "1e999", "{}", "[" * 500 + "]" * 500):
        assert answer_all(f'{{"id": {told}, "text": "a"}}'.encode()) == (
            1,
            [{"id": None, "error": "id is neither text nor a number"}],
        )


def test_blank_lines_and_line_ends_do_not_count() -> None:
    assert answer_all(b'\n\r\n  \n\xef\xbb\xbf{"id": 1, "text": ""}\r\n{"id": 2, "text": "a"}') == (
        0,
        [{"id": 1}, {"id": 2}],
    )
    assert answer_all(b"") == (0, [])


def test_a_line_that_is_too_long_is_one_error_and_the_next_is_read() -> None:
    long = b'{"id": 1, "text": "' + b"x" * (2 * LONGEST_LINE) + b'"}\n'
    errors, rows = answer_all(long + b'{"id": 2, "text": "a"}\n')
    assert errors == 1
    assert rows[1] == {"id": 2}


def test_a_line_of_nearly_four_megabytes_is_answered() -> None:
    assert answer_all(b'{"id": 1, "text": "' + b"x" * (LONGEST_LINE - 100) + b'"}\n') == (0, [{"id": 1}])


def test_half_characters_in_ids_are_answered_as_question_marks() -> None:
    assert answer_all(b'{"id": "\\ud800", "text": "a"}') == (0, [{"id": "?"}])


@given(st.lists(st.binary(max_size=30) | st.just(b'{"id": 1, "text": "a"}'), max_size=20))
def test_every_line_that_is_not_blank_gets_one_answer(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    errors, rows = answer_all(data)
    assert len(rows) == sum(bool(line.strip()) for line in data.split(b"\n"))
    assert errors == sum("error" in row for row in rows)


def test_batches_are_small() -> None:
    batches = list(read_batches(io.BytesIO(b"x\n" * 1000)))
    assert [len(batch) for batch in batches] == [256, 256, 256, 232]


def test_the_row_of_labels_has_exactly_these_fields() -> None:
    assert labels_row(LABELS) == {
        "category": "banjir",
        "is_complaint": True,
        "confidence": 0.1235,
        "abstained": False,
        "urgency": "today",
        "sentiment": -0.5,
        "alternatives": [{"category": "sampah", "confidence": 0.1}],
    }
    assert labels_row(LABELS.replace(abstained=True, reason="ragu"))["reason"] == "ragu"
    assert classify_rows(lambda texts: [LABELS for _ in texts])([{"id": 7, "text": "a"}])[0]["id"] == 7


def test_the_row_of_a_place_has_exactly_these_fields() -> None:
    place = Place(level="kota", kota="Jakarta Selatan", kota_code="31.74", precision="kota", confidence=0.5, reason="x")
    mention = Mention(start=0, end=3, text="JKS", type="kota")
    asked: list[Clue] = []

    def locate(texts: Sequence[str], clues: Sequence[Clue]) -> Sequence[Located]:
        asked.extend(clues)
        return [Located(mentions=(mention,), place=place, outside=None if text else "Bekasi") for text in texts]

    rows = [{"id": 1, "text": "a"}, {"id": 2, "text": "", "lat": -6, "lon": 106.8}]
    first, second = locate_rows(locate)(rows)
    assert first == {
        "id": 1,
        "mentions": [{"start": 0, "end": 3, "text": "JKS", "type": "kota"}],
        "place": {
            "level": "kota", "kelurahan_code": None, "kelurahan": None, "kecamatan": None, "kota": "Jakarta Selatan",
            "lat": None, "lon": None, "confidence": 0.5, "candidates": [], "border_m": None, "border_code": None,
            "border_name": None, "precision": "kota", "label": "", "reason": "x",
        },
    }  # fmt: skip
    assert second["outside"] == "Bekasi"
    assert asked == [Clue(), Clue(geotag=Point(lat=-6, lon=106.8))]


@pytest.mark.parametrize(("lat", "lon"), [
    ("NaN", "1"), ("1", "Infinity"), ("1e999", "1"), ("9" * 400, "1"), ('"x"', "1"), ("true", "1"), ("1", "null"),
    ("[1]", "2"), ("181", "1"),
])  # fmt: skip
def test_coordinates_that_are_no_degrees_are_an_error(lat: str, lon: str) -> None:
    out = io.BytesIO()
    rows = f'{{"id": 1, "text": "a", "lat": {lat}, "lon": {lon}}}\n{{"id": 2, "text": "a"}}\n'.encode()
    assert filter_rows(io.BytesIO(rows), out, locate_rows(lambda texts, _: [Located() for _ in texts])) == 1
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first == {"id": 1, "error": "lat and lon must both be numbers"}
    assert second == {"id": 2, "mentions": [], "place": None}


ODD = [
    "",
    " ",
    "\ud800 banjir",
    "a\0b",
    "\U0001f30a" * 99,
    "x" * 1_000_000,
    "Jl " * 20_000,
    "1 " * 20_000,
    "\u202e\u0301",
]


def test_no_odd_text_breaks_the_judges(model_dir: Path) -> None:
    rows = b"".join(json.dumps({"id": n, "text": text}).encode() + b"\n" for n, text in enumerate(ODD))
    for answer in (classify_rows(Classifier.load(model_dir).label), locate_rows(Locator().locate)):
        out = io.BytesIO()
        assert filter_rows(io.BytesIO(rows), out, answer) == 0
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        assert [row["id"] for row in answers] == list(range(len(ODD)))


@pytest.mark.parametrize(("command", "field"), [("classify", "category"), ("locate", "place")])
def test_a_program_may_write_one_row_and_wait_for_its_answer(
    model_dir: Path, tmp_path: Path, command: str, field: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dengar", command], stdin=-1, stdout=-1, stderr=-1, cwd=tmp_path
    ) as filter_process:
        assert filter_process.stdin is not None
        assert filter_process.stdout is not None
        assert filter_process.stderr is not None
        for n in range(3):
            filter_process.stdin.write(json.dumps({"id": n, "text": "Banjir di Kampung Melayu"}).encode() + b"\n")
            filter_process.stdin.flush()
            row = json.loads(filter_process.stdout.readline())
            assert row["id"] == n
            assert field in row
        filter_process.stdin.write(b"garbage\n")
        filter_process.stdin.close()
        assert "error" in json.loads(filter_process.stdout.read())
        assert filter_process.wait() == 1
        assert filter_process.stderr.read() == b""


def test_files_are_read_and_written_as_well(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "Sampah menumpuk"}\n')
    command = [sys.executable, "-m", "dengar", "locate", "--in", "in.jsonl", "--out", "out.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert json.loads((tmp_path / "out.jsonl").read_text())["id"] == "a"
