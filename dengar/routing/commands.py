"""What people may do with a report: each command is one record, as it comes as JSON with its name in `do`.

The fields hold what a person says; `routing.acting` turns a command into events.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

from dengar.models import Doubt, DoubtKind, Urgency

LONGEST_TEXT = 2000
Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]
Note: TypeAlias = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
Code: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """The root of the commands."""


class Start(Command, frozen=True):
    """The unit begins to work: proses."""

    note: Note = ""


class Coordinate(Command, frozen=True):
    """Several units must act together: koordinasi; the first unit stays responsible."""

    units: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=10)]
    note: Note = ""


class Dispatch(Command, frozen=True):
    """A dinas gives it to its branch or another unit below: disposisi."""

    unit: Code
    note: Note = ""


class Reroute(Command, frozen=True):
    """It belongs to another unit: re-disposition, with the reason."""

    unit: Code
    reason: Text


class Close(Command, frozen=True):
    """It is done: selesai, with a note, or with photos, which come beside the command."""

    note: Note = ""


class Reject(Command, frozen=True):
    """Nobody of the city will act: ditolak, with the reason that the reporter is told; `kind` is what it is instead."""

    reason: Text
    kind: Literal["no_complaint", "spam", "other"] = "other"


class Reopen(Command, frozen=True):
    """It is not done after all: dibuka_lagi."""

    reason: Text


class Ask(Command, frozen=True):
    """The clock stands still until the reporter answers this question."""

    question: Text


class Resume(Command, frozen=True):
    """The reporter has answered, or nobody waits for it any more."""


class Remark(Command, frozen=True):
    """A note for colleagues."""

    text: Text


class Settle(Command, frozen=True):
    """What was unsure is right as it is; `related` names the one suggested duplicate that is none."""

    kinds: Annotated[tuple[DoubtKind, ...], msgspec.Meta(min_length=1)]
    related: Code | None = None


class Review(Command, frozen=True):
    """A person must look at it after all: these doubts stand, again or for the first time."""

    doubts: Annotated[tuple[Doubt, ...], msgspec.Meta(min_length=1, max_length=20)]


class Categorise(Command, frozen=True):
    """It is about something else, or more or less urgent."""

    category: Code
    urgency: Urgency | None = None


class Locate(Command, frozen=True):
    """It is somewhere else: at a point (WGS84 degrees), or in an area that is known by its code."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    area: Code | None = None


class Merge(Command, frozen=True):
    """It is the same problem as the report `into`, which goes on with all voices."""

    into: Code


class Unmerge(Command, frozen=True):
    """It was no duplicate: it stands for itself again."""


class Split(Command, frozen=True):
    """These posts (ids) say another problem: they become a report of their own."""

    posts: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=1000)]


class Rate(Command, frozen=True):
    """The reporter says how well it was done, 1 to 5."""

    stars: Annotated[int, msgspec.Meta(ge=1, le=5)]
    text: Note = ""


class Answer(Command, frozen=True):
    """The reporter answers what they were asked: the clock goes on."""

    text: Text


class Verify(Command, frozen=True):
    """The kelurahan's secretary found these posts of RT/RW leaders true."""

    posts: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=100)]


class Hide(Command, frozen=True):
    """Show it to staff only."""

    reason: Text


class Show(Command, frozen=True):
    """Show it to everybody."""


AnyCommand: TypeAlias = (
    Start
    | Coordinate
    | Dispatch
    | Reroute
    | Close
    | Reject
    | Reopen
    | Ask
    | Resume
    | Remark
    | Settle
    | Review
    | Categorise
    | Locate
    | Merge
    | Unmerge
    | Split
    | Rate
    | Verify
    | Hide
    | Show
)
