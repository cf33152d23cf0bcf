"""Files cut into records without changing a byte: JSON lines, CSV, mbox, single mails.

Each reader yields (record, end): the record's bytes and the offset behind it, from which a later run can go on.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LONGEST_RECORD = 40_000_000
LONGEST_CSV_LINES = 200
_BOM = b"\xef\xbb\xbf"

Records = Iterator[tuple[bytes, int]]


def read_lines(file: BinaryIO, start: int) -> Records:
    """Yield the lines that are not blank."""
    file.seek(start)
    end = start
    while line := file.readline(LONGEST_RECORD):
        end += len(line)
        if line.strip():
            yield line.removeprefix(_BOM).rstrip(b"\r\n"), end


def read_csv(file: BinaryIO, start: int) -> Records:
    """Yield each record behind the header line, so that it can be read alone.

    A quote that is never closed spoils only its own line: the reader goes on with the next one.
    """
    file.seek(0)
    header = file.readline(LONGEST_RECORD)
    file.seek(max(start, len(header)))
    header = header.removeprefix(_BOM).rstrip(b"\r\n")
    while record := _read_csv_record(file):
        if record.strip():
            yield header + b"\n" + record.rstrip(b"\r\n"), file.tell()


def _read_csv_record(file: BinaryIO) -> bytes:
    first = file.readline(LONGEST_RECORD)
    behind_first = file.tell()
    record = first
    for _ in range(LONGEST_CSV_LINES):
        if record.count(b'"') % 2 == 0:
            return record
        line = file.readline(LONGEST_RECORD)
        if not line:
            break
        record += line
    file.seek(behind_first)
    return first


def read_mbox(file: BinaryIO, start: int) -> Records:
    """Yield the messages of an mboxrd file, with its `>From ` lines undone."""
    file.seek(start)
    message: list[bytes] = []
    end = start
    while line := file.readline(LONGEST_RECORD):
        if line.startswith(b"From ") and (not message or message[-1].strip() == b""):
            if message:
                yield _unstuff(message), end
            message = [line]
        else:
            message.append(line)
        end += len(line)
    if message:
        yield _unstuff(message), end


def _unstuff(lines: list[bytes]) -> bytes:
    """Drop the separator line and one `>` before each stuffed `From `."""
    body = lines[1:] if lines[0].startswith(b"From ") else lines
    return b"".join(line[1:] if line.lstrip(b">").startswith(b"From ") and line[:1] == b">" else line for line in body)


def read_whole(file: BinaryIO, start: int) -> Records:
    """Yield the file as one record."""
    if start == 0 and (whole := file.read(LONGEST_RECORD)):
        yield whole, len(whole)


READERS = {".jsonl": read_lines, ".ndjson": read_lines, ".csv": read_csv, ".mbox": read_mbox, ".eml": read_whole}


def read_csv_row(payload: bytes) -> dict[str, object]:
    """Read a header line and one record; raises ValueError when their columns do not fit."""
    text = _decode(payload)
    delimiter = max(";,\t|", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ValueError(f"The row is no CSV: {error}.") from error
    if len(rows) != 2:  # noqa: PLR2004  a header and a record
        raise ValueError("The row has a quote that is never closed.")
    header, values = rows
    if len(header) != len(values):
        raise ValueError(f"The row has {len(values)} columns, the header has {len(header)}.")
    return {name.strip().lower(): value for name, value in zip(header, values, strict=True)}


def _decode(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def can_read(path: Path) -> bool:
    """Say whether the file's name ends in a known way."""
    return path.suffix.lower() in READERS
