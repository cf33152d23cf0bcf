"""Doing: what an officer sent, carried out exactly once, or refused because the report changed meanwhile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request

from dengar.errors import BadRequest
from dengar.models import Event, EventKind, Report, Staff
from dengar.routing import commands as do
from dengar.store import Store
from dengar.web.body import read_photos, read_request, read_typed
from dengar.web.desk import DeskDoor

TRIES = 6
CONFLICT = 409
_ACTION = re.compile(r"[0-9A-Za-z-]{8,64}")
ACCEPTED = "Diterima petugas, segera ditindaklanjuti."
BEGUN = "Mulai dikerjakan di lokasi."
# What others did since an officer looked, and what may change the officer's mind; a further voice does not.
MATTERS: frozenset[EventKind] = frozenset(
    {"state", "routed", "paused", "resumed", "placed", "recategorised", "restored", "parted"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What an officer wants; `version` is that of the report they saw, `action` the id of the wish, `by` its owner."""

    deed: str
    by: str = ""
    note: str = ""
    unit: str = ""
    version: int | None = None
    action: str | None = None
    photos: Sequence[bytes] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of it; `version` is that of the report right behind it, also when it was sent again."""

    version: int
    state: Literal["done", "again"]
    remarks: tuple[str, ...] = ()


class Changed(BadRequest):
    """The report changed since the officer looked: `events` say how."""

    def __init__(self, report: Report, events: Sequence[Event]) -> None:
        super().__init__(f"{report.number} berubah sejak Anda membukanya: lihat lagi dulu.", status=CONFLICT)
        self.events = events


async def read_sent(request: Request) -> Sent:
    """Read what a form or a telephone sent; raises BadRequest for what is none of ours."""
    message = await read_request(request)
    typed = await read_typed(request, message.body)
    note, photos = await read_photos(message, request)
    version, action = typed["versi"], typed["tindakan"]
    if (version and not (version.isascii() and version.isdigit())) or (action and not _ACTION.fullmatch(action)):
        raise BadRequest("versi dan tindakan harus persis seperti diberikan.", status=422)
    return Sent(
        deed=typed["do"],
        by=typed["oleh"],
        note=note.strip()[: do.LONGEST_TEXT],
        unit=typed["unit"],
        version=int(version[:9]) if version else None,
        action=action or None,
        photos=photos,
    )


def carry_out(store: Store, desk: DeskDoor, who: Staff, number: str, sent: Sent) -> Done:
    """Carry out what was sent; what was carried out before is only told again. Raises Changed, or BadRequest."""
    if sent.by not in {"", who.name}:  # two people, one telephone
        raise BadRequest(f"Ini tindakan {sent.by[:100]}: masuk dengan nama itu.", status=401)
    for left in reversed(range(TRIES)):
        report = _find(store, number)
        events = store.events.of_report(report.number)
        if done := find_done(events, sent.action):
            return done
        if not desk.may_see(who, report):
            raise BadRequest(f"{report.number} bukan tugas unit Anda.", status=403)
        _refuse_changed(report, events, who, sent.version)
        try:
            return _act(desk, who, report, sent)
        except BadRequest as refused:
            if refused.status != CONFLICT or not left or _find(store, number).version == report.version:
                raise
    raise BadRequest(f"{number} sedang berubah terus: coba lagi sebentar.", status=CONFLICT)


def find_done(events: Sequence[Event], action: str | None) -> Done | None:
    """Say what became of an action that is in the history; None when it is not."""
    made = [event.seq for event in events if action is not None and event.action == action]
    return Done(version=max(made) + 1, state="again") if made else None


def _act(desk: DeskDoor, who: Staff, report: Report, sent: Sent) -> Done:
    if sent.deed == "selesai" and sent.photos:
        closed = desk.close(who, report.number, sent.note, sent.photos, report.version, action=sent.action)
        return Done(version=closed.report.version, state="done", remarks=closed.remarks)
    grown = desk.act(who, report.number, make_command(sent, report), report.version, action=sent.action)
    return Done(version=grown.version, state="done")


def make_command(sent: Sent, report: Report) -> do.Command:
    """Give the desk's command; raises BadRequest (422) when something is missing."""
    if sent.deed in {"tanya", "alih"} and not sent.note:
        raise BadRequest("Tulis dulu pertanyaan atau alasannya.", status=422)
    if sent.deed == "alih" and not sent.unit:
        raise BadRequest("Pilih unit yang menurut Anda berwenang.", status=422)
    match sent.deed:
        case "terima":
            return do.Start(note=sent.note or ACCEPTED)
        case "mulai":
            return do.Remark(text=sent.note or BEGUN) if report.state == "proses" else do.Start(note=sent.note or BEGUN)
        case "tanya":
            return do.Ask(question=sent.note)
        case "lanjut":
            return do.Resume()
        case "alih":
            return do.Reroute(unit=sent.unit[:80], reason=sent.note)
        case "selesai":
            return do.Close(note=sent.note)
    raise BadRequest(f"Tidak ada tindakan {sent.deed[:20]!r}.", status=422)


def _refuse_changed(report: Report, events: Sequence[Event], who: Staff, version: int | None) -> None:
    """Raise Changed when others did something since that version which the officer should know first."""
    since = [event for event in events if version is not None and event.seq >= version]
    others = [event for event in since if event.kind in MATTERS and event.actor != who.name]
    if others:
        raise Changed(report, others)


def _find(store: Store, number: str) -> Report:
    report = store.find_report(number)
    if report is None:
        raise BadRequest(f"Tidak ada laporan {number}.", status=404)
    return report
