"""`dengar classify` and `dengar locate`: rows of JSON in, rows of JSON out, in constant memory.

A row that cannot be answered gives {"id": ..., "error": ...} in its place, and the rest is answered.
"""

import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, TypeAlias

from dengar.models import Clue, Labels, Located, Place, Point

Row: TypeAlias = dict[str, Any]
Answer = Callable[[Sequence[Row]], Sequence[Row]]

CHUNK_BYTES = 1 << 18
LONGEST_LINE = 4_000_000
BATCH_ROWS = 256
LARGEST_DEGREES = 180


def filter_rows(source: BinaryIO, target: BinaryIO, answer: Answer) -> int:
    """Answer every row of `source` on `target`; gives the number of rows that got an error.

    Rows are answered as soon as they arrive, so that a program may write one row and wait for its answer.
    """
    errors = 0
    for lines in read_batches(source):
        rows = [_read_row(line) for line in lines]
        answers = iter(answer([row for row in rows if "error" not in row]))
        replies = [row if "error" in row else next(answers) for row in rows]
        target.write(
            "".join(json.dumps(reply, ensure_ascii=False) + "\n" for reply in replies).encode("utf-8", "replace")
        )
        target.flush()
        errors += sum("error" in reply for reply in replies)
    return errors


def read_batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """Give the lines that are there, at most 256 at a time, without waiting for more; blank lines are skipped.

    Of a line longer than 4 MB only its beginning is given: no sensible row is that long.
    """
    rest = b""
    read = source.read1 if isinstance(source, io.BufferedReader) else source.read
    while chunk := read(CHUNK_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:LONGEST_LINE]
        yield from _in_batches(lines)
    yield from _in_batches([rest])


def _in_batches(lines: list[bytes]) -> Iterator[list[bytes]]:
    full = [line[:LONGEST_LINE] for line in lines if line.strip()]
    for start in range(0, len(full), BATCH_ROWS):
        yield full[start : start + BATCH_ROWS]


def _read_row(line: bytes) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(row, dict):
        return {"id": None, "error": "not a JSON object"}
    if "id" not in row:
        return {"id": None, "error": "id is missing"}
    if isinstance(row["id"], list | dict) or (isinstance(row["id"], float) and not math.isfinite(row["id"])):
        return {"id": None, "error": "id is neither text nor a number"}
    if not isinstance(row.get("text"), str):
        return {"id": row["id"], "error": "text is missing or no string"}
    row.pop("error", None)
    return row


def classify_rows(label: Callable[[Sequence[str]], Sequence[Labels]]) -> Answer:
    """Make the answer of `dengar classify`."""

    def answer(rows: Sequence[Row]) -> Sequence[Row]:
        return [
            {"id": row["id"]} | labels_row(one)
            for row, one in zip(rows, label([row["text"] for row in rows]), strict=True)
        ]

    return answer


def labels_row(labels: Labels) -> Row:
    """Write labels in the format that other programs rely on."""
    return {
        "category": labels.category,
        "is_complaint": labels.is_complaint,
        "confidence": round(labels.confidence, 4),
        "abstained": labels.abstained,
        "urgency": labels.urgency,
        "sentiment": labels.sentiment,
        "alternatives": [
            {"category": one.category, "confidence": round(one.confidence, 4)} for one in labels.alternatives
        ],
    } | ({"reason": labels.reason} if labels.reason else {})


def locate_rows(locate: Callable[[Sequence[str], Sequence[Clue]], Sequence[Located]]) -> Answer:
    """Make the answer of `dengar locate`."""

    def answer(rows: Sequence[Row]) -> Sequence[Row]:
        points = [_point(row) for row in rows]
        good = [(row, point) for row, point in zip(rows, points, strict=True) if not isinstance(point, str)]
        located = iter(locate([row["text"] for row, _ in good], [Clue(geotag=point) for _, point in good]))
        return [
            {"id": row["id"], "error": point}
            if isinstance(point, str)
            else {"id": row["id"]} | located_row(next(located))
            for row, point in zip(rows, points, strict=True)
        ]

    return answer


def _point(row: Row) -> Point | str | None:
    """Read the row's coordinates: None when it has none, a sentence when they are no numbers."""
    lat, lon = row.get("lat"), row.get("lon")
    if lat is None and lon is None:
        return None
    if not _is_number(lat) or not _is_number(lon):
        return "lat and lon must both be numbers"
    return Point(lat=float(row["lat"]), lon=float(row["lon"]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_DEGREES


def located_row(located: Located) -> Row:
    """Write a place in the format that other programs rely on."""
    return {
        "mentions": [
            {"start": one.start, "end": one.end, "text": one.text, "type": one.type} for one in located.mentions
        ],
        "place": _place_row(located.place) if located.place else None,
    } | ({"outside": located.outside} if located.outside else {})


def _place_row(place: Place) -> Row:
    return {
        "level": place.level,
        "kelurahan_code": place.kelurahan_code,
        "kelurahan": place.kelurahan,
        "kecamatan": place.kecamatan,
        "kota": place.kota,
        "lat": place.lat,
        "lon": place.lon,
        "confidence": round(place.confidence, 4),
        "candidates": [
            {"kelurahan_code": one.kelurahan_code, "kelurahan": one.kelurahan, "confidence": round(one.confidence, 4)}
            for one in place.candidates
        ],
        "border_m": place.border_m,
        "border_code": place.border_code,
        "border_name": place.border_name,
        "precision": place.precision,
        "label": place.label,
        "reason": place.reason,
    }
