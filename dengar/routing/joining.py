"""Posts become voices of known problems, or open reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from dengar.models import OPEN_STATES, Doubt, DoubtKind, Event, EventKind, Place, Post, Record, Report, Routing, Voice
from dengar.routing.doubts import find_doubts, find_hazards
from dengar.routing.floods import is_flood
from dengar.routing.gist import make_gist, places_of, read_gist
from dengar.routing.grouping import Match, OpenReports
from dengar.routing.likeness import JOIN, JOIN_UNSURE, SAID_SAME, SUGGEST
from dengar.routing.rules import Router
from dengar.routing.states import ROUTING_DOUBTS, fold
from dengar.routing.traits import NOWHERE, point_of

ACTOR = "dengar"
TITLE_LETTERS = 90
REPOST_WEIGHT = 0.25
# People talk there to everybody, so an unsure text is left alone. Collectors of such channels flag their posts; rows of
# files may name one of the known channels.
BROADCAST = "broadcast"
BROADCAST_CHANNELS = {"x", "facebook", "feed"}
MACHINES = {"auto_reply", "bulk"}
DIALOGUE = "dialogue"  # the flag of messages from channels where people talk with us alone
SOURCE_ENDED = "Sumbernya menyatakan masalah ini sudah selesai."
SOURCE_REOPENED = "Sumbernya menampilkan masalah ini lagi."


class News(Record, frozen=True, kw_only=True):
    """What the author of a post may be told of its report."""

    kind: Literal["received", "placed"]
    report: str
    post: Post


class Joiner:
    """The reports as they grow while a batch of posts is joined to them.

    `known` are those of its posts that were judged before, by id; `referenced` the stored posts that it repeats or
    answers, by reference; `latest` the last reported posts of people who talk with us in a dialogue, by author.
    `touched`, `events` and `news` (what the authors of posts may be told) are what came of it.
    """

    def __init__(
        self,
        router: Router,
        reports: OpenReports,
        take_number: Callable[[datetime], str],
        *,
        known: Mapping[str, Post],
        referenced: Mapping[str, Post],
        latest: Mapping[str, Post] | None = None,
    ) -> None:
        self._router = router
        self._open = reports
        self._posts = dict(known)
        self._referenced = dict(referenced)
        self._latest = dict(latest or {})
        self._take_number = take_number
        self.touched: dict[str, Report] = {}
        self.events: list[Event] = []
        self.news: list[News] = []

    def join(self, post: Post, category: str | None) -> Post:
        """Give the post with the number of its report, if it has one; a post judged before keeps its report."""
        number = self._report_before(post) or self._join_thread(post)
        if number is None and may_join(post):
            named = self._open.weigh(post, category, post.same_as) if post.same_as else None
            matches = self._open.find_like(post, category)
            number = self._join_named(post, named) or self._join_same(post, matches)
            if number is None and is_reportable(post):
                number = self._open_report(post, category, make_suggestion(matches, named))
        joined = post.replace(report=number)
        self._posts[post.id] = self._referenced[reference(post.item_id)] = joined
        if number and DIALOGUE in post.flags:
            self._latest[post.author] = joined
        return joined

    def follow(self, number: str) -> str:
        """Give the number of the report in which this one goes on."""
        report = self._open.follow(number)
        return report.number if report else number

    def end(self, number: str, at: datetime) -> None:
        """Close a report whose sources all say that the matter is over."""
        report = self._open.find(number)
        if report is not None and report.state in OPEN_STATES:
            self._grow(report, at, "state", state="selesai", reason=SOURCE_ENDED)

    def _report_before(self, post: Post) -> str | None:
        before = self._posts.get(post.id)
        if before is None or before.report is None:
            return None
        report = self._open.find(before.report)
        if report is not None and before.ended_at and report.state == "selesai":
            routing = self._router.renew(report, post.observed_at)
            report = self._grow(
                report, post.observed_at, "state", state="dibuka_lagi", reason=SOURCE_REOPENED, routing=routing
            )
            if report.unit is None:
                self._grow(report, post.observed_at, "review", doubt="unit", reason=SOURCE_REOPENED)
        if report is not None and before.text != post.text and report.title == make_title(before.text):
            edited = self._grow(
                report, post.observed_at, "edited", title=make_title(post.text), gist=make_gist(post),
                voice=make_voice(post),
            )  # fmt: skip
            known = {one.kind for one in find_hazards(before)}
            for doubt in (one for one in find_hazards(post) if one.kind not in known):
                known.add(doubt.kind)
                edited = self._grow(edited, post.observed_at, "review", doubt=doubt.kind, reason=doubt.reason)
        return before.report

    def _join_thread(self, post: Post) -> str | None:
        report = self._find_thread(post) or self._find_dialogue(post)
        return self._add_voice(report, post) if report else None

    def _join_named(self, post: Post, named: Match | None) -> str | None:
        """Join the report that the author named, when what they wrote does not speak against it."""
        report = find_joined([named], JOIN - SAID_SAME) if named else None
        return self._add_voice(report, post) if report else None

    def _join_same(self, post: Post, matches: Sequence[Match]) -> str | None:
        """Join the likeliest report, except one that the author saw and says is another problem."""
        left = [one for one in matches if one.report.number not in post.other_than]
        report = find_joined(left, JOIN if is_reportable(post) else JOIN_UNSURE)
        return self._add_voice(report, post) if report else None

    def _add_voice(self, report: Report, post: Post) -> str:
        is_new_author = post.author not in report.authors
        grown = self._grow(
            report, post.observed_at, "voice", voice=make_voice(post), gist=places_of(make_gist(post)),
            place=find_spot(post, report),
        )  # fmt: skip
        if is_new_author:
            self.news.append(News(kind="received", report=report.number, post=post))
            return report.number
        if grown.pause is not None:
            routing = self._router.resume(grown, post.observed_at)
            grown = self._grow(grown, post.observed_at, "resumed", routing=routing)
        if _completes(report, post):  # the clocks of the unit that it goes to then begin now
            self._place(grown, post)
        return report.number

    def _place(self, report: Report, post: Post) -> Report:
        """Note the place that its author has told now, and choose the unit again."""
        placed = self._grow(report, post.observed_at, "placed", place=post.place)
        told = post.replace(text=report.title)
        routing = self._router.route(told, report.category, post.observed_at)
        routing = routing.replace(priority=max(routing.priority, report.priority))  # a title does not tell all
        self.news.append(News(kind="placed", report=report.number, post=post))
        return self._route(placed, routing, routing_doubts(routing, told, report.category), post.observed_at)

    def _find_dialogue(self, post: Post) -> Report | None:
        """Find the report that the author of a dialogue has just begun and now tells more about: a place, a photo.

        What may be a complaint of its own, as a mere address may seem to be, adds only the place that was asked for.
        """
        earlier = self._latest.get(post.author)
        if earlier is None or not earlier.report or DIALOGUE not in post.flags:
            return None
        report = self._open.follow(earlier.report)
        if report is None or report.state not in OPEN_STATES:
            return None
        if post.labels is None or not post.labels.is_complaint:
            return report if post.place or post.media else None
        return report if post.labels.abstained and post.place and report.place is None else None

    def _find_thread(self, post: Post) -> Report | None:
        """Find the report of the post that this one repeats or answers.

        A repetition is a voice; an answer is one when its author goes on, or when it is a complaint of its own.
        """
        for related in references(post):
            other = self._referenced.get(related)
            if other is None or not other.report:
                continue
            if post.repost_of or post.author == other.author or is_reportable(post):
                report = self._open.follow(other.report)
                is_news = is_reportable(post) and not post.repost_of  # a complaint about what is closed must be seen
                return None if report and is_news and report.state not in OPEN_STATES else report
        return None

    def _open_report(self, post: Post, category: str | None, suggestion: Mapping[str, str] | None) -> str:
        routing = self._router.route(post, category, post.observed_at)
        event = Event(
            report=post.number or self._take_number(post.observed_at),
            seq=0,
            kind="received",
            at=post.observed_at,
            actor=ACTOR,
            category=category,
            title=make_title(post.text),
            urgency=post.labels.urgency if post.labels else "routine",
            confidence=post.labels.confidence if post.labels else 0.0,
            place=post.place,
            voice=make_voice(post),
            gist=make_gist(post),
        )
        report = self._keep(fold(None, event), event)
        report = self._route(report, routing, find_doubts(post, category), post.observed_at)
        if suggestion:
            self._grow(report, post.observed_at, "review", doubt="duplicate", **suggestion)
        self.news.append(News(kind="received", report=report.number, post=post))
        return report.number

    def _route(self, report: Report, routing: Routing, doubts: Iterable[Doubt], at: datetime) -> Report:
        """Note who must act, and why a person must look: each kind of doubt once, that of the routing before others."""
        report = self._grow(report, at, "routed", routing=routing)
        for doubt in join_doubts(routing, doubts):
            report = self._grow(report, at, "review", doubt=doubt.kind, reason=doubt.reason)
        return report

    def _grow(self, report: Report, at: datetime, kind: EventKind, **what: object) -> Report:
        event = Event(report=report.number, seq=report.version, kind=kind, at=at, actor=ACTOR).replace(**what)
        return self._keep(fold(report, event), event)

    def _keep(self, report: Report, event: Event) -> Report:
        self.events.append(event)
        self.touched[report.number] = report
        self._open.put(report)
        return report


def routing_doubts(routing: Routing, post: Post, category: str | None) -> tuple[Doubt, ...]:
    """Give what makes a routing doubtful, without what may hurt somebody: that was said before."""
    return join_doubts(routing, (one for one in find_doubts(post, category) if one.kind in ROUTING_DOUBTS))


def join_doubts(routing: Routing, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Give one doubt of a kind, that of the routing before what else is in doubt."""
    kinds: dict[DoubtKind, Doubt] = {}
    for doubt in (routing.doubt, *doubts):
        if doubt is not None:
            kinds.setdefault(doubt.kind, doubt)
    return tuple(kinds.values())


