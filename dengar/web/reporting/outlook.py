"""Outlook: how far a report has come, what happens next, and until when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dengar.models import OPEN_STATES, Event, Report
from dengar.web.telling import Telling

Standing = Literal["done", "now", "ahead"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage on the way of a report; `at` is when it was reached."""

    name: str
    standing: Standing
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What happens next, in a sentence, until when, and what a person said last about it."""

    sentence: str
    due: datetime | None = None
    is_late: bool = False
    said: str = ""


def tell_stages(tell: Telling, report: Report) -> tuple[Stage, ...]:
    """Tell the stages of a report, in order; the first one that is not reached is the one that it is in."""
    say, is_rejected = tell.language.say, report.state == "ditolak"
    reached = (
        (say("Dibuka lagi") if report.reopened else say("Diterima"), report.received_at),
        (say("Diteruskan ke unit"), report.routed_at if report.unit else None),
        (say("Ditangani"), report.answered_at if not is_rejected else None),
        (say("Ditutup") if is_rejected else say("Selesai"), report.closed_at),
    )
    return tuple(_stand(reached, is_closed=report.closed_at is not None))


def _stand(reached: Sequence[tuple[str, datetime | None]], *, is_closed: bool) -> Iterator[Stage]:
    current = next((place for place, (_, at) in enumerate(reached) if at is None), len(reached))
    for place, (name, at) in enumerate(reached):
        if is_closed and at is None:
            continue  # closed without this stage
        standing: Standing = "done" if at and (is_closed or place < current) else "now" if place == current else "ahead"
        yield Stage(name=name, standing=standing, at=at)


def tell_outlook(
    tell: Telling, report: Report, events: Sequence[Event], now: datetime, reopens_until: datetime | None
) -> Outlook:
    """Say what happens next with a report."""
    if report.state not in OPEN_STATES:
        return _tell_end(tell, report, events, now, reopens_until)
    say, unit = tell.language.say, tell.unit(report.unit)
    if report.pause is not None:
        sentence = say("Petugas menunggu jawaban pelapor. Waktunya berhenti sampai dijawab, paling lama sampai")
        return Outlook(sentence=sentence, due=report.pause.until, said=report.pause.question)
    if report.unit is None:
        return Outlook(sentence=say("Petugas Dengar memilih dulu unit yang harus bertindak."))
    due = report.routing.resolve_by if report.answered_at else report.routing.respond_by
    if due is None:
        return Outlook(sentence=say("Sekarang giliran %(unit)s.", unit=unit))
    return Outlook(sentence=_tell_turn(tell, report, is_late=due < now), due=due, is_late=due < now)


def _tell_turn(tell: Telling, report: Report, *, is_late: bool) -> str:
    say, unit = tell.language.say, tell.unit(report.unit)
    if report.answered_at:
        if is_late:
            return say("%(unit)s seharusnya sudah menyelesaikannya paling lambat", unit=unit)
        return say("%(unit)s menyelesaikannya paling lambat", unit=unit)
    if is_late:
        return say("%(unit)s seharusnya sudah bertindak paling lambat", unit=unit)
    return say("%(unit)s mulai bertindak paling lambat", unit=unit)


def _tell_end(
    tell: Telling, report: Report, events: Sequence[Event], now: datetime, reopens_until: datetime | None
) -> Outlook:
    say = tell.language.say
    closing = next((one for one in reversed(events) if one.kind == "state" and one.state == report.state), None)
    said = (closing.reason or "") if closing else ""
    if report.state == "ditolak":
        return Outlook(
            sentence=say("Laporan ini ditutup tanpa tindakan. Alasannya:")
            if said
            else say("Laporan ini ditutup tanpa tindakan."),
            said=said,
        )
    if reopens_until is None or reopens_until < now:
        return Outlook(sentence=say("Unit menyatakan masalah ini selesai."), said=said)
    sentence = say("Unit menyatakan masalah ini selesai. Kalau belum, pelapornya dapat membukanya lagi sampai")
    return Outlook(sentence=sentence, due=reopens_until, said=said)
