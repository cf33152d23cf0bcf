"""A forum: boards of threads, threads of posts; each post is a message, and an answer to the first of its thread."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial

import msgspec

from dengar.ingest.crawling import passes
from dengar.ingest.crawling.crawl import NOT_FOUND
from dengar.ingest.crawling.entries import Entry, cut, explain_nothing, find_lack, open_page, public_address
from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor as ListCursor
from dengar.ingest.crawling.lists import Opened, walk
from dengar.ingest.crawling.options import CrawlSettings, Shape
from dengar.ingest.crawling.photos import complete_entry
from dengar.ingest.crawling.selecting import SelectorText, read_link, read_text, select
from dengar.ingest.crawling.sites import NO_TIME
from dengar.ingest.crawling.trip import EnoughPages, Listed, Trip, begin_trip, find_next_link, read_page
from dengar.ingest.protocol import Batch, Budget, Clock, Description, Window
from dengar.models import Draft, Item

MOST_THREADS = 200
complete = complete_entry


class Settings(CrawlSettings):
    """The forum's index, or, without `board`, the boards themselves; selectors of threads in a board and of posts."""

    channel: str = "forum"
    board: SelectorText = ".board-title a"
    entry: SelectorText = ".thread-list .thread"
    id: SelectorText = "::attr(data-thread)"
    link: SelectorText = ".thread-title a"
    activity: SelectorText = ".thread-replies, .thread-last a::attr(href)"
    thread_title: SelectorText = "h1"
    post: SelectorText = ".post"
    post_id: SelectorText = "::attr(id)"
    text: SelectorText = ".post-body"
    author: SelectorText = ".post-author"
    date: SelectorText = "time, .post-date"
    edited: SelectorText = ".post-edited"
    photo: SelectorText = ".post-body img, .post-photo img"
    drop: SelectorText = "blockquote, .post-counts, .post-actions"
    next: SelectorText = "a[rel=next]"
    empty: SelectorText = ".forum-empty"

    @property
    def list_shape(self) -> Shape:
        """Give the selectors of a thread in the list of its board."""
        return {"id": self.id, "link": self.link, "activity": self.activity}

    @property
    def post_shape(self) -> Shape:
        """Give the selectors of a post."""
        return {**self.shape, "id": self.post_id, "link": "", "activity": ""}

    @property
    def needs(self) -> tuple[str, ...]:
        """Name what every thread in a board has."""
        return ("link",)


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """How far a thread was read: the page with its last known post, the ids of that post and of its first one."""

    page: str
    last: str = ""
    first: str = ""


class Cursor(ListCursor, frozen=True, kw_only=True):
    """How far each board was read, and the threads that had news last: older ones are read again from their start."""

    threads: Mapping[str, Thread] = {}


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read the threads that have news, each on from the last post that is known.

    A board shows when its threads were written in last, and not when each post was: a window cannot be asked for.
    """
    del window
    with begin_trip(settings, None, budget, clock) as trip, suppress(EnoughPages):
        boards = [board for index in settings.urls for board in _find_boards(settings, trip, str(index))]
        yield from walk(trip, boards, cursor, opener=partial(open_thread, settings))


def _find_boards(settings: Settings, trip: Trip, index: str) -> list[str]:
    if not settings.board:
        return [index]
    page = trip.fetch(index)
    root = open_page(page)
    links = [link for found in select(root, settings.board) if (link := read_link(found, page.url))]
    if not links and not select(root, settings.empty):
        raise explain_nothing(root, page, "board", settings.board)
    return list(dict.fromkeys(links))


def open_thread(settings: Settings, trip: Trip, entry: Entry, cursor: ListCursor) -> Iterator[Opened]:
    """Read a thread's pages on from its last known post."""
    threads = dict(cursor.threads) if isinstance(cursor, Cursor) else {}
    name = passes.key(entry)
    thread = threads.pop(name, Thread(page=entry.url))
    url = thread.page
    while url:
        page = trip.fetch(url)
        if page.status in NOT_FOUND:  # deleted, or shorter than it was: with its next news it is read from its start
            yield Opened(changes={"threads": threads})
            return
        root = open_page(page)
        listed = Listed(page=page, root=root, entries=cut(root, settings.post, settings.post_shape, page.url))
        if not listed.entries:
            yield Opened(lacks=explain_nothing(root, page, "post", settings.post))
            return
        lacks = find_lack(listed.entries, ["text"], settings.post_shape, page.url)
        fresh = _find_fresh(settings, listed.entries, thread.last)
        thread = Thread(page=url, last=listed.entries[-1].id, first=thread.first or listed.entries[0].id)
        items = tuple(_make_item(settings, trip, listed, post, thread.first) for post in fresh)
        url = find_next_link(settings, root, page)
        known = dict([(name, thread), *threads.items()][:MOST_THREADS])
        yield Opened(items=items, changes={"threads": known}, is_last=not url, lacks=lacks)


def _find_fresh(settings: Settings, posts: list[Entry], last: str) -> list[Entry]:
    """Give the posts behind the last known one, and those before it that were edited."""
    ids = [post.id for post in posts]
    start = ids.index(last) + 1 if last in ids else 0
    return [post for place, post in enumerate(posts) if place >= start or select(post.node, settings.edited)]


def _make_item(settings: Settings, trip: Trip, listed: Listed, post: Entry, first: str) -> Item:
    """Make an item of a post; the thread's title belongs to its first one."""
    titles = select(listed.root, settings.thread_title)
    about = {"heading": read_text(titles[0]) if titles else ""} if post.id == first else {"reply_to": first}
    anchor = post.node.attrib.get("id")
    url = public_address(listed.page.url, listed.root, listed.page) + (f"#{anchor}" if anchor else "")
    item = trip.make_item(listed.page, [post.node], settings.post_shape, post.id, url=url, **about)
    return item.replace(kind="edit") if select(post.node, settings.edited) else item


def parse(item: Item) -> Draft:
    """Read one post; raises Poison."""
    return parse_entry(item, Settings)


def check(settings: Settings) -> list[str]:
    """Read the index and the first board; raises StopSource for one that gives none."""
    with begin_trip(settings, None, Budget(), lambda: NO_TIME) as trip:
        for index in settings.urls:
            for board in _find_boards(settings, trip, str(index))[:1]:
                read_page(settings, trip.fetch(board))
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="what the forum keeps",
        ordering="the thread with news first; the posts of a thread oldest first",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )
