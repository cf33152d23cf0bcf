"""Reading a page's lists of posts, and the comments below those of which there is news."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, quote

import msgspec
from msgspec.structs import replace
from pydantic import Field

from dengar.errors import Forbidden, Poison, SourceChanged
from dengar.ingest.formats.row import contents_id
from dengar.ingest.graph.asking import LARGEST_PAGE, Access, Graph, Page
from dengar.ingest.graph.messages import COMMENT_FIELDS, POST_FIELDS, Heading, read_heading
from dengar.ingest.graph.refusals import NotThere
from dengar.ingest.protocol import Budget, Clock, Window
from dengar.models import Record

OVERLAP = timedelta(minutes=15)  # some things are listed late; what is read twice is stored once


class Lists(Access):
    """Which of the page's lists are read, and how far back a first run goes."""

    lists: tuple[Literal["feed", "visitor_posts", "tagged"], ...] = ("feed", "visitor_posts", "tagged")
    first_days: int = Field(default=30, ge=0)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a list was read.

    All that happened up to `high` is stored. A pass reads on from the newest post: from the page at `page` (empty: the
    first one; None: none is left), and the comments of the posts in `waiting`, those of its first one at `comments`. In
    the end `newest` becomes `high`: what had happened last when the pass began, as later things may be missing.
    """

    high: datetime | None = None
    newest: datetime | None = None
    page: str | None = ""
    waiting: tuple[str, ...] = ()
    comments: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether a pass is under way."""
        return self.page != "" or bool(self.waiting)

    def settle(self) -> "Place":
        """Close the pass when nothing of it is left."""
        if self.page is not None or self.waiting:
            return self
        return Place(high=max((one for one in (self.high, self.newest) if one), default=None))


class Found(Record, frozen=True, kw_only=True):
    """The messages of a page, those without an id apart, with the reason."""

    messages: tuple[tuple[Heading, bytes], ...] = ()
    poison: tuple[tuple[str, bytes], ...] = ()


class Reading:
    """A run: its lists share the quota, and a thread that two of them show is read once."""

    def __init__(self, lists: Lists, window: Window | None, budget: Budget, clock: Clock) -> None:
        self._lists = lists
        self._window = window
        self._budget = budget
        self._clock = clock
        self._graph = Graph(lists, clock)
        self._walked: dict[str, set[str]] = {}
        self._threads: dict[str, tuple[str, datetime]] = {}

    def read(self, name: str, place: Place) -> Iterator[tuple[Found, Place]]:
        """Read a list page by page; each comes with the place that is true once it is stored.

        A pass that was broken off is read to its end, and then what has happened since it began.
        """
        if self._window and place.high:
            return
        again = place.is_open and not self._window
        while True:
            page, place = self._read_comments(place) if place.waiting else self._read_posts(name, place)
            place = place.settle()
            if self._window and not place.is_open:
                place = Place(high=self._window.until)
            yield self._find_asked(page), place
            if not place.is_open and not again:
                return
            again = again and place.is_open

    def _read_posts(self, name: str, place: Place) -> tuple[Found, Place]:
        since = self._since(place)
        parameters = {"fields": POST_FIELDS, "since": str(int(since.timestamp()))}
        page, is_first = self._ask(f"{self._lists.page}/{name}", parameters, place.page or "")
        found = _sort(page, self._clock())
        posts = [heading for heading, _ in found.messages]
        if is_first:
            newest = max((post.updated_at for post in posts if post.updated_at), default=None)
            place = replace(place, newest=newest and min(newest, self._clock()))
        waiting = tuple(post.id for post in posts if self._has_news(post, name, since))
        return found, replace(place, page=page.onward or None, waiting=waiting)

    def _has_news(self, post: Heading, name: str, since: datetime) -> bool:
        """Say whether the comments of a post are still to be read."""
        where, known_since = self._threads.get(post.id, (name, since))
        if where != name and known_since <= since:
            return False
        self._threads[post.id] = (name, since)
        return not (self._window and post.created_at and post.created_at >= self._window.until)

    def _read_comments(self, place: Place) -> tuple[Found, Place]:
        since = self._since(place)
        page = self._ask_comments(place, since)
        found = _sort(page, self._clock())
        # The order that was asked for is not kept where Facebook ranks comments.
        is_sorted = page.summary.order == "reverse_chronological"
        is_past = any(heading.created_at and heading.created_at < since for heading, _ in found.messages)
        if page.onward and not (is_sorted and is_past):
            return found, replace(place, comments=page.onward)
        return found, replace(place, waiting=place.waiting[1:], comments="")

    def _ask_comments(self, place: Place, since: datetime) -> Page:
        post = place.waiting[0]
        parameters = {
            "fields": COMMENT_FIELDS, "filter": "stream", "order": "reverse_chronological", "summary": "true",
            "since": str(int(since.timestamp())),
        }  # fmt: skip
        try:
            return self._ask(f"{quote(post, safe='')}/comments", parameters, place.comments)[0]
        except NotThere:  # deleted since the list was read
            return Page(data=[])
        except Forbidden:  # a post on somebody else's page, which shows us no comments
            if post.startswith(f"{self._lists.page}_"):
                raise
            return Page(data=[])

    def _since(self, place: Place) -> datetime:
        if self._window:
            return self._window.since
        return place.high - OVERLAP if place.high else self._clock() - timedelta(days=self._lists.first_days)

    def _ask(self, path: str, parameters: Mapping[str, str], position: str) -> tuple[Page, bool]:
        """Read a page, and say whether it is the first one.

        A stored position dies with the post that it points to: the list is then read from its beginning again.
        """
        if position:
            try:
                page = self._fetch(path, {**parameters, **dict(parse_qsl(position))})
            except SourceChanged:
                if path in self._walked:
                    raise
            else:
                if path in self._walked or page.data or page.onward:
                    return self._leave_circle(path, page), False
        self._walked[path] = set()
        return self._leave_circle(path, self._fetch(path, parameters)), True

    def _leave_circle(self, path: str, page: Page) -> Page:
        """End a list that shows the same page again and again (mobolic/facebook-sdk#510)."""
        seen = self._walked.setdefault(path, set())
        mark = contents_id(b"".join(bytes(raw) for raw in page.data) or page.onward.encode())
        if mark in seen:
            return Page(data=[])
        seen.add(mark)
        return page

    def _fetch(self, path: str, parameters: Mapping[str, str]) -> Page:
        self._budget.ask()
        left = self._budget.posts
        page = self._graph.read(path, parameters, LARGEST_PAGE if left is None else min(left, LARGEST_PAGE))
        self._budget.spend(len(page.data))
        return page

    def _find_asked(self, found: Found) -> Found:
        """Leave out what was not written in the window: a list cannot be asked for it."""
        window = self._window
        if window is None:
            return found
        asked = [
            (heading, payload)
            for heading, payload in found.messages
            if heading.created_at is None or window.since <= heading.created_at < window.until
        ]
        return found.replace(messages=tuple(asked))


def _sort(page: Page, now: datetime) -> Found:
    messages: list[tuple[Heading, bytes]] = []
    poison: list[tuple[str, bytes]] = []
    for payload in map(bytes, page.data):
        try:
            messages.append((read_heading(payload, now), payload))
        except Poison as error:
            poison.append((str(error), payload))
    return Found(messages=tuple(messages), poison=tuple(poison))
