"""Undoing: which commands bring a report back to where it was before the last decision."""

from collections.abc import Sequence

from dengar.models import OPEN_STATES, Event, EventKind, Record, Report
from dengar.routing import commands as do
from dengar.routing.joining import ACTOR
from dengar.routing.states import fold_all
from dengar.web.casework.accepting import point_at
from dengar.web.casework.words import UNDONE

# What comes by itself, and does not stand between a decision and its undoing.
BY_ITSELF: frozenset[EventKind] = frozenset({"voice", "review", "escalated", "handed_over", "settled"})
CANNOT: frozenset[EventKind] = frozenset({"note", "rated", "verified", "received", "erased", "edited"})


class Decision(Record, frozen=True, kw_only=True):
    """The last thing that a person decided: who, and the report as it was `before`."""

    by: str
    kinds: frozenset[EventKind]
    before: Report
    related: str | None = None


def find_decision(events: Sequence[Event]) -> Decision | None:
    """Give the last decision of a history; None when there is none that could be undone."""
    mine = [event for event in events if event.actor != ACTOR]
    if not mine or mine[-1].kind in CANNOT:
        return None
    last = mine[-1]
    if any(event.actor == ACTOR and event.seq > last.seq and event.kind not in BY_ITSELF for event in events):
        return None
    first = next(event.seq for event in mine if event.at == last.at and event.actor == last.actor)
    if first == 0:
        return None
    group = [event for event in mine if event.seq >= first]
    return Decision(
        by=last.actor,
        kinds=frozenset(event.kind for event in group),
        before=fold_all(events[:first]),
        related=next((event.related for event in group if event.kind in {"merged", "parted"}), None),
    )


def next_undo(decision: Decision, now: Report) -> tuple[str, do.Command] | None:
    """Give what is to be done next, and with which report; None when all is as before."""
    number, before = now.number, decision.before
    if "merged" in decision.kinds and decision.related in now.merged:
        return str(decision.related), do.Unmerge()
    if "parted" in decision.kinds:
        return None if decision.related in now.merged else (str(decision.related), do.Merge(into=number))
    if "restored" in decision.kinds and before.duplicate_of and now.duplicate_of is None:
        return number, do.Merge(into=before.duplicate_of)
    command = _reopen(before, now) or _judge(before, now) or _show(decision, now) or _doubt(before, now)
    return (number, command) if command else None


def _reopen(before: Report, now: Report) -> do.Command | None:
    if now.state == "duplikat" and before.state != "duplikat":
        return do.Unmerge()
    if now.state not in OPEN_STATES and before.state in OPEN_STATES:
        return do.Reopen(reason=UNDONE)
    return do.Resume() if now.pause is not None and before.pause is None else None


def _judge(before: Report, now: Report) -> do.Command | None:
    if now.state not in OPEN_STATES:
        return None
    judged = (before.category, before.urgency) != (now.category, now.urgency)
    if judged and before.category is not None:
        return do.Categorise(category=before.category, urgency=before.urgency)
    if before.place is not None and (now.place is None or before.place.code != now.place.code):
        return point_at(before.place)
    if before.unit is not None and before.unit != now.unit:
        return do.Reroute(unit=before.unit, reason=UNDONE)
    return None


def _show(decision: Decision, now: Report) -> do.Command | None:
    if "hidden" in decision.kinds and now.is_hidden and not decision.before.is_hidden:
        return do.Show()
    return None


def _doubt(before: Report, now: Report) -> do.Command | None:
    lost = tuple(one for one in before.needs_review if one not in now.needs_review)
    if lost:
        return do.Review(doubts=lost)
    return do.Hide(reason=UNDONE) if before.is_hidden and not now.is_hidden else None
