"""From items to reports.

    process(pending)
      make_posts     each item's collector reads its bytes, personal data is masked; what cannot be read is quarantined
      judge          label (category, complaint or not, urgency, sentiment) and locate (mentions, one place), by batch
      join           each post becomes a voice of a known problem, or opens a report
      route          unit and deadlines for a new report, or the reason why a person must look
      end            a report is closed when all its sources say that the matter is over
      tell           what the authors may be told goes to the outbox
      Changes        the store writes them all or none

Deleted messages go another way: `dengar.erasing`.

The pipeline reads what the batch needs first and writes nothing itself: the same function serves live traffic, replay
and backfill.
"""

import hashlib
import hmac
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dengar.answering import Answering
from dengar.errors import DengarError, Poison
from dengar.ingest import find
from dengar.ingest.formats.exif import clean
from dengar.ingest.formats.printing import make_print
from dengar.ingest.formats.row import plain
from dengar.mask import mask
from dengar.models import (
    Changes,
    Clue,
    Draft,
    Item,
    Labels,
    Located,
    Media,
    OutboxMessage,
    Pending,
    Photo,
    Post,
    Quarantined,
    post_id,
)
from dengar.routing.grouping import OpenReports, hear
from dengar.routing.joining import DIALOGUE, Joiner, may_join, references
from dengar.routing.rules import Router
from dengar.routing.timing import LASTING, REOPENED_WITHIN
from dengar.store import Store

LONGEST_FIELD = 2000
DIALOGUE_LASTS = timedelta(days=1)

StoredPhoto = tuple[str, Photo]


class Classifies(Protocol):
    """What says what texts are about."""

    def label(self, texts: Sequence[str]) -> list[Labels]:
        """Judge a batch."""


class Locates(Protocol):
    """What says where the problems of texts are."""

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        """Judge a batch."""


class Routes(Protocol):
    """What says which rules decide."""

    def current(self) -> Router:
        """Give the rules for one batch."""


