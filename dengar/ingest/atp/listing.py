"""Lists of posts that a service answers with, newest first: what a search finds, and what addresses our account."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from dengar.errors import Poison, SourceChanged
from dengar.ingest.atp.record import read_record, read_uri
from dengar.ingest.atp.source import ADDRESSED, JSON, Cursor, Settings, make_item, read_moment
from dengar.ingest.atp.xrpc import Service
from dengar.ingest.formats.row import contents_id
from dengar.ingest.protocol import Batch, Budget, Clock, Window
from dengar.models import Gap, Item, Quarantined, Record

MOST = 100
OVERLAP = timedelta(minutes=15)  # some posts are found late
FIRST = timedelta(days=1)
SECOND = timedelta(seconds=1)
REASONS = {"mention", "reply", "quote"}


class Posts(msgspec.Struct, frozen=True):
    """An answer of a search."""

    posts: tuple[msgspec.Raw, ...]


class Notifications(msgspec.Struct, frozen=True):
    """An answer of the list of what concerns our account."""

    notifications: tuple[msgspec.Raw, ...]
    cursor: str = ""


class View(msgspec.Struct, frozen=True, rename="camel"):
    """A post as a service shows it: its record, and what the service knows of it."""

    uri: str
    record: msgspec.Raw
    indexed_at: str = ""
    reason: str = "mention"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some posts; `times` are those of all that was listed, by which the list is sorted."""

    items: tuple[Item, ...] = ()
    poison: tuple[Quarantined, ...] = ()
    times: tuple[datetime, ...] = ()


class Span(Record, frozen=True, kw_only=True):
    """From when on and (unless None) before when posts are read."""

    low: datetime
    top: datetime | None

    def holds(self, time: datetime) -> bool:
        """Say whether a post of that time is to be read."""
        return self.low <= time and (self.top is None or time < self.top)


