"""SettingLine: one setting as it holds now."""

from typing import Literal

from dengar.models.record import Timeless

Origin = Literal["environment", "file", "default"]


class SettingLine(Timeless, frozen=True, kw_only=True):
    """A setting, its value without secrets, and where it comes from."""

    name: str
    value: str
    origin: Origin
