"""A message is deleted: what its report forgets, and what stays."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from dengar.models import OPEN_STATES, Event, EventKind, Post, Record, Report, Tally, Voice
from dengar.routing.doubts import find_hazards
from dengar.routing.gist import make_gist
from dengar.routing.joining import ACTOR, make_title, make_voice
from dengar.routing.merging import add_up
from dengar.routing.states import fold, fold_all, grow

SPOKEN: frozenset[EventKind] = frozenset({"received", "voice"})
NOBODY_LEFT = "Semua pesannya dihapus oleh pengirim atau sumbernya."


class Erasure(Record, frozen=True, kw_only=True):
    """A report without some of its voices: `blanked` replace events that are stored, `added` follow them."""

    report: Report
    blanked: tuple[Event, ...]
    added: tuple[Event, ...]


def erase_voices(
    events: Sequence[Event], gone: Collection[Post], left: Sequence[Post], duplicates: Collection[Report], at: datetime
) -> Erasure:
    """Take posts out of a report's whole history; `left` are the posts that stay with it, oldest first.

    Some of the `gone` may belong to its `duplicates`, or have left it by a split: their traces go all the same. The
    problem stays reported, at its place and with its tracking numbers, unless nobody is left who said it.
    """
    blanked = [_blank(event, gone) for event in events]
    changed = [after for before, after in zip(events, blanked, strict=True) if before != after]
    before = fold_all(blanked)
    lost = {post.id for post in gone if post.report == before.number}
    voices = sum(event.voice is not None and event.voice.post_id in lost and event.kind in SPOKEN for event in events)
    report, added = grow(before, *_follow(before, voices, left, at))
    rest = list(_settle(report, blanked, duplicates, left, at, was_touched=bool(voices)))
    report, more = grow(report, *rest)
    return Erasure(report=report, blanked=tuple(changed), added=(*added, *more))


def speak_anew(report: Report, shown: Sequence[Post], at: datetime) -> tuple[Report, Event] | None:
    """Give the report the title of a message that is shown, oldest first; None when it has one already."""
    titles = [make_title(post.text) for post in shown]
    if report.title and report.title in titles:
        return None
    speaker = _find_speaker(shown)
    title = make_title(speaker.text) if speaker else ""
    if title == report.title:
        return None
    event = Event(
        report=report.number,
        seq=report.version,
        kind="edited",
        at=at,
        actor=ACTOR,
        title=title,
        gist=make_gist(speaker) if speaker else (),
        voice=make_voice(speaker) if speaker else None,
    )
    return fold(report, event), event


def _find_speaker(posts: Sequence[Post]) -> Post | None:
    """Give the first message that may stand as a title: nobody has looked at those that may hurt somebody."""
    return next((post for post in posts if not any(find_hazards(post))), None)


def _follow(report: Report, gone: int, left: Sequence[Post], at: datetime) -> Iterator[Event]:
    told = _tell(report, at).replace(kind="erased", title=report.title, gist=report.gist)
    speaker = None if report.title else _find_speaker(left)
    if speaker is not None:  # the message that opened it is gone: the next one speaks for it
        told = told.replace(title=make_title(speaker.text), gist=make_gist(speaker), voice=make_voice(speaker))
    for _ in range(gone):
        yield told


def _settle(
    report: Report,
    history: Sequence[Event],
    duplicates: Collection[Report],
    left: Sequence[Post],
    at: datetime,
    *,
    was_touched: bool,
) -> Iterator[Event]:
    """Count anew what merges and splits added up, and close what nobody says any more."""
    told = _tell(report, at)
    if any(event.tally for event in history):
        yield told.replace(kind="parted", tally=add_up(history, duplicates))
    if was_touched and not left and not duplicates and report.state in OPEN_STATES:
        yield told.replace(kind="state", state="ditolak", reason=NOBODY_LEFT)


def _tell(report: Report, at: datetime) -> Event:
    return Event(report=report.number, seq=0, kind="note", at=at, actor=ACTOR)


def _blank(event: Event, gone: Collection[Post]) -> Event:
    """Keep when and through which channel it was said, and the tracking number; forget who and what."""
    ids = {post.id for post in gone}
    if event.voice and event.voice.post_id in ids:
        place = event.place.replace(reason="") if event.place and event.kind == "received" else None
        event = event.replace(voice=_silence(event.voice), title="", gist=(), place=place)
    if event.tally:
        event = event.replace(tally=_forget(event.tally, gone))
    return event.replace(posts=tuple(one for one in event.posts if one not in ids)) if event.posts else event


def _silence(voice: Voice) -> Voice:
    return Voice(post_id="", author="", channel=voice.channel, said_at=voice.said_at, number=voice.number, weight=0.0)


def _forget(tally: Tally, gone: Collection[Post]) -> Tally:
    authors = {post.author for post in gone}
    photos = {photo.id for post in gone for photo in post.media}
    prints = {photo.print for post in gone for photo in post.media}
    return tally.replace(
        authors=tuple(one for one in tally.authors if one not in authors),
        photos=tuple(one for one in tally.photos if one not in photos),
        prints=tuple(one for one in tally.prints if one not in prints),
    )