def _completes(report: Report, post: Post) -> bool:
    """Say whether the post tells the kelurahan that the report lacks."""
    return report.kel == NOWHERE and post.place is not None and post.place.kelurahan_code is not None


def is_reportable(post: Post) -> bool:
    """Say whether the post must become a report or part of one.

    Complaints must; so must whatever got a tracking number, and unsure texts on channels that address the city.
    """
    if post.number is not None:
        return True
    if post.labels is None or MACHINES & set(post.flags):
        return False
    if post.labels.abstained:
        is_broadcast = BROADCAST in post.flags or post.channel in BROADCAST_CHANNELS
        return not is_broadcast and bool(post.text.strip())
    return post.labels.is_complaint


def find_joined(matches: Sequence[Match], least: float) -> Report | None:
    """Give the likeliest open report, when its odds are good enough."""
    return next((one.report for one in matches if one.report.state in OPEN_STATES and one.likeness.odds >= least), None)


def make_suggestion(matches: Sequence[Match], named: Match | None = None) -> dict[str, str] | None:
    """Name the one report that a person should compare a new one with, and say why; None when none is likely.

    The one that its author named comes first, however unlikely.
    """
    best = named or next(iter(matches), None)
    if best is None or (best.likeness.odds < SUGGEST and named is None):
        return None
    maybe = "Mungkin sama dengan" if best.report.state in OPEN_STATES else "Mungkin belum beres:"
    facts = ("kata pelapornya", *best.likeness.facts) if named else best.likeness.facts
    return {"related": best.report.number, "reason": f"{maybe} {best.report.number}: {', '.join(facts)}."}


