"""A message is deleted: what its report forgets, and what stays."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import reduce

from dengar.models import OPEN_STATES, Event, Post, Record, Report, Voice
from dengar.routing.grouping import make_gist
from dengar.routing.joining import ACTOR, make_title, make_voice
from dengar.routing.states import fold, fold_all

NOBODY_LEFT = "Semua pesannya dihapus oleh pengirim atau sumbernya."


class Erasure(Record, frozen=True, kw_only=True):
    """A report without some of its voices: `blanked` replace events that are stored, `added` follow them."""

    report: Report
    blanked: tuple[Event, ...]
    added: tuple[Event, ...]


def erase_voices(events: Sequence[Event], gone: Collection[str], left: Sequence[Post], at: datetime) -> Erasure:
    """Take posts (by id) out of a report's whole history; `left` are the posts that stay, oldest first.

    The problem stays reported, at its place and with its tracking numbers, unless nobody is left who said it.
    """
    blanked = [_blank(event) if event.voice and event.voice.post_id in gone else event for event in events]
    changed = [after for before, after in zip(events, blanked, strict=True) if before is not after]
    voices = sum(event.kind in {"received", "voice"} for event in changed)
    before = fold_all(blanked)
    added = tuple(_follow(before, voices, left, at))
    return Erasure(report=reduce(fold, added, before), blanked=tuple(changed), added=added)


def speak_anew(report: Report, shown: Sequence[Post], at: datetime) -> tuple[Report, Event] | None:
    """Give the report the title of a message that is shown, oldest first; None when it has one already."""
    titles = [make_title(post.text) for post in shown]
    if report.title in (titles or [""]):
        return None
    speaker = shown[0] if shown else None
    event = Event(
        report=report.number,
        seq=report.version,
        kind="edited",
        at=at,
        actor=ACTOR,
        title=titles[0] if speaker else "",
        gist=make_gist(speaker) if speaker else (),
        voice=make_voice(speaker) if speaker else None,
    )
    return fold(report, event), event


def _follow(report: Report, gone: int, left: Sequence[Post], at: datetime) -> Iterator[Event]:
    told = Event(
        report=report.number, seq=0, kind="erased", at=at, actor=ACTOR, title=report.title, gist=report.gist
    )  # fmt: skip
    if not report.title and left:  # the message that opened it is gone: the next one speaks for it
        told = told.replace(title=make_title(left[0].text), gist=make_gist(left[0]), voice=make_voice(left[0]))
    for seq in range(report.version, report.version + gone):
        yield told.replace(seq=seq)
    if not left and gone and report.state in OPEN_STATES:
        seq = report.version + gone
        yield Event(
            report=report.number, seq=seq, kind="state", at=at, actor=ACTOR, state="ditolak", reason=NOBODY_LEFT
        )  # fmt: skip


def _blank(event: Event) -> Event:
    """Keep when and through which channel it was said, and the tracking number; forget who and what."""
    voice = event.voice
    if voice is None:
        return event
    silent = Voice(post_id="", author="", channel=voice.channel, said_at=voice.said_at, number=voice.number, weight=0.0)
    place = event.place and event.place.replace(reason="")
    return event.replace(voice=silent, title="", gist=(), place=place)
