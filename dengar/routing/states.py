"""A report as the fold of its events, and the moves between states that are allowed."""

from functools import reduce

from dengar.errors import DengarError
from dengar.models import Event, Report, Routing, State, Voice

MOST_LISTED = 500  # of each list in a report: all voices stand in the posts and events, a row ends at 16 MB
MOVES: dict[State, frozenset[State]] = {
    "menunggu": frozenset({"koordinasi", "disposisi", "proses", "ditolak", "duplikat"}),
    "koordinasi": frozenset({"disposisi", "proses", "ditolak", "duplikat"}),
    "disposisi": frozenset({"koordinasi", "proses", "ditolak", "duplikat"}),
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
    if event.kind == "voice" and event.voice is not None:
        return _add_voice(grown, event.voice)
    if event.kind == "routed" and event.routing is not None:
        return grown.replace(unit=event.routing.unit, routing=event.routing)
    if event.kind == "review" and event.reason is not None:
        return grown.replace(needs_review=(*report.needs_review, event.reason))
    if event.kind == "state" and event.state is not None:
        return _move(grown, event.state)
    return grown


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
        kel=(event.place.kelurahan_code if event.place else None) or "_",
        unit=None,
        state="menunggu",
        routing=Routing(),
        created_at=voice.said_at,
        last_voice_at=voice.said_at,
        updated_at=event.at,
        version=1,
        voices=1,
        authors=(voice.author,),
        channels=(voice.channel,),
        numbers=tuple(dict.fromkeys((event.report, voice.number or event.report))),
        photos=voice.photos,
        gist=event.gist,
    )


def _add_voice(report: Report, voice: Voice) -> Report:
    return report.replace(
        voices=report.voices + 1,
        authors=_with(report.authors, voice.author),
        channels=_with(report.channels, voice.channel),
        numbers=_with(report.numbers, voice.number),
        photos=tuple(dict.fromkeys((*report.photos, *voice.photos)))[:MOST_LISTED],
        created_at=min(report.created_at, voice.said_at),
        last_voice_at=max(report.last_voice_at, voice.said_at),
    )


def _with(values: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    return values if value is None or value in values or len(values) == MOST_LISTED else (*values, value)


def _move(report: Report, state: State) -> Report:
    if state not in MOVES[report.state]:
        raise IllegalMove(f"{report.number} is {report.state}: it cannot become {state}.")
    return report.replace(state=state)
