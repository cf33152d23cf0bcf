import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import NOW, make_item

from dengar.errors import BadSettings, Forbidden, Poison
from dengar.ingest.files import BATCH_ITEMS, Cursor, Settings, check, describe, parse, pull
from dengar.ingest.protocol import Batch, Budget
from dengar.models import Item


def read(path: Path, cursor: Cursor | None = None, budget: Budget | None = None) -> list[Batch]:
    return list(pull(make_settings(path), cursor or Cursor(), None, budget or Budget(), lambda: NOW))


def make_settings(path: Path) -> Settings:
    return Settings(name="kotak", collector="files", path=path, channel="loket")


def items_of(batches: Iterable[Batch]) -> list[Item]:
    return [item for batch in batches for item in batch.items]


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_csv_with_semicolons_bom_and_quoted_lines_is_read(tmp_path: Path) -> None:
    data = '\ufeffid;isi;kanal\r\n1;"Lampu mati\r\ndi gang";surat\r\n2;Got mampet;\r\n'.encode()
    first, second = items_of(read(write(tmp_path / "a.csv", data)))
    assert (first.channel, first.native_id, second.channel) == ("surat", "1", "loket")
    assert parse(first).text == "Lampu mati\r\ndi gang"
    assert parse(second).text == "Got mampet"


def test_csv_in_cp1252_is_read(tmp_path: Path) -> None:
    (item,) = items_of(read(write(tmp_path / "a.csv", "id,isi\n1,Café tutup saluran\n".encode("cp1252"))))
    assert parse(item).text == "Café tutup saluran"


def test_bad_csv_rows_are_put_aside_with_their_bytes_and_the_rest_is_read(tmp_path: Path) -> None:
    (batch,) = read(write(tmp_path / "a.csv", b'id,isi\n1,baik\n2,"tak ditutup\n3,"a"b\n4,baik,lebih\n5,baik juga\n'))
    assert [item.native_id for item in batch.items] == ["1", "5"]
    assert [one.item.payload.split(b"\n")[1] for one in batch.poison] == [b'2,"tak ditutup', b'3,"a"b', b"4,baik,lebih"]
    assert all(one.reason.startswith("a.csv: ") for one in batch.poison)


def test_garbage_lines_of_jsonl_are_put_aside(tmp_path: Path) -> None:
    lines = [b'{"id": 1, "text": "baik"}', b"garbage", b"[1]", b"\xff\xfe", b"{", b"[" * 3000, b'{"text": "tanpa id"}']
    (batch,) = read(write(tmp_path / "a.jsonl", b"\n".join(lines)))
    assert [parse(item).text for item in batch.items] == ["baik", "tanpa id"]
    assert [one.item.payload for one in batch.poison] == lines[1:6]


def test_an_mbox_and_a_single_mail_are_read(tmp_path: Path) -> None:
    mail = (
        b"From: Siti <siti@example.id>\nSubject: Lampu\nMessage-ID: <%d@x>\nDate: Fri, 20 Nov 2026 07:00:00 +0700\n\n"
    )
    body = b"Lampu mati.\n>From dulu sampai kini\n\n"
    write(tmp_path / "a.mbox", b"From x Fri\n" + mail % 1 + body + b"From x Fri\n" + mail % 2 + body)
    write(tmp_path / "b.eml", mail % 3 + body)
    items = items_of(read(tmp_path))
    assert {item.channel for item in items} == {"email"}
    assert len({item.id for item in items}) == 3
    assert "From dulu sampai kini" in parse(items[0]).text


def test_a_folder_gives_its_readable_files_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", b'{"id": 2, "text": "b"}')
    write(tmp_path / "a.csv", b"id,isi\n1,a\n")
    write(tmp_path / "c.xlsx", b"PK")
    (tmp_path / "d.csv").mkdir()
    assert [item.native_id for item in items_of(read(tmp_path))] == ["1", "2"]


def test_reading_again_from_the_end_gives_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", b'{"id": 1, "text": "a"}\n')
    cursor = read(path)[-1].cursor
    assert isinstance(cursor, Cursor)
    assert read(path, cursor) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.mbox"])
def test_going_on_from_any_batch_gives_the_same_set(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, MADE[name](2 * BATCH_ITEMS + 7))
    whole = read(path)
    assert [len(batch.items) for batch in whole] == [BATCH_ITEMS, BATCH_ITEMS, 7]
    for place, batch in enumerate(whole, start=1):
        assert isinstance(batch.cursor, Cursor)
        rest = items_of(read(path, batch.cursor))
        assert [item.id for item in rest] == [item.id for item in items_of(whole[place:])]


def _jsonl(count: int) -> bytes:
    return b"".join(json.dumps({"id": n, "text": f"pesan {n}"}).encode() + b"\n" for n in range(count))


def _csv(count: int) -> bytes:
    return b"id,isi\n" + b"".join(b'%d,"pesan\n%d"\n' % (n, n) for n in range(count))


def _mbox(count: int) -> bytes:
    return b"".join(b"From x Fri\nMessage-ID: <%d@x>\n\npesan %d\n\n" % (n, n) for n in range(count))


MADE = {"a.jsonl": _jsonl, "a.csv": _csv, "a.mbox": _mbox}


def test_a_spent_budget_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", _jsonl(2 * BATCH_ITEMS))
    (batch,) = read(path, budget=Budget(posts=BATCH_ITEMS))
    assert isinstance(batch.cursor, Cursor)
    assert len(items_of(read(path, batch.cursor))) == BATCH_ITEMS


def test_a_path_that_is_missing_or_of_another_kind_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "tidak-ada.csv"
    with pytest.raises(Forbidden, match="does not exist"):
        read(missing)
    with pytest.raises(BadSettings, match="must end in"):
        read(write(tmp_path / "a.pdf", b"%PDF"))
    assert check(make_settings(missing)) == [f"{missing} does not exist: create it or correct the path."]
    assert check(make_settings(tmp_path)) == []
    assert describe().sees_edits


def test_rows_may_not_break_the_ids_that_are_made_of_their_channel(tmp_path: Path) -> None:
    (item,) = items_of(read(write(tmp_path / "a.jsonl", b'{"id": 1, "text": "a", "channel": "x:y z"}')))
    assert item.id.split(":", 2)[2] == "1"


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_draft_or_poison(payload: bytes) -> None:
    for media_type in ("application/json", "text/csv", "message/rfc822"):
        with suppress(Poison):
            assert parse(make_item(payload=payload, media_type=media_type)).text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.mbox", "a.eml"]))
def test_any_file_is_read_to_its_end(tmp_path: Path, data: bytes, name: str) -> None:
    for batch in read(write(tmp_path / name, data)):
        assert batch.items or batch.poison
