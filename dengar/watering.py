"""Levels of water from the address that the settings name; each asking leaves a row, also one that failed."""

import logging
from datetime import datetime, timedelta

from dengar.errors import DengarError
from dengar.ingest.fetch import fetch_url
from dengar.ingest.protocol import Clock
from dengar.settings import WaterSettings, read_duration
from dengar.store import Store
from dengar.store.water import WaterPoll
from dengar.water.readings import Fields, make_readings, read_rows

log = logging.getLogger("dengar.watering")


class Watering:
    """Asks for water levels every so often; does nothing without `water.url`."""

    def __init__(self, store: Store, settings: WaterSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def run(self) -> WaterPoll | None:
        """Ask when it is time; gives what came of it, None when it was not time."""
        now = self._clock()
        if not self._settings.url or not is_due(self._store.water.last_poll(), self._settings.every, now):
            return None
        poll = self._ask(self._settings.url, now)
        if poll.problem or poll.refused:
            log.warning("Water levels: %s", poll.problem or f"{poll.refused} rows were refused.")
        self._store.water.keep_poll(poll)
        return poll

    def _ask(self, url: str, now: datetime) -> WaterPoll:
        try:
            rows = read_rows(fetch_url(url, now=now).body, self._settings.rows)
            readings, refused = make_readings(rows, now, fields_of(self._settings))
        except DengarError as error:
            return WaterPoll(at=now, problem=str(error))
        for number, reason in refused:
            log.info("Row %d of the water levels is refused: %s", number, reason)
        return WaterPoll(at=now, readings=self._store.water.save(readings), refused=len(refused))


def fields_of(settings: WaterSettings) -> Fields:
    """Say what the facts are called in the rows."""
    return Fields(gate=settings.gate, at=settings.at, cm=settings.cm, weather=settings.weather)


def is_due(last: WaterPoll | None, every: str, now: datetime) -> bool:
    """Say whether it is time to ask again."""
    return last is None or now - last.at >= read_duration(every) - timedelta(seconds=1)
