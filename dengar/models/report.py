"""Report: one problem, with everyone who said it; Event: what happened to it."""

from datetime import datetime
from typing import Literal

from dengar.models.labels import Urgency
from dengar.models.place import Place
from dengar.models.record import Record

State = Literal["menunggu", "koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat", "dibuka_lagi"]
EventKind = Literal[
    "received", "voice", "routed", "review", "state", "note", "placed", "edited", "erased", "recategorised"
]

OPEN_STATES: tuple[State, ...] = ("menunggu", "koordinasi", "disposisi", "proses", "dibuka_lagi")


class Routing(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who must act, by when, and why; `unit` is None when a person must decide, with the reason in `review`."""

    unit: str | None = None
    rule: str = ""
    reason: str = ""
    review: str | None = None
    respond_by: datetime | None = None
    resolve_by: datetime | None = None


class Voice(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One post that said the problem: its author's pseudonym, channel, and the tracking number they were told."""

    post_id: str
    author: str
    channel: str
    said_at: datetime
    number: str | None = None
    photos: tuple[str, ...] = ()


class Event(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a report's append-only history; `seq` counts from 0 within the report.

    `kind` says which fields are set: received (everything about the problem, and its first voice), voice, routed
    (routing), review (why a person must look), state (to which the report moves), note, placed (the place became
    known), edited (its author changed the first message: title and gist), erased (a voice was deleted: who it was and
    what it said is blanked in the events before; title and gist are those of a message that is left), recategorised
    (another model has another category for the first message). `voice` of edited and erased is the message from which
    title and gist are, so that they go when it goes.
    """

    report: str
    seq: int
    kind: EventKind
    at: datetime
    actor: str
    category: str | None = None
    title: str = ""
    urgency: Urgency | None = None
    confidence: float | None = None
    place: Place | None = None
    voice: Voice | None = None
    gist: tuple[str, ...] = ()
    routing: Routing | None = None
    state: State | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """`number:seq`, unique, so that no event is ever written twice."""
        return f"{self.report}:{self.seq}"


class Report(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One problem: a fold of its events.

    `kel` is the kelurahan's code or "_" (the queue's index needs a value). `voices` counts posts; `authors`, `numbers`
    (tracking numbers that lead here) and `photos` list the first 500 of each. `created_at` and `last_voice_at` are when
    the first and the last post said it. `version` is the number of events folded in. `gist` are the telling words of
    the first post, by which later posts about the same problem are recognised.
    """

    number: str
    category: str | None
    title: str
    urgency: Urgency
    confidence: float
    place: Place | None
    kel: str
    unit: str | None
    state: State
    routing: Routing
    needs_review: tuple[str, ...] = ()
    created_at: datetime
    last_voice_at: datetime
    updated_at: datetime
    version: int
    voices: int
    authors: tuple[str, ...]
    channels: tuple[str, ...]
    numbers: tuple[str, ...]
    photos: tuple[str, ...] = ()
    gist: tuple[str, ...] = ()
