"""What all records share: frozen, keyword-only, and no time without a zone."""

from datetime import UTC, datetime
from typing import Self

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A typed, immutable record; raises ValueError for a time without zone.

    Times are kept in UTC and cut to milliseconds, as in the store, so that a record read back equals the one saved.
    """

    def __post_init__(self) -> None:
        """Check and cut every time."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                msgspec.structs.force_setattr(self, name, whole_milliseconds(value, name))

    def replace(self, **changes: object) -> Self:
        """Give a copy with these fields changed."""
        return msgspec.structs.replace(self, **changes)


def whole_milliseconds(value: datetime, name: str = "time") -> datetime:
    """Give a time in UTC, cut to milliseconds; raise ValueError when it has no zone."""
    if value.tzinfo is None:
        msg = f"{name} has no time zone: {value.isoformat()}"
        raise ValueError(msg)
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
