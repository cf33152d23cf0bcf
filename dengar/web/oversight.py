"""What the pages of the administration ask beside the store: `dengar.overseeing.Overseeing`."""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dengar.models import SettingLine, SourceOutlook, Unit


class OversightDoor(Protocol):
    """Answers what an operator asks of this Dengar."""

    def outlooks(self) -> Mapping[str, SourceOutlook]:
        """Give what is to be expected of every source."""

    def targets(self) -> Sequence[str]:
        """Name the targets that are configured."""

    def units(self) -> Mapping[str, Unit]:
        """Give the units by their codes."""

    def settings(self) -> Sequence[SettingLine]:
        """Give the settings without secrets."""

    def mask(self, text: str) -> str:
        """Hide personal data."""


def oversight_of(request: Request) -> OversightDoor:
    """Give the oversight; raises 404 where nobody oversees."""
    door = request.app.state.oversight
    if door is None:
        raise HTTPException(404)
    return cast("OversightDoor", door)