def search(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read what the query finds, page by page towards the past.

    Pages go on before the oldest time seen, and not at the service's own cursor, which ends early and is refused to
    strangers. A short page may come of blocked accounts: only an empty one is the end.
    """
    service, place, before = Service(settings, clock()), cursor, frozenset[str]()
    while True:
        now = clock()
        span = find_span(place, window, now)
        limit = _ask(budget)
        found = service.get("app.bsky.feed.searchPosts", _make_query(settings, span, limit), Posts).posts
        page = read_page(settings, found, span, service.did, now)
        items = tuple(item for item in page.items if item.native_id not in before)
        before = frozenset(item.native_id for item in page.items)
        budget.spend(len(items))
        until, is_cut = go_on(page.times, span, is_full=len(found) >= limit)
        gaps = (_make_gap(settings, until, now),) if until and is_cut else ()
        place = advance(place, page.times, now, until=until)
        yield Batch(items=items, poison=page.poison, gaps=gaps, cursor=place, more=until is not None)
        if until is None:
            return


def list_mentions(
    settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock
) -> Iterator[Batch]:
    """Read what mentions, answers or quotes our account, page by page towards the past.

    The service could leave out likes and follows, but its pages would not tell then how far back they reach.
    """
    service, place = Service(settings, clock()), cursor
    while True:
        now = clock()
        span = find_span(place, window, now)
        try:
            answer = _list(service, place.page, _ask(budget))
        except SourceChanged:
            if place is not cursor or not cursor.page:
                raise
            place = replace(cursor, page="", newest=None)  # the service forgot where an earlier run ended
            continue
        page = read_page(settings, answer.notifications, span, service.did, now)
        budget.spend(len(page.items))
        is_over = answer.cursor == place.page or (page.times and min(page.times) < span.low)
        place = advance(place, page.times, now, page="" if is_over else answer.cursor)
        yield Batch(items=page.items, poison=page.poison, cursor=place, more=bool(place.page))
        if not place.page:
            return


def find_span(place: Cursor, window: Window | None, now: datetime) -> Span:
    """Say what is still to be read: from a little before the last post on, or from a day back the first time."""
    since = [window.since] if window else []
    high = [place.high - OVERLAP] if place.high else []
    low = max([*since, *high], default=now - FIRST)
    return Span(low=low, top=place.until or (window.until if window else None))


def go_on(times: tuple[datetime, ...], span: Span, *, is_full: bool) -> tuple[datetime | None, bool]:
    """Say before which time the next page begins (None: this was the last), and whether posts are left out.

    Services may round times, so a second that was not read to its end is asked for again. One that fills a page twice
    is left. Raises SourceChanged when the service pays no heed to the time.
    """
    if not times:
        return None, False
    oldest = min(times)
    if span.top and oldest >= span.top:
        raise SourceChanged("The search does not heed `until`: it cannot be read to its end. Use another appview_url.")
    until = oldest.replace(microsecond=0) + SECOND
    is_stuck = span.top is not None and until >= span.top
    if is_stuck:
        until -= SECOND
    return (until if until > span.low else None), is_stuck and is_full


def advance(
    place: Cursor, times: tuple[datetime, ...], now: datetime, *, until: datetime | None = None, page: str = ""
) -> Cursor:
    """Move on to the next page, or note that everything was read up to the newest post of the first one."""
    newest = place.newest or (min(max(times), now) if times else None)
    if until or page:
        return replace(place, newest=newest, until=until, page=page)
    high = max((one for one in (place.high, newest) if one), default=None)
    return replace(place, high=high, newest=None, until=None, page="")


def read_page(settings: Settings, views: tuple[msgspec.Raw, ...], span: Span, own: str, now: datetime) -> Page:
    """Cut a page into items; what is outside of the span, or our own, is left out."""
    items: list[Item] = []
    poison: list[Quarantined] = []
    times: list[datetime] = []
    for raw in views:
        try:
            view, did, time = _read_view(bytes(raw), settings)
        except Poison as error:
            item = make_item(settings, contents_id(bytes(raw)), bytes(raw), now, media_type=JSON)
            poison.append(Quarantined(item=item, reason=str(error), at=now))
            continue
        times.append(time)
        if view.reason in REASONS and did != own and span.holds(time):
            heard = read_moment(view.indexed_at)
            kind = ADDRESSED if settings.mode == "mentions" else JSON
            items.append(
                make_item(settings, view.uri, bytes(view.record), now, media_type=kind, claimed_at=heard)
            )  # fmt: skip
    return Page(items=tuple(items), poison=tuple(poison), times=tuple(times))


def _read_view(raw: bytes, settings: Settings) -> tuple[View, str, datetime]:
    """Read a post as a service shows it, its author, and the time by which it is sorted; raises Poison."""
    try:
        view = msgspec.json.decode(raw, type=View)
    except ValueError as error:
        raise Poison(f"The post has another shape than we know: {error}.") from error
    did, _, _ = read_uri(view.uri)
    claimed = [read_record(bytes(view.record), JSON).get("createdAt")] if settings.mode == "search" else []
    times = [time for text in (view.indexed_at, *claimed) if (time := read_moment(text))]
    if not times:
        raise Poison("The post has no time.")
    return view, did, min(times)


def _ask(budget: Budget) -> int:
    """Ask for a page; gives the number of posts that it may have."""
    budget.ask()
    return MOST if budget.posts is None else min(MOST, budget.posts)


def _make_query(settings: Settings, span: Span, limit: int) -> list[tuple[str, str]]:
    fields = [("q", settings.query), ("sort", "latest"), ("since", _write(span.low)), ("limit", str(limit))]
    until = [("until", _write(span.top))] if span.top else []
    return [*fields, *until, *([("lang", settings.lang)] if settings.lang else [])]


def _list(service: Service, page: str, limit: int) -> Notifications:
    fields = [("limit", str(limit)), *([("cursor", page)] if page else [])]
    return service.get("app.bsky.notification.listNotifications", fields, Notifications)


def _make_gap(settings: Settings, until: datetime, now: datetime) -> Gap:
    cause = "more posts of one second match the query than a page holds: only some were read"
    return Gap(source=settings.name, since=until, until=until + SECOND, cause=cause, noticed_at=now)


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
