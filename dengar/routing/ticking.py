"""What time alone does to a report: nobody acted, or the reporter was asked and never answered."""

from datetime import datetime

from dengar.models import Event, Report
from dengar.routing.joining import ACTOR
from dengar.routing.rules import Router

SILENT = "Pelapor tidak menjawab pertanyaan petugas."


def tick(report: Report, now: datetime, router: Router) -> list[Event]:
    """Give the events that are due by now, in their order; none when it is not time yet."""
    if report.due_at is None or report.due_at > now:
        return []
    told = Event(report=report.number, seq=0, kind="escalated", at=now, actor=ACTOR)
    if report.pause is not None:
        # the unit is not late by the days on which it waited
        routing = router.resume(report, now)
        return [told.replace(kind="state", state="ditolak", reason=SILENT, routing=routing)]
    return [
        told.replace(level=level)
        for level, one in enumerate(report.routing.escalations, start=1)
        if level > report.escalated and one.at <= now and (one.awaits == "solution" or report.answered_at is None)
    ]
