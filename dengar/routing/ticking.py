"""What time alone does to a report: nobody acted, or the reporter was asked and never answered."""

from datetime import datetime

from dengar.models import Event, Report
from dengar.routing.joining import ACTOR

SILENT = "Pelapor tidak menjawab pertanyaan petugas."


def tick(report: Report, now: datetime) -> list[Event]:
    """Give the events that are due by now, in their order; none when it is not time yet."""
    if report.due_at is None or report.due_at > now:
        return []
    told = Event(report=report.number, seq=0, kind="escalated", at=now, actor=ACTOR)
    if report.pause is not None:
        return [told.replace(kind="state", state="ditolak", reason=SILENT)]
    return [
        told.replace(level=level)
        for level, one in enumerate(report.routing.escalations, start=1)
        if level > report.escalated and one.at <= now and (one.awaits == "solution" or report.answered_at is None)
    ]
