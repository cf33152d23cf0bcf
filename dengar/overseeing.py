"""What the pages of the administration ask of the rest: outlooks of sources, settings, masks, units."""

from collections.abc import Callable, Mapping

from dengar.habits import Habits
from dengar.ingest.protocol import Clock, Source
from dengar.mask import mask
from dengar.models import SettingLine, SourceOutlook, Unit
from dengar.outlook import make_outlooks
from dengar.setting_list import list_settings
from dengar.settings import Settings
from dengar.store import Store


class Overseeing:
    """Answers what an operator asks of this Dengar beside what the store holds."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        sources: list[Source],
        habits: Habits,
        clock: Clock,
        *,
        units: Callable[[], Mapping[str, Unit]],
    ) -> None:
        self._settings = settings
        self._store = store
        self._sources = sources
        self._habits = habits
        self._clock = clock
        self._units = units

    def outlooks(self) -> Mapping[str, SourceOutlook]:
        """Give what is to be expected of every source."""
        return make_outlooks(self._store, self._sources, self._habits, self._clock())

    def targets(self) -> tuple[str, ...]:
        """Name the targets that are configured."""
        return tuple(self._settings.targets)

    def units(self) -> Mapping[str, Unit]:
        """Give the units by their codes."""
        return self._units()

    def settings(self) -> list[SettingLine]:
        """Give the settings without secrets."""
        return list_settings(self._settings)

    def mask(self, text: str) -> str:
        """Hide personal data."""
        return mask(text)
