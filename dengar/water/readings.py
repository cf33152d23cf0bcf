"""Rows of water levels, from a file or an address, to readings; a bad row is refused, the others go on."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dengar.errors import DengarError
from dengar.models import Record
from dengar.models.months import JAKARTA
from dengar.models.reading import Reading
from dengar.water.facts import find_gate

STALE = timedelta(hours=2)
AHEAD = timedelta(minutes=10)  # clocks of gauges go wrong
LOWEST_CM, HIGHEST_CM = -500, 2000
LONGEST_WEATHER = 60
Refused = tuple[int, str]


class Fields(Record, frozen=True, kw_only=True):
    """What the four facts are called in the rows."""

    gate: str = "gate"
    at: str = "at"
    cm: str = "cm"
    weather: str = "weather"


def read_rows(data: bytes, path: str = "") -> list[Any]:
    """Read a JSON list, lines of JSON, or a CSV with a header; `path` leads to the list in a JSON object ("data.rows").

    Raises DengarError for what is none of them. A line that is no JSON stays a text, to be refused as a row.
    """
    text = data.decode("utf-8-sig", errors="replace").strip()
    if not text.startswith(("[", "{")):
        try:
            return list(csv.DictReader(io.StringIO(text), skipinitialspace=True))
        except csv.Error as error:
            raise DengarError(f"This is no table of water levels: {error}.") from error
    try:
        whole = json.loads(text)
    except ValueError:
        return [_read_line(line) for line in text.splitlines() if line.strip()]
    for name in filter(None, path.split(".")):
        whole = whole.get(name) if isinstance(whole, dict) else None
    if isinstance(whole, dict) and not path:
        return [whole]
    if not isinstance(whole, list):
        raise DengarError(f"There is no list of water levels{f' at {path!r}' if path else ''}.")
    return whole


def _read_line(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line


def make_readings(
    rows: Iterable[object], now: datetime, fields: Fields | None = None
) -> tuple[list[Reading], list[Refused]]:
    """Give the readings, and for each row that cannot be used its number (from 1) and why."""
    readings: list[Reading] = []
    refused: list[Refused] = []
    for number, row in enumerate(rows, start=1):
        try:
            readings.append(_make_reading(row, now, fields or Fields()))
        except ValueError as error:
            refused.append((number, str(error)))
    return readings, refused


def _make_reading(row: object, now: datetime, fields: Fields) -> Reading:
    if not isinstance(row, Mapping):
        raise ValueError("this is no row with named fields")  # noqa: TRY004  the caller gathers ValueErrors
    said = str(row.get(fields.gate) or "").strip()
    gate = find_gate(said)
    if gate is None:
        raise ValueError(f"{fields.gate}: no gate is called {said!r}")
    return Reading(
        gate=gate,
        at=_read_time(row.get(fields.at), now, fields.at),
        cm=_read_cm(row.get(fields.cm), fields.cm),
        weather=" ".join(str(row.get(fields.weather) or "").split())[:LONGEST_WEATHER],
    )


def _read_time(said: object, now: datetime, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(str(said).strip())
        at = (at if at.tzinfo else at.replace(tzinfo=JAKARTA)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: {said!r} is no time such as 2026-11-20T14:00+07:00") from None
    if at > now + AHEAD:
        raise ValueError(f"{name}: {said!r} lies in the future")
    return at


def _read_cm(said: object, name: str) -> int:
    try:
        cm = round(float(str(said).strip().lower().removesuffix("cm").strip().replace(",", ".")))
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: {said!r} is no height in cm") from None
    if not LOWEST_CM <= cm <= HIGHEST_CM:
        raise ValueError(f"{name}: {cm} cm cannot be: it must lie between {LOWEST_CM} and {HIGHEST_CM}")
    return cm


def is_stale(at: datetime, now: datetime) -> bool:
    """Say whether a reading is too old to act on."""
    return now - at > STALE


def say_refused(refused: Iterable[Refused]) -> Iterator[str]:
    """Give a line for each row that was refused."""
    return (f"  row {number}: {reason}" for number, reason in refused)
