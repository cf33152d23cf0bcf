"""Reads mentions or search from where they were left, page by page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dengar.errors import Retention, SourceChanged
from dengar.ingest.protocol import Budget, Clock, Window
from dengar.ingest.xapi.fields import get_id, get_time, read_row
from dengar.ingest.xapi.items import make_items
from dengar.ingest.xapi.marks import Mark, Reading, Seen, advance, begin, begin_window, finish, go_on
from dengar.ingest.xapi.pages import Endpoint, Page, read_page, refuse_silence
from dengar.ingest.xapi.settings import Settings
from dengar.models import Gap, Item, Quarantined, Record

MENTIONS_KEPT = 800
SEARCH_DAYS = 7
TOO_OLD = f"recent search reaches back {SEARCH_DAYS} days"


class Step(Record, frozen=True, kw_only=True):
    """What one page gave, and the mark that is true once it is stored."""

    mark: Mark
    items: tuple[Item, ...] = ()
    poison: tuple[Quarantined, ...] = ()
    gaps: tuple[Gap, ...] = ()
    more: bool = False


def list_endpoints(settings: Settings) -> list[Endpoint]:
    """Give what is configured to be read, the cheaper one first."""
    mentions = Endpoint(
        name="mentions",
        path=f"/2/users/{settings.mentions_of}/mentions",
        price=settings.mentions_price,
        fewest=5,
    )
    search = Endpoint(
        name="search",
        path="/2/tweets/search/recent",
        price=settings.search_price,
        fewest=10,
        params={"query": settings.query, "sort_order": "recency"},
        days=SEARCH_DAYS,
    )
    return [one for one, is_set in ((mentions, settings.mentions_of), (search, settings.query)) if is_set]


class Timeline:
    """One endpoint with what is needed to read it."""

    def __init__(self, client: Any, endpoint: Endpoint, settings: Settings, budget: Budget, clock: Clock) -> None:  # noqa: ANN401  tweepy has no types
        self._client = client
        self._endpoint = endpoint
        self._settings = settings
        self._budget = budget
        self._clock = clock

    def read_on(self, mark: Mark) -> Iterator[Step]:
        """Finish what was broken off, then read what is new."""
        for step in self._finish_gap(mark):
            mark = step.mark
            yield step
        minutes = timedelta(minutes=self._settings.minutes_between_overlaps)
        overlap_every = minutes if self._endpoint.name == "search" else None
        yield from self._read(mark, begin(mark, self._clock(), days=self._endpoint.days, overlap_every=overlap_every))

    def read_window(self, mark: Mark, window: Window) -> Iterator[Step]:
        """Read a window, or what is left of it; raises Retention at the end when a part of it is kept no more."""
        reading = begin_window(window, self._clock(), days=self._endpoint.days)
        if mark.gap:
            yield from self._finish_gap(mark)
        elif mark.read_at is None:
            yield from self._read(mark, reading)
        if reading.lost:
            raise Retention(f"A part of the window is lost: {TOO_OLD}.")

    def _finish_gap(self, mark: Mark) -> Iterator[Step]:
        if mark.gap:
            yield from self._read(mark, go_on(mark, mark.gap, self._clock(), days=self._endpoint.days))

    def _read(self, mark: Mark, reading: Reading) -> Iterator[Step]:
        gaps = self._note_lost(reading)
        if reading.is_over:
            yield Step(mark=finish(mark, reading), gaps=gaps)
            return
        for page, follows in self._turn_pages(reading):
            now = self._clock()
            seen = _look(page, now)
            mark = advance(mark, reading, seen) if seen else mark
            if not follows:
                gaps = (*gaps, *self._note_cap(mark))
                mark = finish(mark, reading)
            items, poison = make_items(page.posts, page.includes or {}, self._settings, now)
            yield Step(mark=mark, items=items, poison=poison, gaps=gaps, more=follows)
            gaps = ()

    def _turn_pages(self, reading: Reading) -> Iterator[tuple[Page, bool]]:
        """Give each page, and whether another follows."""
        bounds, turned = dict(reading.bounds), set[str]()
        while True:
            page = read_page(self._client, self._endpoint, bounds, self._settings, self._budget)
            refuse_silence(page, self._settings)
            token = page.next_token
            if token in turned:
                raise SourceChanged(f"The pages of {self._endpoint.name} go round in circles.")
            yield page, token is not None
            if token is None:
                return
            turned.add(token)
            bounds["pagination_token"] = token

    def _note_lost(self, reading: Reading) -> tuple[Gap, ...]:
        if reading.lost is None:
            return ()
        since, until = reading.lost
        return (self._make_gap(since, until, TOO_OLD),)

    def _note_cap(self, mark: Mark) -> tuple[Gap, ...]:
        """Note that mentions ended at X's limit, and not at the last one that is known."""
        gap = mark.gap
        if self._endpoint.name != "mentions" or not mark.high or gap is None or gap.seen < MENTIONS_KEPT:
            return ()
        if not mark.read_at or not gap.until_at or mark.read_at >= gap.until_at:
            return ()
        cause = f"X keeps the newest {MENTIONS_KEPT} mentions: read them more often"
        return (self._make_gap(mark.read_at, gap.until_at, cause),)

    def _make_gap(self, since: datetime, until: datetime, cause: str) -> Gap:
        return Gap(source=self._settings.name, since=since, until=until, cause=cause, noticed_at=self._clock())


def _look(page: Page, now: datetime) -> Seen | None:
    rows = {int(get_id(row)): row for data in page.posts if (row := read_row(data)) and get_id(row)}
    if not rows:
        return None
    newest, oldest = max(rows), min(rows)
    return Seen(
        newest=str(newest),
        newest_at=get_time(rows[newest], now),
        oldest=str(oldest),
        oldest_at=get_time(rows[oldest], now),
        count=len(rows),
    )
