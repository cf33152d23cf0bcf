"""Files cut into records without changing a byte: JSON lines, CSV, mbox, single mails.

Each reader yields (record, end): the record's bytes and the offset behind it, from which a later run can go on.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LONGEST_RECORD = 40_000_000
LONGEST_CSV_LINES = 200
_BOM = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_SEPARATOR_LINE = re.compile(rb'"?sep=.?"?\s*', re.IGNORECASE)  # a hint for Excel

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

    A quote that is never closed spoils only its own line: the reader goes on with the next one. What a spreadsheet
    wrote in UTF-16 is given in UTF-8.
    """
    lines = _csv_lines(file)
    header = lines.readline(LONGEST_RECORD)
    if _SEPARATOR_LINE.fullmatch(header.removeprefix(_BOM)):
        header = lines.readline(LONGEST_RECORD)
    lines.seek(max(start, lines.tell()))
    header = header.removeprefix(_BOM).rstrip(b"\r\n")
    delimiter = re.escape(_delimiter(header.decode("latin-1")).encode())
    quoted = re.compile(rb'(?:^|(?<=%b))"(?:[^"]|"")*+("(?=[%b\r\n]|$))?' % (delimiter, delimiter))
    while record := _read_csv_record(lines, quoted):
        if record.strip():
            yield header + b"\n" + record.rstrip(b"\r\n"), lines.tell()


def _csv_lines(file: BinaryIO) -> "BinaryIO | _Utf16Lines":
    """Give the file so that its lines end in a newline, at the offsets that it has."""
    file.seek(0)
    encoding = _WIDE.get(file.read(2))
    if encoding:
        return _Utf16Lines(file, encoding)
    file.seek(0)
    first = file.readline(LONGEST_RECORD)
    file.seek(0)
    if b"\r" in first and not first.endswith(b"\n"):  # "CSV (Macintosh)" ends its lines with a carriage return
        return io.BytesIO(file.read().replace(b"\r", b"\n"))
    return file


class _Utf16Lines:
    """Lines of a file in UTF-16, given in UTF-8; the offsets are the file's own."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._newline = "\n".encode(encoding)
        self.seek = file.seek
        self.tell = file.tell

    def readline(self, limit: int) -> bytes:
        """Read one line of at most `limit` bytes."""
        line = b""
        while len(line) < limit and (part := self._file.readline(limit)):
            line += part
            line += self._file.read(len(line) % 2)
            if line.endswith(self._newline):
                break
        return line.decode(self._encoding, "replace").encode()


def _read_csv_record(file: "BinaryIO | _Utf16Lines", quoted: re.Pattern[bytes]) -> bytes:
    first = file.readline(LONGEST_RECORD)
    behind_first = file.tell()
    record = first
    for _ in range(LONGEST_CSV_LINES):
        # a quote opens a field only where the field begins: 17" is an inch
        unclosed = next((found for found in quoted.finditer(record) if not found[1]), None)
        if unclosed is None:
            return record
        if unclosed.end() < len(record):
            break  # a quote in the middle of a quoted field: no further line mends that
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
    delimiter = _delimiter(text.partition("\n")[0])
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


def _delimiter(header: str) -> str:
    return max(";,\t|", key=header.count)


def _decode(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def can_read(path: Path) -> bool:
    """Say whether the file's name ends in a known way."""
    return path.suffix.lower() in READERS