class Pipeline:
    """The walk of a batch of items to reports.

    `author_key` turns authors into pseudonyms, so that they can be counted but not named. `categories` maps what
    reporters may call a category, in lower case, to its code.
    """

    def __init__(
        self,
        *,
        store: Store,
        classifier: Classifies,
        locator: Locates,
        router: Routes,
        categories: Mapping[str, str],
        author_key: bytes,
        answering: Answering | None = None,
    ) -> None:
        self._store = store
        self._classifier = classifier
        self._locator = locator
        self._router = router
        self._categories = categories
        self._author_key = author_key
        self._answering = answering or Answering()

    def process(self, pending: Sequence[Pending], now: datetime) -> Changes:
        """Judge a batch of items; their order decides which of two posts about a problem opens its report."""
        posts, photos, quarantined = self._make_posts([one for one in pending if one.item.is_said], now)
        referenced = self._store.posts.find_referenced({one for post in posts for one in references(post)})
        judged, broken = self._judge_apart(posts, referenced, {one.item.id: one.item for one in pending}, now)
        over = {post_id(one.item.id): one.item.observed_at for one in pending if one.item.kind == "ended"}
        known = self._store.posts.find_all([*(post.id for post in judged), *over])
        joiner = self._make_joiner(judged, known, referenced)
        joined = [joiner.join(post, choose_category(post, self._categories)) for post in judged]
        ended = [post.replace(ended_at=over[key]) for key, post in known.items() if key in over]
        self._end_reports(joiner, joined, ended, now)
        return Changes(
            posts=(*joined, *ended),
            reports=tuple(joiner.touched.values()),
            events=tuple(joiner.events),
            quarantined=(*quarantined, *broken),
            photos=tuple(photos),
            settled=tuple(one.order for one in pending),
            outbox=(*self._tell(joiner, now), *self._guide(joined, known, now)),
        )

    def _make_joiner(self, judged: Sequence[Post], known: Mapping[str, Post], referenced: Mapping[str, Post]) -> Joiner:
        talking = [post for post in judged if DIALOGUE in post.flags]
        latest: dict[str, Post] = {}
        if talking:
            since = min(post.created_at for post in talking) - DIALOGUE_LASTS
            latest = self._store.posts.last_of_authors({post.author for post in talking}, since)
        threads = {post.report for some in (known, referenced, latest) for post in some.values() if post.report}
        threads |= {post.same_as for post in judged if post.same_as}
        reports = self._find_open(judged, threads)
        take = self._store.numbers.take
        return Joiner(self._router.current(), reports, take, known=known, referenced=referenced, latest=latest)

    def _end_reports(self, joiner: Joiner, joined: Sequence[Post], ended: Sequence[Post], now: datetime) -> None:
        """Close the reports of which every post has ended; one that a person wrote keeps its report open.

        The posts of duplicates count with the report that goes on.
        """
        fresh = {post.id: post for post in (*joined, *ended)}
        for number in sorted({joiner.follow(post.report) for post in ended if post.report}):
            numbers = self._merged(number)
            stored = (post for one in numbers for post in self._store.posts.of_report(one))
            posts = {post.id: post for post in stored} | {
                key: post for key, post in fresh.items() if post.report in numbers
            }
            if all(post.ended_at for post in posts.values()):
                joiner.end(number, now)

    def _merged(self, number: str) -> list[str]:
        """Name a report and all that joined it, also those that joined its duplicates before."""
        numbers = [number]
        for one in numbers:  # grows while it is walked
            report = self._store.reports.find_own(one)
            numbers += [other for other in (report.merged if report else ()) if other not in numbers]
        return numbers

    def _tell(self, joiner: Joiner, now: datetime) -> Iterator[OutboxMessage]:
        for news in joiner.news:
            if message := self._answering.tell(news.kind, joiner.touched[news.report], news.post, now):
                yield message

    def _guide(self, joined: Sequence[Post], known: Mapping[str, Post], now: datetime) -> Iterator[OutboxMessage]:
        for post in joined:
            if post.report is None and post.id not in known and (message := self._answering.guide(post, now)):
                yield message

    def _make_posts(
        self, pending: Sequence[Pending], now: datetime
    ) -> tuple[list[Post], list[StoredPhoto], list[Quarantined]]:
        posts: list[Post] = []
        photos: list[StoredPhoto] = []
        quarantined: list[Quarantined] = []
        for one in pending:
            try:
                draft = find(one.item.collector).parse(one.item)
                cleaned = clean_photos(draft.photos)
                posts.append(make_post(one, draft, cleaned, self._author_key))
                photos += cleaned
            except Poison as error:
                quarantined.append(Quarantined(item=one.item, reason=str(error), at=now))
            except Exception as error:  # noqa: BLE001  one item must never stop the others, whatever is wrong with it
                quarantined.append(_put_aside(one.item, "its parser", error, now))
        return posts, photos, quarantined

    def _judge_apart(
        self, posts: Sequence[Post], referenced: Mapping[str, Post], items: Mapping[str, Item], now: datetime
    ) -> tuple[list[Post], list[Quarantined]]:
        """Judge a batch; one that breaks is halved until only the culprits are left out."""
        try:
            return self._judge(posts, referenced), []
        except DengarError:
            raise
        except Exception as error:  # noqa: BLE001  one text must never stop the others, whatever is wrong with it
            if len(posts) == 1:
                return [], [_put_aside(items[posts[0].item_id], "the judgement", error, now)]
        half = len(posts) // 2
        first, some = self._judge_apart(posts[:half], referenced, items, now)
        second, others = self._judge_apart(posts[half:], referenced, items, now)
        return first + second, some + others

    def _judge(self, posts: Sequence[Post], referenced: Mapping[str, Post]) -> list[Post]:
        texts = [post.text for post in posts]
        labels = self._classifier.label(texts)
        located = self._locator.locate(texts, [make_clue(post, referenced) for post in posts])
        return [
            post.replace(labels=label, mentions=where.mentions, place=where.place, outside=where.outside)
            for post, label, where in zip(posts, labels, located, strict=True)
        ]

    def _find_open(self, posts: Sequence[Post], threads: Collection[str]) -> OpenReports:
        """Read the reports that these posts may join, and those of the posts that they answer."""
        heard = [hear(post, choose_category(post, self._categories)) for post in posts if may_join(post)]
        reports = self._store.reports.find_all(threads)
        if heard:
            traits = {trait for one in heard for trait in one.traits}
            shelves = {shelf for one in heard for shelf in one.shelves}
            earliest = min(one.said_at for one in heard)
            reports += self._store.reports.find_open(traits, shelves, earliest - LASTING)
            reports += self._store.reports.find_done(shelves, earliest - REOPENED_WITHIN)
        known = {report.number: report for report in reports}
        while ahead := [one.duplicate_of for one in reports if one.duplicate_of and one.duplicate_of not in known]:
            reports = self._store.reports.find_all(ahead)
            known |= {report.number: report for report in reports}
        return OpenReports(known.values())


