"""The archive judged again by another model: first what would change, then, when a person wants it, the change."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from dengar.errors import DengarError, LeaseLost
from dengar.ingest.protocol import Clock
from dengar.models import Event, Labels, Post, Record, Report
from dengar.pipeline import choose_category
from dengar.routing.recategorising import recategorise
from dengar.routing.rules import Router
from dengar.store import Store
from dengar.working import LEASE

if TYPE_CHECKING:
    from dengar.classify import Classifier

BATCH = 500
MOST_EXAMPLES = 20
TRIES, PAUSE_SECONDS = 120, 0.5
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Changed(Record, frozen=True, kw_only=True):
    """One post that is judged otherwise now."""

    post: str
    text: str
    before: str
    after: str
    confidence: float


class Difference(Record, frozen=True, kw_only=True):
    """What another model changes: categories by "from > to", how many it abstains from, and some of the posts.

    `reports` counts the reports that changed, when the difference was applied.
    """

    posts: int = 0
    changed: int = 0
    abstained_before: int = 0
    abstained_after: int = 0
    pairs: dict[str, int] = msgspec.field(default_factory=dict)
    examples: tuple[Changed, ...] = ()
    reports: int = 0


class Reclassifying:
    """Judges stored posts by one model; `categories` is what reporters may call a category."""

    def __init__(
        self,
        store: Store,
        classifier: "Classifier",
        *,
        router: Router,
        categories: Mapping[str, str],
        clock: Clock,
        holder: str,
    ) -> None:
        self._store = store
        self._classifier = classifier
        self._router = router
        self._categories = categories
        self._clock = clock
        self._holder = holder

    def compare(self, since: datetime | None = None, on_batch: Callable[[int], object] = lambda _: None) -> Difference:
        """Say what would change; nothing is written."""
        found = Difference()
        for posts in self._batches(since):
            found = _grown(found, posts, self._judge(posts))
            on_batch(len(posts))
        return found

    def apply(self, since: datetime | None = None, on_batch: Callable[[int], object] = lambda _: None) -> Difference:
        """Write what changes, batch by batch; begun again it goes on, for what is done changes no more."""
        found = Difference()
        for posts in self._batches(since):
            labels = self._judge(posts)
            reports = self._write(posts, labels)
            found = _grown(found, posts, labels)
            found = found.replace(reports=found.reports + reports)
            on_batch(len(posts))
        return found

    def _batches(self, since: datetime | None) -> Iterator[list[Post]]:
        at, after = since or BEGINNING, ""
        while posts := self._store.posts.read_behind(at, after, BATCH):
            yield posts
            at, after = posts[-1].observed_at, posts[-1].id

    def _judge(self, posts: Sequence[Post]) -> list[Labels]:
        return self._classifier.label([post.text for post in posts])

    def _write(self, posts: Sequence[Post], labels: Sequence[Labels]) -> int:
        for _ in range(TRIES):
            with self._store.leases.keep(LEASE, self._holder, self._clock) as lease:
                if lease is not None:
                    reports, events = self._find_changes(posts, labels)
                    fresh = {post.id: one for post, one in zip(posts, labels, strict=True) if post.labels != one}
                    try:
                        self._store.save_relabelled(fresh, reports, events, lease, self._clock())
                    except LeaseLost:  # somebody decided about one of these reports just now: look again
                        continue
                    return len(reports)
            time.sleep(PAUSE_SECONDS)
        raise DengarError("Another process holds the pipeline all the time: try again when less comes in.")

    def _find_changes(self, posts: Sequence[Post], labels: Sequence[Labels]) -> tuple[list[Report], list[Event]]:
        numbers = {post.report for post in posts if post.report}
        reports = {report.number: report for report in self._store.reports.find_all(numbers)}
        changed: dict[str, Report] = {}
        events: list[Event] = []
        for post, fresh in zip(posts, labels, strict=True):
            report = reports.get(post.report or "")
            if report is None or _is_same(post.labels, fresh):
                continue
            judged = post.replace(labels=fresh)
            grown, added = recategorise(
                self._store.events.of_report(report.number),
                report,
                judged,
                choose_category(judged, self._categories),
                router=self._router,
                at=self._clock(),
            )
            if added:
                changed[report.number] = reports[report.number] = grown
                events += added
        return list(changed.values()), events


def _is_same(one: Labels | None, other: Labels) -> bool:
    return one is not None and (one.category, one.abstained) == (other.category, other.abstained)


def _grown(found: Difference, posts: Sequence[Post], labels: Sequence[Labels]) -> Difference:
    differing = [
        Changed(
            post=post.id,
            text=post.text,
            before=post.labels.category if post.labels else "-",
            after=fresh.category,
            confidence=fresh.confidence,
        )
        for post, fresh in zip(posts, labels, strict=True)
        if post.labels is None or post.labels.category != fresh.category
    ]
    return found.replace(
        posts=found.posts + len(posts),
        changed=found.changed + len(differing),
        abstained_before=found.abstained_before + sum(bool(post.labels and post.labels.abstained) for post in posts),
        abstained_after=found.abstained_after + sum(one.abstained for one in labels),
        pairs=dict(Counter(found.pairs) + Counter(f"{one.before} > {one.after}" for one in differing)),
        examples=(*found.examples, *differing)[:MOST_EXAMPLES],
    )
