"""The quotas that Facebook reports in headers, as shares of 100."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from dengar.ingest.fetch import DEFAULT_PAUSE, LONGEST_PAUSE

HIGHEST_SHARE = 90
_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_SHARES = ("call_count", "total_time", "total_cputime")

Row = Mapping[str, object]


def find_rest(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Say until when to leave Facebook alone, because over 90 % of a quota is used; None: go on."""
    rows = (row for name in _HEADERS for row in _rows(headers.get(name, "")))
    pauses = [_pause(row) for row in rows if any(_number(row, share) > HIGHEST_SHARE for share in _SHARES)]
    return now + max(pauses) if pauses else None


def _rows(header: str) -> Iterator[Row]:
    """Give every object in the header, however deep it lies: keys and levels were added over the years."""
    try:
        waiting = [json.loads(header)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _pause(row: Row) -> timedelta:
    minutes = _number(row, "estimated_time_to_regain_access")
    return timedelta(minutes=min(minutes, LONGEST_PAUSE / timedelta(minutes=1))) if minutes > 0 else DEFAULT_PAUSE


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return value if isinstance(value, int | float) else 0
