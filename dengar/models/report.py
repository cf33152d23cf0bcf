"""Report: one problem, with everyone who said it; Event: what happened to it."""

from datetime import datetime
from typing import Literal

from dengar.models.labels import Urgency
from dengar.models.place import Place
from dengar.models.record import Record

State = Literal["menunggu", "koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat", "dibuka_lagi"]
EventKind = Literal[
    "received",
    "voice",
    "routed",
    "review",
    "settled",
    "state",
    "note",
    "placed",
    "edited",
    "erased",
    "recategorised",
    "merged",
    "parted",
    "restored",
    "paused",
    "resumed",
    "escalated",
    "rated",
    "handed_over",
    "verified",
    "hidden",
    "shown",
]
DoubtKind = Literal[
    "category",
    "place",
    "unit",
    "outside",
    "no_complaint",
    "duplicate",
    "proof",
    "spam",
    "personal_data",
    "safety",
    "other",
]
Jurisdiction = Literal["kelurahan", "dinas", "police", "utility", "national", "outside", "not_actionable"]

OPEN_STATES: tuple[State, ...] = ("menunggu", "koordinasi", "disposisi", "proses", "dibuka_lagi")
# Not everybody may read these before a person has: what may hurt somebody is not shown in the meantime.
HELD_BACK: frozenset[DoubtKind] = frozenset({"spam", "personal_data", "safety"})
# What is doubted of people (their words, their proofs) is told to staff alone.
FOR_STAFF: frozenset[DoubtKind] = HELD_BACK | {"proof"}


class Doubt(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Why a person must look, in Indonesian; `related` is the other report when this one may be the same problem."""

    kind: DoubtKind
    reason: str
    related: str | None = None


class Escalation(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who is told, and when, that nothing happened: no `answer` or no `solution` until then."""

    at: datetime
    unit: str
    awaits: Literal["answer", "solution"]


class Routing(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who must act, by when, and why; `unit` is None when a person must decide, with the `doubt`.

    `beside` are further units that are told, `neighbours` those that it may belong to instead, because the place is
    near their border. `version` is that of the rules, `priority` theirs as well (0 ordinary, 3 before all else).
    `respond` and `resolve` say how the deadlines were counted ("5 working days"). The `escalations` stand in the order
    of their times.
    """

    unit: str | None = None
    beside: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    jurisdiction: Jurisdiction | None = None
    rule: str = ""
    version: int = 0
    reason: str = ""
    doubt: Doubt | None = None
    priority: int = 0
    respond: str = ""
    resolve: str = ""
    respond_by: datetime | None = None
    resolve_by: datetime | None = None
    escalations: tuple[Escalation, ...] = ()


class Voice(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One post that said the problem: its author's pseudonym, channel, and the tracking number they were told.

    `prints` are the perceptual hashes of its photos, `weight` is what it counts beside a post in own words.
    """

    post_id: str
    author: str
    channel: str
    said_at: datetime
    number: str | None = None
    photos: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    weight: float = 1.0


class Sighting(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A point at which a problem was seen (WGS84 degrees), what is there, how many voices said so, the last of them.

    `is_measured` points come from a geotag, the others stand for a street or a landmark.
    """

    lat: float
    lon: float
    label: str = ""
    voices: int = 1
    last_at: datetime
    is_measured: bool = False


class Tally(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All that a report knows of its voices; a merge and its undoing replace it as a whole."""

    voices: int
    weight: float
    authors: tuple[str, ...]
    channels: tuple[str, ...]
    photos: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    points: tuple[Sighting, ...] = ()
    names: tuple[str, ...] = ()
    created_at: datetime
    last_voice_at: datetime


class Pause(Record, frozen=True, kw_only=True):
    """The clock stands still since then, until the reporter answers the `question` or the time is over."""

    since: datetime
    until: datetime
    question: str


class Event(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a report's append-only history; `seq` counts from 0 within the report.

    `actor` is "dengar" or the name of a person, `office` the unit for which they acted. `kind` says which fields are
    set:

    - received (everything about the problem, and its first voice), voice (`place`: a further point, `gist`: its names)
    - routed (routing; `reason` when a person chose it)
    - review (doubt, reason, related: why a person must look), settled (the kinds of doubts that a person settled;
      `related`: only the doubt about that report)
    - state (to which the report moves; reason, photos as proof; related: the report of which it is a duplicate;
      routing: new deadlines of one that is opened again, or that was paused), note (reason)
    - placed (the place became known), recategorised (category, confidence, and urgency when that was corrected too)
    - edited (its author changed the first message: title and gist), erased (a voice was deleted: who it was and what
      it said is blanked in the events before; title and gist are those of a message that is left). `voice` of both is
      the message from which title and gist are, so that they go when it goes
    - merged (`related` joined this one: tally), parted (`related` left it, with `posts`: tally), restored (a duplicate
      stands for itself again: state)
    - paused (pause), resumed (routing with the new deadlines), escalated (`level` escalations are behind it)
    - rated (rating 1..5, reason), handed_over (related: the number there, reason: to whom), hidden, shown (reason)
    - verified (`posts` of RT/RW leaders that the kelurahan's secretary found true)

    `action` is the id that a telephone gave to a command, so that a command that it sends again is carried out once.
    """

    report: str
    seq: int
    kind: EventKind
    at: datetime
    actor: str
    office: str | None = None
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
    doubt: DoubtKind | None = None
    settled: tuple[DoubtKind, ...] = ()
    related: str | None = None
    tally: Tally | None = None
    posts: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    pause: Pause | None = None
    level: int = 0
    rating: int | None = None
    action: str | None = None

    @property
    def id(self) -> str:
        """`number:seq`, unique, so that no event is ever written twice."""
        return f"{self.report}:{self.seq}"


class Report(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One problem: a fold of its events.

    `kel` is the kelurahan's code or "_" (the queue's index needs a value). `voices` counts posts, `weight` adds up what
    each counts; `authors`, `numbers` (tracking numbers that lead here), `photos` and `points` (beside
    its place) list the first 500 of each. `created_at` and `last_voice_at` are when the first and the last post said
    it. `version` is the number of events folded in. `gist` are the telling words of the first post, `names`
    what all posts call the place, `prints` the perceptual hashes of photos (hex), and `traits` what a post about the
    same problem must share with it.

    `rank` orders every queue, the largest first: the rules' `priority` before the urgency.

    `routed_at`, `answered_at` (first action) and `closed_at` are the clocks of the unit that has it now; `escalated`
    counts the escalations behind it; `due_at` is when the clock must look next. A duplicate names what it is a
    `duplicate_of`; `merged` are its own duplicates. `proof` are the photos it was closed with. `handled_by` is the
    person who moved it last, other than by opening it again.
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
    priority: int = 0
    rank: int = 0
    needs_review: tuple[Doubt, ...] = ()
    is_hidden: bool = False
    created_at: datetime
    last_voice_at: datetime
    updated_at: datetime
    received_at: datetime
    routed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    escalated: int = 0
    reopened: int = 0
    pause: Pause | None = None
    rating: int | None = None
    proof: tuple[str, ...] = ()
    duplicate_of: str | None = None
    merged: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = ()
    handled_by: str | None = None
    version: int
    voices: int
    weight: float = 1.0
    authors: tuple[str, ...]
    channels: tuple[str, ...]
    numbers: tuple[str, ...]
    photos: tuple[str, ...] = ()
    points: tuple[Sighting, ...] = ()
    gist: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