def make_clue(post: Post, referenced: Mapping[str, Post]) -> Clue:
    """Give what is known of a post's place beside its words, the place of the post that it answers among it."""
    earlier = next((referenced[one].place for one in references(post) if one in referenced), None)
    return Clue(geotag=post.geotag, hint=post.place_hint, earlier=earlier)


def choose_category(post: Post, categories: Mapping[str, str]) -> str | None:
    """Take the classifier's category; where it abstains or sees no complaint, the reporter's own choice."""
    if post.labels is None or post.labels.abstained or not post.labels.is_complaint:
        return categories.get((post.category_hint or "").lower())
    return post.labels.category


def _put_aside(item: Item, what: str, error: Exception, now: datetime) -> Quarantined:
    reason = f"The item broke {what} ({type(error).__name__}: {error}): please report this."
    return Quarantined(item=item, reason=plain(reason), traceback=plain(traceback.format_exc()), at=now)


def make_post(pending: Pending, draft: Draft, photos: Sequence[StoredPhoto], author_key: bytes) -> Post:
    """Make the post of an item: masked, its author a pseudonym; an author without name is one of their own."""
    item = pending.item
    return Post(
        id=post_id(item.id),
        item_id=item.id,
        source=item.source,
        channel=item.channel,
        author=make_author(item.channel, draft.author, author_key) if draft.author else pseudonym(item.id, author_key),
        text=mask(plain(draft.text)),
        created_at=draft.created_at,
        observed_at=item.observed_at,
        revision=pending.revision,
        url=_short(mask(draft.url or "")),
        reply_to=_short(draft.reply_to),
        repost_of=_short(draft.repost_of),
        media=tuple(make_media(key, photo) for key, photo in photos),
        geotag=draft.geotag,
        place_hint=_short(mask(draft.place_hint or "")),
        category_hint=_short(mask(draft.category_hint or "")),
        same_as=draft.same_as,
        other_than=draft.other_than,
        number=item.number,
        flags=draft.flags,
    )


def make_media(media_id: str, photo: Photo) -> Media:
    """Make the record of a cleaned photo, with its perceptual hash."""
    return Media(id=media_id, media_type=photo.media_type, size=len(photo.data), print=make_print(photo.data))


def _short(text: str | None) -> str | None:
    """Cut what a sender put into a field of its own; None for an empty one."""
    return plain(text[:LONGEST_FIELD]) if text else None


def make_author(channel: str, name: str, key: bytes) -> str:
    """Give the pseudonym of the author whom a channel calls by this name."""
    return pseudonym(f"{channel}:{name.lower()}", key)


def pseudonym(author: str, key: bytes) -> str:
    """Give a keyed pseudonym: the same for the same author, not to be undone without the key (HMAC-SHA256)."""
    return hmac.new(key, author.encode(errors="replace"), hashlib.sha256).hexdigest()[:20]


def clean_photos(photos: Sequence[Photo]) -> list[StoredPhoto]:
    """Strip photos of their EXIF; one whose pixels cannot be read is left out, the complaint stays."""
    cleaned: list[StoredPhoto] = []
    for photo in photos:
        try:
            fresh = clean(photo)
        except Poison:
            continue
        cleaned.append((hashlib.sha256(fresh.data).hexdigest()[:32], fresh))
    return cleaned
