"""Two reports that are one problem, one report that is two, and both undone.

Posts stay with the report that they joined; the report that goes on counts the voices of its duplicates in its tally.
Only a split moves posts, so that an answer to one of them finds the new report.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, Event, Post, Record, Report, Tally
from dengar.routing.doubts import find_hazards
from dengar.routing.gist import make_gist
from dengar.routing.joining import ACTOR, make_title, make_voice
from dengar.routing.states import fold, fold_all, grow
from dengar.routing.tallying import join_tallies, tally_of

HIDDEN_BEFORE = "Laporan asalnya ditahan."


class Family(Record, frozen=True, kw_only=True):
    """What a merge, a split or their undoing makes of reports: all that changed, with their new events."""

    reports: tuple[Report, ...]
    events: tuple[Event, ...]


def merge(loser: Report, winner: Report, told: Event) -> Family:
    """Let one report go on with the voices of both; `told` says who decided it, and when."""
    if loser.number == winner.number:
        raise BadRequest("Laporan tidak bisa digabung dengan dirinya sendiri.")
    for one in (loser, winner):
        if one.state == "duplikat":
            raise BadRequest(f"{one.number} sudah menjadi duplikat dari {one.duplicate_of}.", status=409)
    if winner.state not in OPEN_STATES:
        raise BadRequest(f"{winner.number} sudah ditutup: buka lagi dulu.", status=409)
    closed, first = grow(loser, told.replace(kind="state", state="duplikat", related=winner.number))
    tally = join_tallies(tally_of(winner), tally_of(loser))
    grown, second = grow(winner, told.replace(kind="merged", related=loser.number, tally=tally))
    rest, third = grow(grown, *_settle_suggestions(grown, loser.number, told))
    return Family(reports=(closed, rest), events=(*first, *second, *third))


def unmerge(
    loser: Report,
    winner: Report,
    told: Event,
    *,
    loser_history: Sequence[Event],
    winner_history: Sequence[Event],
    siblings: Iterable[Report],
) -> Family:
    """Undo a merge; `siblings` are the other duplicates of the winner."""
    before = _before(loser_history)
    doubts = (
        told.replace(kind="review", doubt=one.kind, reason=one.reason, related=one.related, actor=ACTOR)
        for one in before.needs_review
        if one.related != winner.number
    )
    restored, first = grow(loser, told.replace(kind="restored", state=before.state), *doubts)
    tally = add_up(winner_history, siblings)
    parted, second = grow(winner, told.replace(kind="parted", related=loser.number, tally=tally))
    return Family(reports=(restored, parted), events=(*first, *second))


def split(
    report: Report,
    posts: Sequence[Post],
    told: Event,
    *,
    number: str,
    history: Sequence[Event],
    duplicates: Iterable[Report],
    stay: Sequence[Post] = (),
) -> Family:
    """Make a report of its own from some posts, the oldest first; it keeps place, category and unit for now.

    `stay` are the posts that stay: when the one that spoke for the report leaves, another one of them does.
    """
    if report.state not in OPEN_STATES:
        raise BadRequest(f"{report.number} sudah ditutup: buka lagi dulu.", status=409)
    moved = {post.id for post in posts}
    if not _voices(history) - moved:
        raise BadRequest("Paling sedikit satu pesan harus tinggal di laporan ini.")
    opened, first = _open(report, posts, told.replace(report=number))
    tally = add_up(history, duplicates, without=moved)
    parted, second = grow(
        report, told.replace(kind="parted", related=number, posts=tuple(sorted(moved)), tally=tally)
    )  # fmt: skip
    rest, third = grow(parted, *_speak_anew(report, moved, stay, told))
    return Family(reports=(opened, rest), events=(*first, *second, *third))


def add_up(history: Sequence[Event], duplicates: Iterable[Report], without: Collection[str] = ()) -> Tally:
    """Count a report's voices from its history and its duplicates, without posts that left it or leave it now."""
    left = {post for event in history for post in event.posts if event.kind == "parted"} | set(without)
    mine = [event for event in history if event.voice and event.kind in {"received", "voice"}]
    told = [event for event in mine if event.voice and event.voice.post_id and event.voice.post_id not in left]
    others = [tally_of(one) for one in duplicates]
    if not told:
        return reduce(join_tallies, others) if others else _nobody(mine[0])
    opening = told[0].replace(kind="received", seq=0, urgency="routine", place=mine[0].place)
    alone = fold_all([opening, *(event.replace(seq=seq) for seq, event in enumerate(told[1:], start=1))])
    return reduce(join_tallies, others, tally_of(alone))


def _nobody(first: Event) -> Tally:
    return Tally(voices=0, weight=0, authors=(), channels=(), created_at=first.at, last_voice_at=first.at)


def _voices(history: Sequence[Event]) -> set[str]:
    left = {post for event in history if event.kind == "parted" for post in event.posts}
    return {event.voice.post_id for event in history if event.voice and event.voice.post_id} - left


def _open(report: Report, posts: Sequence[Post], told: Event) -> tuple[Report, list[Event]]:
    first, *others = posts
    received = told.replace(
        seq=0,
        kind="received",
        category=report.category,
        title=make_title(first.text),
        urgency=report.urgency,
        confidence=report.confidence,
        place=first.place or report.place,
        voice=make_voice(first).replace(number=None),  # the number they were told still leads to the old report
        gist=make_gist(first),
        related=report.number,
    )
    voices = [told.replace(kind="voice", voice=make_voice(post).replace(number=None)) for post in others]
    ahead = report.routing.escalations[report.escalated :]  # who was told already is not told again
    routed = told.replace(kind="routed", routing=report.routing.replace(escalations=ahead))
    opened, events = grow(fold(None, received), *voices, routed, *_hold_back(report, posts, told))
    return opened, [received, *events]


def _speak_anew(report: Report, moved: Collection[str], stay: Sequence[Post], told: Event) -> list[Event]:
    """Let a message that stays speak for the report when it has the title of one that left."""
    harmless = [post for post in stay if post.id not in moved and not any(find_hazards(post))]
    if not harmless or report.title in {make_title(post.text) for post in stay if post.id not in moved}:
        return []
    speaker = harmless[0]
    return [
        told.replace(kind="edited", title=make_title(speaker.text), gist=make_gist(speaker), voice=make_voice(speaker))
    ]


def _hold_back(report: Report, posts: Sequence[Post], told: Event) -> list[Event]:
    """Hide what is split off when a person must look at its messages first, or had hidden the whole."""
    hazards = {one.kind: one for post in posts for one in find_hazards(post)}
    doubts = [told.replace(kind="review", doubt=one.kind, reason=one.reason, actor=ACTOR) for one in hazards.values()]
    return doubts or ([told.replace(kind="hidden", reason=HIDDEN_BEFORE)] if report.is_hidden else [])


def _settle_suggestions(report: Report, other: str, told: Event) -> list[Event]:
    """Forget the question whether they are the same: it is answered."""
    asked = any(one.kind == "duplicate" and one.related == other for one in report.needs_review)
    return [told.replace(kind="settled", settled=("duplicate",), related=other)] if asked else []


def _before(history: Sequence[Event]) -> Report:
    """Give the report before the last time that it became a duplicate."""
    last = max(seq for seq, event in enumerate(history) if event.kind == "state" and event.state == "duplikat")
    return fold_all(history[:last])
