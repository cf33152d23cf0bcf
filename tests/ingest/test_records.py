import io
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.ingest.formats.records import READERS, read_csv, read_csv_row, read_lines, read_mbox, read_whole


def cut(reader: str, data: bytes, start: int = 0) -> list[bytes]:
    return [record for record, _ in READERS[reader](io.BytesIO(data), start)]


def test_lines_lose_their_ends_and_blank_ones_are_passed_over() -> None:
    assert cut(".jsonl", b"\xef\xbb\xbf{}\r\n\n  \n[]\n1") == [b"{}", b"[]", b"1"]


def test_a_csv_record_carries_the_header_and_may_span_lines() -> None:
    data = b'\xef\xbb\xbfid;isi\r\n1;"satu\ndua"\r\n\r\n2;x\r\n'
    assert [read_csv_row(one) for one in cut(".csv", data)] == [
        {"id": "1", "isi": "satu\ndua"},
        {"id": "2", "isi": "x"},
    ]


def test_a_quote_that_is_never_closed_spoils_its_own_line_only() -> None:
    data = b'id,isi\n1,"tak ditutup\n2,baik\n3,baik juga\n'
    records = cut(".csv", data)
    assert [record.split(b"\n")[1] for record in records] == [b'1,"tak ditutup', b"2,baik", b"3,baik juga"]
    with pytest.raises(ValueError, match=r"quote|CSV"):
        read_csv_row(records[0])


def test_a_quote_inside_of_a_field_is_an_inch() -> None:
    data = b'id,isi\n1,ban 17" bocor\n2,baik\n3,pipa 4" patah\n4,"lebar 2"" saja",\n'
    records = cut(".csv", data)
    assert [read_csv_row(one)["isi"] for one in records[:3]] == ['ban 17" bocor', "baik", 'pipa 4" patah']
    assert len(records) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("hint", ["", "sep=;\n"])
def test_csv_is_read_as_every_spreadsheet_writes_it(encoding: str, newline: str, hint: str) -> None:
    text = hint + 'id;isi\n1;"satu; café"\n2;dua\n\n3;tiga'
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = mark + text.replace("\n", newline).encode(encoding)
    if newline == "\r" and encoding.startswith("utf-16"):
        return  # nobody writes that
    records = list(READERS[".csv"](io.BytesIO(data), 0))
    rows = [read_csv_row(record) for record, _ in records]
    assert rows == [{"id": "1", "isi": "satu; café"}, {"id": "2", "isi": "dua"}, {"id": "3", "isi": "tiga"}]
    assert list(READERS[".csv"](io.BytesIO(data), records[0][1])) == records[1:]


def test_a_line_feed_in_the_half_of_a_wide_character_ends_no_line() -> None:
    text = "id;isi\n1;Ċ ਊ ਅ\n2;dua\n"
    for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        rows = [read_csv_row(one)["isi"] for one in cut(".csv", mark + text.encode(encoding))]
        assert rows == ["Ċ ਊ ਅ", "dua"]


def test_csv_of_old_spreadsheets_is_read() -> None:
    assert read_csv_row("nama;isi\nJosé;“banjir”".encode("cp1252")) == {"nama": "José", "isi": "“banjir”"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_the_header_uses_most(delimiter: str) -> None:
    payload = f"ID{delimiter}Isi\n7{delimiter}a, b".replace(", ", " dan " if delimiter == "," else ", ").encode()
    assert read_csv_row(payload)["id"] == "7"


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"a,b\n1", "1 columns, the header has 2"),
        (b"a,b\n1,2,3", "3 columns"),
        (b'a,b\n"x"y,2', "no CSV"),
        (b'a,b\n"x,2', "no CSV|quote"),
        (b"a,b\n" + b"x" * 200_000 + b",1", "no CSV"),
        (b"a,b", "quote|record"),
    ],
)
def test_rows_that_do_not_fit_their_header_say_why(payload: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_csv_row(payload)


MBOX = (
    b"From a@b Fri Nov 20 07:00:00 2026\nSubject: satu\n\nisi\n>From dulu\n>>From lagi\nFrom tanpa baris kosong\n\n"
    b"From c@d Fri Nov 20 08:00:00 2026\nSubject: dua\n\nisi dua\n"
)


def test_an_mbox_is_cut_at_its_separators_and_unstuffed() -> None:
    first, second = cut(".mbox", MBOX)
    assert first == b"Subject: satu\n\nisi\nFrom dulu\n>From lagi\nFrom tanpa baris kosong\n\n"
    assert second == b"Subject: dua\n\nisi dua\n"


def test_a_single_mail_is_one_record() -> None:
    assert cut(".eml", b"Subject: x\n\ny") == [b"Subject: x\n\ny"]
    assert cut(".eml", b"Subject: x\n\ny", start=13) == []


@pytest.mark.parametrize(
    ("reader", "data"),
    [(read_lines, b"1\n2\n\n3\n4"), (read_csv, b'a\n1\n"2\n2"\n"3\n4\n5\n'), (read_mbox, MBOX), (read_whole, MBOX)],
)
def test_every_reader_goes_on_from_any_record(reader: Callable[..., object], data: bytes) -> None:
    suffix = next(name for name, one in READERS.items() if one is reader)
    whole = list(READERS[suffix](io.BytesIO(data), 0))
    for place, (_, end) in enumerate(whole, start=1):
        assert list(READERS[suffix](io.BytesIO(data), end)) == whole[place:]


PIECES = st.sampled_from([b"From ", b"\n", b'"', b",", b">", b"a", b"\r", b"\0", b"\xff"])


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400) | st.lists(PIECES, max_size=60).map(b"".join))
def test_any_bytes_are_cut_and_every_end_can_be_gone_on_from(suffix: str, data: bytes) -> None:
    whole = list(READERS[suffix](io.BytesIO(data), 0))
    for place, (record, end) in enumerate(whole, start=1):
        assert list(READERS[suffix](io.BytesIO(data), end)) == whole[place:]
        if suffix == ".csv":
            _read_or_refuse(record)


def _read_or_refuse(record: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(read_csv_row(record), dict)
