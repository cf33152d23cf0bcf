"""A report as the fold of its events, and the moves between states that are allowed."""

from collections.abc import Callable
from functools import reduce

from dengar.errors import DengarError
from dengar.models import Event, EventKind, Place, Report, Routing, State

MOST_LISTED = 500  # of each list in a report: all voices stand in the posts and events, a row ends at 16 MB
MOVES: dict[State, frozenset[State]] = {
    # a source may say that the matter is over before any office began
    "menunggu": frozenset({"koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat"}),
    "koordinasi": frozenset({"disposisi", "proses", "selesai", "ditolak", "duplikat"}),
    "disposisi": frozenset({"koordinasi", "proses", "selesai", "ditolak", "duplikat"}),
    "proses": frozenset({"koordinasi", "disposisi", "selesai", "ditolak", "duplikat"}),
    "selesai": frozenset({"dibuka_lagi"}),
    "ditolak": frozenset({"dibuka_lagi"}),
    "duplikat": frozenset({"dibuka_lagi"}),
    "dibuka_lagi": frozenset({"koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat"}),
}


class IllegalMove(DengarError):
    """The report is in a state from which this one cannot be reached."""


def fold(report: Report | None, event: Event) -> Report:
    """Apply one event; raises IllegalMove for a state that cannot follow, and for a history with a hole."""
    if report is None:
        return _open(event)
    if event.seq != report.version:
        raise IllegalMove(f"Event {event.id} does not follow version {report.version} of its report.")
    grown = report.replace(version=event.seq + 1, updated_at=event.at)
    change = _CHANGES.get(event.kind)
    return change(grown, event) if change else grown


def fold_all(events: list[Event]) -> Report:
    """Rebuild a report from its whole history."""
    report = reduce(fold, events, None)
    if report is None:
        raise IllegalMove("A report without events does not exist.")
    return report


def _open(event: Event) -> Report:
    if event.kind != "received" or event.seq != 0 or event.voice is None or event.urgency is None:
        raise IllegalMove(f"A report begins with the event that received it, not with {event.id} ({event.kind}).")
    voice = event.voice
    return Report(
        number=event.report,
        category=event.category,
        title=event.title,
        urgency=event.urgency,
        confidence=event.confidence or 0.0,
        place=event.place,
        kel=_shelf(event.place),
        unit=None,
        state="menunggu",
        routing=Routing(),
        created_at=voice.said_at,
        last_voice_at=voice.said_at,
        updated_at=event.at,
        version=1,
        voices=1,
        authors=_with((), voice.author),
        channels=(voice.channel,),
        numbers=tuple(dict.fromkeys((event.report, voice.number or event.report))),
        photos=voice.photos,
        gist=event.gist,
    )


def _add_voice(report: Report, event: Event) -> Report:
    voice = event.voice
    if voice is None:
        return report
    return report.replace(
        voices=report.voices + 1,
        authors=_with(report.authors, voice.author),
        channels=_with(report.channels, voice.channel),
        numbers=_with(report.numbers, voice.number),
        photos=tuple(dict.fromkeys((*report.photos, *voice.photos)))[:MOST_LISTED],
        created_at=min(report.created_at, voice.said_at),
        last_voice_at=max(report.last_voice_at, voice.said_at),
    )


def _take_voice(report: Report, event: Event) -> Report:
    return _edit(report, event).replace(voices=report.voices - 1)


def _edit(report: Report, event: Event) -> Report:
    return report.replace(title=event.title, gist=event.gist)


def _route(report: Report, event: Event) -> Report:
    return report.replace(unit=event.routing.unit, routing=event.routing) if event.routing else report


def _doubt(report: Report, event: Event) -> Report:
    return report.replace(needs_review=(*report.needs_review, event.reason)) if event.reason is not None else report


def _place(report: Report, event: Event) -> Report:
    """Settle the doubts that were raised without the place: the routing that follows raises what is left of them."""
    return report.replace(place=event.place, kel=_shelf(event.place), needs_review=())


def _recategorise(report: Report, event: Event) -> Report:
    """Settle the doubts of the model before: the routing that follows raises those of this one."""
    return report.replace(category=event.category, confidence=event.confidence or 0.0, needs_review=())


def _move(report: Report, event: Event) -> Report:
    if event.state not in MOVES[report.state]:
        raise IllegalMove(f"{report.number} is {report.state}: it cannot become {event.state}.")
    return report.replace(state=event.state)


_CHANGES: dict[EventKind, Callable[[Report, Event], Report]] = {
    "voice": _add_voice,
    "erased": _take_voice,
    "edited": _edit,
    "routed": _route,
    "review": _doubt,
    "placed": _place,
    "recategorised": _recategorise,
    "state": _move,
}


def _with(values: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    """Add what is not listed yet; a voice that was erased has no author."""
    return values if not value or value in values or len(values) == MOST_LISTED else (*values, value)


def _shelf(place: Place | None) -> str:
    return (place.kelurahan_code if place else None) or "_"
