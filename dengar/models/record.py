"""What all records share: frozen, keyword-only, and no time without a zone."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Self, get_args, get_type_hints

import msgspec

WIB = timezone(timedelta(hours=7), "WIB")  # Jakarta's time, which knows no summer time


class Timeless(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A typed, immutable record without times: there is nothing to check, and many are made for every text."""

    def replace(self, **changes: object) -> Self:
        """Give a copy with these fields changed."""
        return msgspec.structs.replace(self, **changes)


class Record(Timeless, frozen=True, kw_only=True, omit_defaults=True):
    """A typed, immutable record; raises ValueError for a time without zone.

    Times are kept in UTC and cut to milliseconds, as in the store, so that a record read back equals the one saved.
    """

    def __post_init__(self) -> None:
        """Check and cut every time."""
        for name in time_fields(type(self)):
            value = getattr(self, name)
            if value is not None and (value.tzinfo is not UTC or value.microsecond % 1000):
                msgspec.structs.force_setattr(self, name, whole_milliseconds(value, name))


def whole_milliseconds(value: datetime, name: str = "time") -> datetime:
    """Give a time in UTC, cut to milliseconds; raise ValueError when it has no zone."""
    if value.tzinfo is None:
        msg = f"{name} has no time zone: {value.isoformat()}"
        raise ValueError(msg)
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)


@cache
def time_fields(record: type[Record]) -> tuple[str, ...]:
    """Give the names of the fields that may hold a time."""
    hints = get_type_hints(record)
    return tuple(name for name in record.__struct_fields__ if datetime in {hints[name], *get_args(hints[name])})