def find_spot(post: Post, report: Report) -> Place | None:
    """Give where a voice saw the problem: by its geotag, and one of many streets or landmarks when it is a flood."""
    gist = read_gist(make_gist(post))
    spot = point_of(post.place, gist)
    is_incident = is_flood(report.category, read_gist(report.gist).words)
    if post.place is None or spot is None or not (gist.point or is_incident):
        return None
    return post.place.replace(lat=spot[0], lon=spot[1], precision="point")


def may_join(post: Post) -> bool:
    """Say whether the post is looked at as a voice: an unsure text may be one, but opens no report where all talk."""
    return is_reportable(post) or bool(post.labels and post.labels.abstained and not MACHINES & set(post.flags))


def references(post: Post) -> list[str]:
    """Name the posts that this one repeats or answers, in the same channel and account."""
    stem = ":".join(post.item_id.split(":", 2)[:2])
    return [f"{stem}:{native_id}" for native_id in (post.repost_of, post.reply_to) if native_id]


def reference(item_id: str) -> str:
    """Give the name by which others refer to an item: what comes before a `#` is what its sender called it."""
    return item_id.partition("#")[0]


def make_voice(post: Post) -> Voice:
    """Give the post's part in a report's history."""
    return Voice(
        post_id=post.id,
        author=post.author,
        channel=post.channel,
        said_at=post.created_at,
        number=post.number,
        photos=tuple(one.id for one in post.media),
        prints=tuple(one.print for one in post.media if one.print),
        weight=REPOST_WEIGHT if post.repost_of else 1.0,
    )


def make_title(text: str) -> str:
    """Give the first line of a masked text when it can stand alone, as a subject does, else its first words."""
    first, _, rest = text.strip().partition("\n")
    line = " ".join(first.split() if " " in first.strip() else [first, *rest.split()])
    return line if len(line) <= TITLE_LETTERS else line[:TITLE_LETTERS].rsplit(" ", 1)[0] + "…"
