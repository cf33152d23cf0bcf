"""A person's command becomes events of a report, or is refused with a sentence that says why."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from dengar.errors import BadRequest
from dengar.models import (
    HELD_BACK,
    OPEN_STATES,
    Doubt,
    DoubtKind,
    Event,
    Pause,
    Place,
    Post,
    Record,
    Report,
    Role,
    Routing,
    Staff,
    Unit,
)
from dengar.routing import commands as do
from dengar.routing.joining import ACTOR, routing_doubts
from dengar.routing.rules import Router
from dengar.routing.scope import check_area
from dengar.routing.states import ROUTING_DOUBTS
from dengar.routing.units import climb

OFFICER = (
    do.Start, do.Coordinate, do.Dispatch, do.Reroute, do.Close, do.Reject, do.Ask, do.Resume, do.Remark, do.Locate,
    do.Verify,
)  # fmt: skip
CHECKER = (do.Reopen, do.Settle, do.Review, do.Remark)
REPORTER = (do.Rate, do.Reopen, do.Answer)
_MAY: Mapping[Role, tuple[type[do.Command], ...]] = {"petugas": OFFICER, "verifikator": CHECKER, "pelapor": REPORTER}
NO_UNIT = "Dibuka lagi, dan unitnya belum ditentukan."
ON_CLOSED = (do.Reopen, do.Remark, do.Rate, do.Settle, do.Review, do.Hide, do.Show, do.Verify)
DOUBTED_WHEN_CLOSED = HELD_BACK | {"proof"}


class Situation(Record, frozen=True, kw_only=True):
    """What a command meets: the report and its first post, who gives it and when, and the place that it names.

    `proof` are the ids of the photos that came with it, `doubts` what speaks against them. `action` is the id by which
    its sender knows the command.
    """

    report: Report
    who: Staff
    at: datetime
    router: Router
    post: Post | None = None
    place: Place | None = None
    proof: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    action: str | None = None

    @property
    def told(self) -> Event:
        """Give an event that says who and when, to be filled."""
        return Event(
            report=self.report.number,
            seq=0,
            kind="note",
            at=self.at,
            actor=self.who.name,
            office=self.who.unit,
            action=self.action,
        )


def act(command: do.Command, given: Situation) -> list[Event]:
    """Give the events that a command makes; raises BadRequest with the reason when it cannot be carried out."""
    check_may(command, given)
    if given.report.state == "duplikat" and not isinstance(command, ON_CLOSED):
        raise BadRequest(f"{given.report.number} adalah duplikat: pisahkan dulu.", status=409)
    if given.report.state not in OPEN_STATES and not isinstance(command, ON_CLOSED):
        raise BadRequest(f"{given.report.number} sudah {given.report.state}: buka lagi dulu.", status=409)
    events = _ACTS[type(command)](command, given)
    if given.report.pause is not None and any(event.kind == "state" for event in events):
        return _go_on(command, given)
    return events


def _go_on(command: do.Command, given: Situation) -> list[Event]:
    """Let the deadlines of a paused report go on with the move that ends its pause."""
    routing = given.router.resume(given.report, given.at)
    events = _ACTS[type(command)](command, given.replace(report=given.report.replace(routing=routing, pause=None)))
    first = next(place for place, event in enumerate(events) if event.kind in {"state", "routed"})
    if events[first].routing is None:
        events[first] = events[first].replace(routing=routing)
    return events


def check_may(command: do.Command, given: Situation) -> None:
    """Raise BadRequest (403) when this person may not do this with this report."""
    who = given.who
    if not may_use(who.role, type(command)):
        raise BadRequest("Peran Anda tidak boleh melakukan ini.", status=403)
    if who.role == "petugas" and not serves(who.unit, given.report, given.router.units):
        raise BadRequest(f"{given.report.number} bukan tugas unit Anda.", status=403)
    check_area(who, given.report)


def may_use(role: Role, kind: type[do.Command]) -> bool:
    """Say whether a role may give commands of this kind."""
    if role in {"operator", "admin"}:
        return kind not in {do.Verify, do.Answer}
    return kind in _MAY.get(role, ())


def serves(unit: str | None, report: Report, units: Mapping[str, Unit]) -> bool:
    """Say whether a unit has to do with a report: it acts, acts beside, or stands above who acts."""
    if unit is None:
        return False
    acting = {report.unit, *report.routing.beside, *(one.code for one in climb(report.unit, units))}
    return unit in acting


def _start(command: do.Start, given: Situation) -> list[Event]:
    _need_unit(given.report)
    return [given.told.replace(kind="state", state="proses", reason=command.note or None)]


def _coordinate(command: do.Coordinate, given: Situation) -> list[Event]:
    _need_unit(given.report)
    for unit in command.units:
        if unit not in given.router.units:
            raise BadRequest(f"Tidak ada unit {unit}.")
        if unit == given.report.unit:
            raise BadRequest(f"{given.router.units[unit].name} sudah menangani laporan ini.")
    routing = given.report.routing
    beside = tuple(dict.fromkeys((*routing.beside, *command.units)))
    routed = given.told.replace(kind="routed", routing=routing.replace(beside=beside), reason=command.note or None)
    moved = given.told.replace(kind="state", state="koordinasi", reason=command.note or None)
    return [routed] if given.report.state == "koordinasi" else [routed, moved]


def _dispatch(command: do.Dispatch, given: Situation) -> list[Event]:
    _need_unit(given.report)
    if command.unit in given.router.units and not _is_below(command.unit, given):
        raise BadRequest("Disposisi hanya ke unit di bawahnya: pakai reroute untuk unit lain.")
    routed = _assign(command.unit, command.note or "Disposisi.", given)
    moved = given.told.replace(kind="state", state="disposisi", reason=command.note or None)
    return routed if given.report.state == "disposisi" else [moved, *routed]


def _reroute(command: do.Reroute, given: Situation) -> list[Event]:
    return _assign(command.unit, command.reason, given)


def _assign(unit: str, reason: str, given: Situation) -> list[Event]:
    if unit == given.report.unit:
        raise BadRequest(f"Laporan ini sudah di {_name(unit, given)}.", status=409)
    routing = given.router.assign(given.report, unit, given.at, reason)
    routed = given.told.replace(kind="routed", routing=routing, reason=reason)
    return [*_settled(given, ROUTING_DOUBTS), routed]


def _is_below(unit: str, given: Situation) -> bool:
    units = given.router.units
    return any(one.code == given.report.unit for one in climb(units[unit].parent, units))


def _close(command: do.Close, given: Situation) -> list[Event]:
    if not command.note.strip() and not given.proof:
        raise BadRequest("Tulis apa yang sudah dikerjakan, atau sertakan foto.")
    _need_unit(given.report)
    closed = given.told.replace(kind="state", state="selesai", reason=command.note or None, photos=given.proof)
    doubts = (
        given.told.replace(kind="review", doubt=one.kind, reason=one.reason, related=one.related, actor=ACTOR)
        for one in given.doubts
    )
    return [closed, *doubts]


def _reject(command: do.Reject, given: Situation) -> list[Event]:
    return [given.told.replace(kind="state", state="ditolak", reason=command.reason)]


def _reopen(command: do.Reopen, given: Situation) -> list[Event]:
    if given.report.state == "duplikat":
        raise BadRequest(f"{given.report.number} adalah duplikat: pisahkan dulu.", status=409)
    closed = given.report.closed_at
    if given.who.role == "pelapor" and closed and given.router.silence_ends(closed) < given.at:
        raise BadRequest("Sudah terlalu lama ditutup: kirim laporan baru.", status=409)
    routing = given.router.renew(given.report, given.at)
    opened = given.told.replace(
        kind="state", state="dibuka_lagi", reason=command.reason, routing=routing, photos=given.proof
    )
    if given.report.unit is not None:
        return [opened]
    # nobody has it: without a doubt it would stand in no queue
    return [opened, given.told.replace(kind="review", doubt="unit", reason=NO_UNIT, actor=ACTOR)]


def _ask(command: do.Ask, given: Situation) -> list[Event]:
    if given.report.pause is not None:
        raise BadRequest("Pelapor sudah ditanya dan belum menjawab.", status=409)
    pause = Pause(since=given.at, until=given.router.silence_ends(given.at), question=command.question)
    return [given.told.replace(kind="paused", pause=pause)]


def _answer(command: do.Answer, given: Situation) -> list[Event]:
    return [given.told.replace(kind="note", reason=command.text), *resume(given.report, given.told, given.router)]


def _resume(_: do.Resume, given: Situation) -> list[Event]:
    return resume(given.report, given.told, given.router)


def resume(report: Report, told: Event, router: Router) -> list[Event]:
    """Let the clock of a paused report go on."""
    if report.pause is None:
        raise BadRequest("Laporan ini tidak menunggu jawaban.", status=409)
    return [told.replace(kind="resumed", routing=router.resume(report, told.at))]


def _remark(command: do.Remark, given: Situation) -> list[Event]:
    return [given.told.replace(kind="note", reason=command.text)]


def _settle(command: do.Settle, given: Situation) -> list[Event]:
    events = _settled(given, command.kinds, command.related)
    if not events:
        raise BadRequest("Keraguan itu sudah tidak ada.", status=409)
    left = {one.kind for one in given.report.needs_review} - set(command.kinds)
    if given.report.unit is None and given.report.state in OPEN_STATES and not left & ROUTING_DOUBTS:
        raise BadRequest("Unitnya belum ditentukan: pilih unit, kategori, atau tempatnya.", status=409)
    return events


def _review(command: do.Review, given: Situation) -> list[Event]:
    fresh = [one for one in command.doubts if one not in given.report.needs_review]
    if not fresh:
        raise BadRequest("Keraguan itu sudah ada.", status=409)
    if given.report.state not in OPEN_STATES and not DOUBTED_WHEN_CLOSED.issuperset(one.kind for one in fresh):
        raise BadRequest(f"{given.report.number} sudah {given.report.state}: buka lagi dulu.", status=409)
    return [given.told.replace(kind="review", doubt=one.kind, reason=one.reason, related=one.related) for one in fresh]


def _settled(
    given: Situation, kinds: tuple[DoubtKind, ...] | frozenset[DoubtKind], related: str | None = None
) -> list[Event]:
    """Settle those of these kinds that are in doubt."""
    doubts = [one for one in given.report.needs_review if related is None or one.related == related]
    found = tuple(dict.fromkeys(one.kind for one in doubts if one.kind in kinds))
    return [given.told.replace(kind="settled", settled=found, related=related)] if found else []


def _categorise(command: do.Categorise, given: Situation) -> list[Event]:
    judged = given.told.replace(
        kind="recategorised", category=command.category, confidence=1.0, urgency=command.urgency
    )  # fmt: skip
    if command.category == given.report.category:
        return [judged, *_settled(given, frozenset({"category", "no_complaint"}))]
    return [judged, *_route(given, command.category, given.report.place)]


def _locate(_: do.Locate, given: Situation) -> list[Event]:
    if given.place is None:
        raise BadRequest("Tempat itu di luar kota, atau tidak ada.")
    placed = given.told.replace(kind="placed", place=given.place)
    return [placed, *_route(given, given.report.category, given.place)]


def _route(given: Situation, category: str | None, place: Place | None) -> list[Event]:
    """Let the rules choose again, by what a person knows better."""
    if given.post is None or given.post.labels is None:
        raise BadRequest("Pesannya sudah dihapus: pilih unitnya langsung.", status=409)
    labels = given.post.labels
    if category is not None:
        labels = labels.replace(category=category, confidence=1.0, abstained=False, is_complaint=True)
    post = given.post.replace(labels=labels, place=place, outside=None if place else given.post.outside)
    chosen = given.router.route(post, category, given.report.received_at)
    routing: Routing = given.router.choose_again(given.report.replace(place=place), chosen, given.at)
    doubts = routing_doubts(routing, post, category)
    reviews = (given.told.replace(kind="review", doubt=one.kind, reason=one.reason) for one in doubts)
    return [given.told.replace(kind="routed", routing=routing), *reviews]


def _rate(command: do.Rate, given: Situation) -> list[Event]:
    if given.report.state not in {"selesai", "ditolak"}:
        raise BadRequest("Laporan ini belum ditutup.", status=409)
    return [given.told.replace(kind="rated", rating=command.stars, reason=command.text or None)]


def _verify(command: do.Verify, given: Situation) -> list[Event]:
    return [given.told.replace(kind="verified", posts=command.posts)]


def _hide(command: do.Hide, given: Situation) -> list[Event]:
    return [given.told.replace(kind="hidden", reason=command.reason)]


def _show(_: do.Show, given: Situation) -> list[Event]:
    return [*_settled(given, HELD_BACK), given.told.replace(kind="shown")]


def _name(unit: str, given: Situation) -> str:
    return given.router.units[unit].name if unit in given.router.units else unit


def _need_unit(report: Report) -> None:
    if report.unit is None:
        raise BadRequest("Unitnya belum ditentukan: tentukan dulu.", status=409)


Act: TypeAlias = Callable[[Any, Situation], list[Event]]  # each takes its own command

_ACTS: dict[type[do.Command], Act] = {
    do.Start: _start,
    do.Coordinate: _coordinate,
    do.Dispatch: _dispatch,
    do.Reroute: _reroute,
    do.Close: _close,
    do.Reject: _reject,
    do.Reopen: _reopen,
    do.Answer: _answer,
    do.Ask: _ask,
    do.Resume: _resume,
    do.Remark: _remark,
    do.Settle: _settle,
    do.Review: _review,
    do.Categorise: _categorise,
    do.Locate: _locate,
    do.Rate: _rate,
    do.Verify: _verify,
    do.Hide: _hide,
    do.Show: _show,
}
