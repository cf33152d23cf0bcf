"""What the times of a post and a report say for and against one problem, in log odds."""

import math
from datetime import datetime, timedelta

from dengar.models import OPEN_STATES, Report
from dengar.routing.floods import FLOOD, is_flood
from dengar.routing.gist import read_gist

LASTING = timedelta(days=14)
PASSING = timedelta(hours=24)
REOPENED_WITHIN = timedelta(days=10)
# in how many hours a problem is mostly over
FADES_HOURS = {"macet": 3.0, "kebakaran": 4.0, "transportasi_umum": 6.0, "banjir": 8.0, "kriminal": 12.0}
SLOWLY_HOURS = 200.0
LEAST_TIME = -4.0
IN_HOURS = 48  # up to here people are told hours, then days


def is_in_time(report: Report, said_at: datetime) -> bool:
    """Say whether a problem of this kind can have lasted so long, or can be one that was closed too early."""
    if report.state == "selesai" and report.closed_at is not None:
        return said_at - report.closed_at <= REOPENED_WITHIN
    if report.state not in OPEN_STATES:
        return False
    _, lasting = _duration(report)
    return report.created_at - lasting <= said_at <= report.last_voice_at + lasting


def compare_times(said_at: datetime, report: Report) -> float:
    """Give the log odds of the time between a post and the voices of a report."""
    before, after = report.created_at - said_at, said_at - report.last_voice_at
    gap = max(before, after, timedelta(0)) / timedelta(hours=1)
    fades, window = _duration(report)
    return max(LEAST_TIME, math.log(window / timedelta(hours=fades)) - gap / fades)


def tell_ago(said_at: datetime, report: Report) -> str:
    """Say how long before a post a report was spoken of."""
    hours = abs(said_at - report.last_voice_at) / timedelta(hours=1)
    return f"{hours:.0f} jam lalu" if hours < IN_HOURS else f"{hours / 24:.0f} hari lalu"


def _duration(report: Report) -> tuple[float, timedelta]:
    """Give in how many hours a problem fades, and how long it lasts at most; a blocked drain stays as it is."""
    fades = FADES_HOURS.get(report.category or "")
    if fades is None or (report.category == FLOOD and not is_flood(FLOOD, read_gist(report.gist).words)):
        return SLOWLY_HOURS, LASTING
    return fades, PASSING
