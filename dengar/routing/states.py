"""A report as the fold of its events, and the moves between states that are allowed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce

from dengar.errors import BadRequest
from dengar.models import (
    HELD_BACK,
    OPEN_STATES,
    Doubt,
    DoubtKind,
    Event,
    EventKind,
    Place,
    Report,
    Routing,
    State,
    Urgency,
)
from dengar.routing.gist import names_of
from dengar.routing.tallying import MOST_NAMES, add_voice, put_tally
from dengar.routing.traits import make_traits

DONE: frozenset[State] = frozenset({"selesai", "ditolak", "duplikat"})
MOVES: dict[State, frozenset[State]] = {
    # a source may say that the matter is over before any office began
    "menunggu": frozenset({"koordinasi", "disposisi", "proses", *DONE}),
    "koordinasi": frozenset({"disposisi", "proses", *DONE}),
    "disposisi": frozenset({"koordinasi", "proses", *DONE}),
    "proses": frozenset({"koordinasi", "disposisi", *DONE}),
    "selesai": frozenset({"dibuka_lagi"}),
    "ditolak": frozenset({"dibuka_lagi"}),
    "duplikat": frozenset(),  # it has its voices lent to another report: only `restored` takes them back
    "dibuka_lagi": frozenset({"koordinasi", "disposisi", "proses", *DONE}),
}

URGENCY_RANKS: dict[Urgency, int] = {"routine": 0, "today": 1, "danger": 2}


class IllegalMove(BadRequest):
    """The report is in a state from which this one cannot be reached."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=409)


def fold(report: Report | None, event: Event) -> Report:
    """Apply one event; raises IllegalMove for a state that cannot follow, and for a history with a hole."""
    if report is None:
        return _open(event)
    if event.seq != report.version:
        raise IllegalMove(f"Event {event.id} does not follow version {report.version} of its report.")
    # what is read late is written behind what was decided meanwhile
    grown = report.replace(version=event.seq + 1, updated_at=max(report.updated_at, event.at))
    change = _CHANGES.get(event.kind)
    if change is None:
        return grown
    return _derive(change(grown, event))


def fold_all(events: Iterable[Event]) -> Report:
    """Rebuild a report from its whole history."""
    report = reduce(fold, events, None)
    if report is None:
        raise IllegalMove("A report without events does not exist.")
    return report


def grow(report: Report, *events: Event) -> tuple[Report, list[Event]]:
    """Apply events whose place in the history is not known yet; gives the report and the numbered events."""
    numbered: list[Event] = []
    for event in events:
        numbered.append(event.replace(report=report.number, seq=report.version))
        report = fold(report, numbered[-1])
    return report, numbered


def find_due(report: Report) -> datetime | None:
    """Say when the clock must look at this report next; None when it stands still for good."""
    if report.state not in OPEN_STATES:
        return None
    if report.pause is not None:
        return report.pause.until
    ahead = report.routing.escalations[report.escalated :]
    return next((one.at for one in ahead if one.awaits == "solution" or report.answered_at is None), None)


def _open(event: Event) -> Report:
    if event.kind != "received" or event.seq != 0 or event.voice is None or event.urgency is None:
        raise IllegalMove(f"A report begins with the event that received it, not with {event.id} ({event.kind}).")
    voice = event.voice
    opened = Report(
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
        received_at=event.at,
        version=1,
        voices=1,
        weight=voice.weight,
        authors=(voice.author,) if voice.author else (),
        channels=(voice.channel,),
        numbers=tuple(dict.fromkeys((event.report, voice.number or event.report))),
        photos=voice.photos,
        prints=voice.prints,
        gist=event.gist,
        names=names_of(event.gist)[:MOST_NAMES],
    )
    return _derive(opened)


def _derive(report: Report) -> Report:
    """Set what follows from the rest."""
    rank = report.priority * len(URGENCY_RANKS) + URGENCY_RANKS[report.urgency]
    return report.replace(due_at=find_due(report), rank=rank, traits=make_traits(report))


def _take_voice(report: Report, event: Event) -> Report:
    return _edit(report, event).replace(voices=report.voices - 1)


def _edit(report: Report, event: Event) -> Report:
    names = tuple(dict.fromkeys((*report.names, *names_of(event.gist))))[:MOST_NAMES]
    return report.replace(title=event.title, gist=event.gist, names=names)


def _route(report: Report, event: Event) -> Report:
    if event.routing is None:
        return report
    routed = report.replace(unit=event.routing.unit, routing=event.routing, priority=event.routing.priority)
    if event.routing.unit == report.unit:
        return routed
    return routed.replace(routed_at=event.at, answered_at=None, escalated=0)


def _doubt(report: Report, event: Event) -> Report:
    if event.reason is None:
        return report
    doubt = Doubt(kind=event.doubt or "other", reason=event.reason, related=event.related)
    others = (one for one in report.needs_review if one != doubt)
    return _with_doubts(report, (*others, doubt))


