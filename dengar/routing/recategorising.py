"""Another model judges a report's first message: what follows for the report."""

from collections.abc import Sequence
from datetime import datetime

from dengar.models import OPEN_STATES, Event, Post, Report
from dengar.routing.joining import ACTOR, routing_doubts
from dengar.routing.rules import Router
from dengar.routing.states import grow

NO_COMPLAINT = "Model yang baru menilai pesan pertamanya bukan keluhan."


def recategorise(
    history: Sequence[Event], report: Report, post: Post, category: str | None, *, router: Router, at: datetime
) -> tuple[Report, list[Event]]:
    """Give the report with what the new labels of a post change, and the events that say so.

    Only an open report's first message counts, and only while no person has touched the report: what people decided
    stays.
    """
    is_first = history[0].voice is not None and history[0].voice.post_id == post.id
    if report.state not in OPEN_STATES or not is_first or any(event.actor != ACTOR for event in history):
        return report, []
    if category is None and post.labels is not None and not (post.labels.is_complaint or post.labels.abstained):
        doubted = Event(report=report.number, seq=0, kind="review", at=at, actor=ACTOR)
        return grow(report, doubted.replace(doubt="no_complaint", reason=NO_COMPLAINT))
    if category == report.category:
        return report, []
    told = Event(report=report.number, seq=0, kind="recategorised", at=at, actor=ACTOR, category=category)
    routing = router.route(post, category, report.received_at)
    routed = Event(report=report.number, seq=0, kind="routed", at=at, actor=ACTOR, routing=routing)
    doubt = Event(report=report.number, seq=0, kind="review", at=at, actor=ACTOR)
    doubts = [
        doubt.replace(doubt=one.kind, reason=one.reason) for one in routing_doubts(routing, post, category)
    ]  # fmt: skip
    confidence = post.labels.confidence if post.labels else 0.0
    return grow(report, told.replace(confidence=confidence), routed, *doubts)
