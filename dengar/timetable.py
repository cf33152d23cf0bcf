"""When a source is read: `every` so often, or `at` the times of a crontab line in Jakarta's time.

A timetable follows from the settings alone, so that every scheduler has the same one and a restart moves nothing.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from dengar.ingest.protocol import SourceSettings
from dengar.models import WENT_WELL, Run
from dengar.settings import read_duration

JAKARTA = ZoneInfo("Asia/Jakarta")
EXAMPLE = "'*/10 6-21 * * mon-fri'"

_FIELDS = ("minute", "hour", "day", "month", "day of the week")
_PLAIN = re.compile(r"[0-9*,/-]+")
_MONTHS = re.compile(r"[0-9a-z*,/-]+")
_WEEKDAYS = re.compile(r"[a-z*,-]+")
_LEAP_YEAR = datetime(2024, 1, 1, tzinfo=JAKARTA)


class Trigger(Protocol):
    """What APScheduler wants to know."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Give the first time that is not before `now`."""


def make_timetable(settings: SourceSettings) -> Trigger | None:
    """Make the timetable of a source; None when nothing reads it by the clock."""
    if settings.every is not None:
        return make_grid(settings.name, settings.every)
    return read_crontab(settings.at) if settings.at is not None else None


def find_problems(settings: SourceSettings) -> Iterator[str]:
    """Give a sentence for each setting of a timetable that cannot be used."""
    if settings.every is not None and settings.at is not None:
        yield "at: it cannot stand beside every: remove one of them"
    readers: dict[str, Callable[[str], object]] = {"every": read_duration, "at": read_crontab, "recheck": read_duration}
    for name, read in readers.items():
        given = getattr(settings, name)
        try:
            if given is not None:
                read(given)
        except ValueError as error:
            yield f"{name}: {error}"


def make_grid(name: str, every: str) -> Trigger:
    """Make times so far apart; where they begin follows from the name, so that not all sources are read at once."""
    apart = read_duration(every)
    begin = datetime.fromtimestamp(0, UTC) + timedelta(seconds=zlib.crc32(name.encode()) % apart.total_seconds())
    grid: Trigger = IntervalTrigger(seconds=int(apart.total_seconds()), start_date=begin, timezone=UTC)
    return grid


def read_crontab(line: str) -> Trigger:
    """Read minute, hour, day, month and weekday; raises ValueError for what is no such line, or never comes."""
    fields = line.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{line!r} has {len(fields)} fields and needs these five: {', '.join(_FIELDS)}, as {EXAMPLE}")
    for name, field, pattern in zip(_FIELDS, fields, (_PLAIN, _PLAIN, _PLAIN, _MONTHS, _WEEKDAYS), strict=True):
        if not pattern.fullmatch(field):
            hint = "; days are named, because programs disagree on their numbers" if pattern is _WEEKDAYS else ""
            raise ValueError(f"{field!r} cannot be read as {name}{hint}: write for example {EXAMPLE}")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(f"{line!r} names days of the month and of the week: write * for one of them")
    try:
        times: Trigger = CronTrigger.from_crontab(" ".join(fields), timezone=JAKARTA)
    except ValueError as error:
        raise ValueError(f"{line!r} cannot be read ({error}): write for example {EXAMPLE}") from error
    if times.get_next_fire_time(None, _LEAP_YEAR) is None:
        raise ValueError(f"{line!r} never comes: correct the day or the month")
    return times


def is_due(timetable: Trigger, last: Run | None, *, by_clock: bool, now: datetime) -> bool:
    """Say whether the source should be read at once by who begins to lead.

    It should when it was never read and need not wait for its time of the day (`by_clock`), when the last run did not
    go well, and when its time came since then.
    """
    if last is None:
        return not by_clock
    if last.outcome not in WENT_WELL:
        return True
    # strictly behind: a run that began on time is the one of that time
    following = timetable.get_next_fire_time(None, last.started_at + timedelta(milliseconds=1))
    return following is not None and following <= now