def _settle(report: Report, event: Event) -> Report:
    """Take back the doubts of these kinds; a related report means the one doubt about it."""
    left = (
        one
        for one in report.needs_review
        if one.kind not in event.settled or (event.related is not None and one.related != event.related)
    )
    return _with_doubts(report, left)


def _with_doubts(report: Report, doubts: Iterable[Doubt]) -> Report:
    """Set the doubts; what may hurt somebody is hidden while it stands, and shown when it was the only cause."""
    before = any(one.kind in HELD_BACK for one in report.needs_review)
    fresh = tuple(doubts)
    now = any(one.kind in HELD_BACK for one in fresh)
    return report.replace(needs_review=fresh, is_hidden=now if before or now else report.is_hidden)


def _place(report: Report, event: Event) -> Report:
    """Settle the doubts that were raised without the place: the routing that follows raises what is left of them."""
    placed = report.replace(place=event.place, kel=_shelf(event.place))
    return _without_routing_doubts(placed)


def _recategorise(report: Report, event: Event) -> Report:
    """Settle the doubts of the judgement before: the routing that follows raises those of this one."""
    judged = report.replace(
        category=event.category, confidence=event.confidence or 0.0, urgency=event.urgency or report.urgency
    )
    return _without_routing_doubts(judged)


def _without_routing_doubts(report: Report) -> Report:
    return _with_doubts(report, (one for one in report.needs_review if one.kind not in ROUTING_DOUBTS))


ROUTING_DOUBTS: frozenset[DoubtKind] = frozenset({"category", "place", "unit", "outside", "no_complaint", "other"})


def _move(report: Report, event: Event) -> Report:
    if event.state not in MOVES[report.state]:
        raise IllegalMove(f"{report.number} berstatus {report.state}: tidak bisa menjadi {event.state}.")
    moved = report.replace(state=event.state, pause=None, routing=event.routing or report.routing)
    if event.state == "dibuka_lagi":
        return _reopen(moved, event)
    moved = moved.replace(answered_at=report.answered_at or event.at, handled_by=_person(event) or report.handled_by)
    return _close(moved, event) if event.state in DONE else moved


def _close(report: Report, event: Event) -> Report:
    """Close it: nobody need look any more at what was unsure; what may hurt somebody stays hidden."""
    return report.replace(
        closed_at=event.at, proof=event.photos or report.proof, duplicate_of=event.related, needs_review=()
    )


def _person(event: Event) -> str | None:
    return None if event.actor == "dengar" else event.actor


def _reopen(report: Report, event: Event) -> Report:
    return report.replace(
        reopened=report.reopened + 1,
        closed_at=None,
        answered_at=None,
        escalated=0,
        duplicate_of=None,
        proof=(),
        photos=tuple(dict.fromkeys((*report.photos, *event.photos))),
    )


def _restore(report: Report, event: Event) -> Report:
    """Let a duplicate that is none stand where it stood before."""
    if report.state != "duplikat" or event.state is None or event.state not in MOVES:
        raise IllegalMove(f"{report.number} is {report.state}: only a duplicate can be restored.")
    return report.replace(state=event.state, closed_at=None, duplicate_of=None)


def _merge(report: Report, event: Event) -> Report:
    merged = put_tally(report, event.tally)
    return merged.replace(merged=tuple(dict.fromkeys((*report.merged, event.related or ""))))


def _part(report: Report, event: Event) -> Report:
    parted = put_tally(report, event.tally)
    return parted.replace(merged=tuple(one for one in report.merged if one != event.related))


def _pause(report: Report, event: Event) -> Report:
    _refuse_closed(report, event)
    return report.replace(pause=event.pause, answered_at=report.answered_at or event.at)


def _resume(report: Report, event: Event) -> Report:
    return report.replace(pause=None, routing=event.routing or report.routing)


def _escalate(report: Report, event: Event) -> Report:
    _refuse_closed(report, event)
    return report.replace(escalated=event.level)


def _rate(report: Report, event: Event) -> Report:
    return report.replace(rating=event.rating)


def _hand_over(report: Report, event: Event) -> Report:
    return report.replace(handed_over=tuple(dict.fromkeys((*report.handed_over, f"{event.reason}:{event.related}"))))


def _refuse_closed(report: Report, event: Event) -> None:
    if report.state not in OPEN_STATES:
        raise IllegalMove(f"{report.number} is {report.state}: it cannot be {event.kind}.")


_CHANGES: dict[EventKind, Callable[[Report, Event], Report]] = {
    "voice": add_voice,
    "erased": _take_voice,
    "edited": _edit,
    "routed": _route,
    "review": _doubt,
    "settled": _settle,
    "placed": _place,
    "recategorised": _recategorise,
    "state": _move,
    "merged": _merge,
    "parted": _part,
    "restored": _restore,
    "paused": _pause,
    "resumed": _resume,
    "escalated": _escalate,
    "rated": _rate,
    "handed_over": _hand_over,
    "hidden": lambda report, _: report.replace(is_hidden=True),
    "shown": lambda report, _: report.replace(is_hidden=False),
}


def _shelf(place: Place | None) -> str:
    return (place.kelurahan_code if place else None) or "_"
