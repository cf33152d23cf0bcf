"""Posts become voices of known problems, or open reports."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dengar.models import Event, EventKind, Post, Report, Routing, Voice
from dengar.routing.grouping import OpenReports, make_gist
from dengar.routing.rules import Router
from dengar.routing.states import fold

ACTOR = "dengar"
TITLE_LETTERS = 90
BROADCAST = {"x", "facebook", "feed"}  # people talk there to everybody: an unsure text is left alone
MACHINES = {"auto_reply", "bulk"}


class Joiner:
    """The reports as they grow while a batch of posts is joined to them.

    `known` are those of its posts that were judged before, by id; `referenced` the stored posts that it repeats or
    answers, by reference. `touched` and `events` are what came of it.
    """

    def __init__(
        self,
        router: Router,
        reports: OpenReports,
        take_number: Callable[[datetime], str],
        *,
        known: Mapping[str, Post],
        referenced: Mapping[str, Post],
    ) -> None:
        self._router = router
        self._open = reports
        self._posts = dict(known)
        self._referenced = dict(referenced)
        self._take_number = take_number
        self.touched: dict[str, Report] = {}
        self.events: list[Event] = []

    def join(self, post: Post, category: str | None) -> Post:
        """Give the post with the number of its report, if it has one; a post judged before keeps its report."""
        number = self._report_before(post) or self._join_known(post, category)
        if number is None and is_reportable(post):
            number = self._open_report(post, category)
        joined = post.replace(report=number)
        self._posts[post.id] = self._referenced[reference(post.item_id)] = joined
        return joined

    def _report_before(self, post: Post) -> str | None:
        before = self._posts.get(post.id)
        return before.report if before else None

    def _join_known(self, post: Post, category: str | None) -> str | None:
        report = self._find_thread(post)
        if report is None and is_reportable(post):
            report = self._find_same(post, category)
        if report is None:
            return None
        self._grow(report, post.observed_at, voice=make_voice(post))
        return report.number

    def _find_thread(self, post: Post) -> Report | None:
        """Find the report of the post that this one repeats or answers.

        A repetition is a voice; an answer is one when its author goes on, or when it is a complaint of its own.
        """
        for related in references(post):
            other = self._referenced.get(related)
            if other is None or not other.report:
                continue
            if post.repost_of or post.author == other.author or is_reportable(post):
                return self._open.find(other.report)
        return None

    def _find_same(self, post: Post, category: str | None) -> Report | None:
        gist = make_gist(post)
        found = (self._open.find_same(post, one, gist) for one in join_categories(post, category))
        return next((report for report in found if report is not None), None)

    def _open_report(self, post: Post, category: str | None) -> str:
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
        report = self._grow(report, post.observed_at, routing=routing)
        if routing.review:
            self._grow(report, post.observed_at, review=routing.review)
        return report.number

    def _grow(
        self,
        report: Report,
        at: datetime,
        *,
        voice: Voice | None = None,
        routing: Routing | None = None,
        review: str | None = None,
    ) -> Report:
        kind: EventKind = "voice" if voice else "routed" if routing else "review"
        event = Event(
            report=report.number, seq=report.version, kind=kind, at=at, actor=ACTOR,
            voice=voice, routing=routing, reason=review,
        )  # fmt: skip
        return self._keep(fold(report, event), event)

    def _keep(self, report: Report, event: Event) -> Report:
        self.events.append(event)
        self.touched[report.number] = report
        self._open.put(report)
        return report


def is_reportable(post: Post) -> bool:
    """Say whether the post must become a report or part of one.

    Complaints must; so must whatever got a tracking number, and unsure texts on channels that address the city.
    """
    if post.number is not None:
        return True
    if post.labels is None or MACHINES & set(post.flags):
        return False
    if post.labels.abstained:
        return post.channel not in BROADCAST and bool(post.text.strip())
    return post.labels.is_complaint


def join_categories(post: Post, category: str | None) -> list[str | None]:
    """Give the categories of reports that the post may join: its own, and a guess too unsure to stand alone."""
    guess = post.labels.category if post.labels and post.labels.abstained and post.labels.is_complaint else None
    return list(dict.fromkeys((category, guess)))


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
    )


def make_title(text: str) -> str:
    """Give the first line of a masked text when it can stand alone, as a subject does, else its first words."""
    first, _, rest = text.strip().partition("\n")
    line = " ".join(first.split() if " " in first.strip() else [first, *rest.split()])
    return line if len(line) <= TITLE_LETTERS else line[:TITLE_LETTERS].rsplit(" ", 1)[0] + "…"
