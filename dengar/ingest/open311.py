"""Open311 (GeoReport v2): the complaints that another system of the city has taken.

The protocol cannot be asked for what changed, so the last weeks are read again and again: what is stored already with
the same contents stays as it is.
"""

import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field, HttpUrl

from dengar.errors import Poison, SourceChanged, StopSource
from dengar.ingest.fetch import Answer, fetch_url, make_error
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.row import AUTHOR, LONGEST_TEXT, field, plausible, read_point
from dengar.ingest.georeport.answers import Entry, excerpt, read_entries, read_fields
from dengar.ingest.georeport.spans import HOUR, Left, cut, halve, plan, plan_window
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Gap, Item, Quarantined

NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next\b', re.IGNORECASE)


class Settings(SourceSettings):
    """The endpoint (the address before `/requests.json`) and how it is read.

    A server that pages says `page_size` rows at a time, one that does not says `most_rows` and keeps the rest to
    itself. No question spans more than `window_days`.
    """

    url: HttpUrl
    channel: str = "open311"
    jurisdiction_id: str = ""
    format: Literal["json", "xml"] = "json"
    reread_days: int = Field(default=60, ge=1)
    window_days: int = Field(default=90, ge=1, le=90)
    page_size: int = Field(default=200, ge=1)
    most_rows: int = Field(default=1000, ge=1)


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """When reading began last, and the stretches of time that are still to be read, newest first."""

    begun_at: datetime | None = None
    left: Left = ()


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read the last `reread_days`, or the window, newest first; what an earlier run left over follows.

    A stretch in which the server shows only its first rows is halved; an hour that is still too full leaves a gap.
    """
    cursor = _begin(settings, cursor, window, clock())
    while cursor.left:
        piece, rest = cut(cursor.left, timedelta(days=settings.window_days))
        rows = yield from _read_pages(settings, cursor, piece, budget, clock)
        halves = halve(piece) if rows == settings.most_rows else ()
        gaps = _find_gap(settings, piece, clock()) if rows == settings.most_rows and not halves else ()
        cursor = Cursor(begun_at=cursor.begun_at, left=(*halves, *rest))
        yield Batch(items=(), gaps=gaps, cursor=cursor, more=bool(cursor.left))


def parse(item: Item) -> Draft:
    """Read one request; its text is the name of the service and the description.

    A time in the future is a wrong clock on the other side: what it claims stays in the item.
    """
    fields = read_fields(item.payload, item.media_type)
    service = field(fields, ("service_name", "service_code"))
    said = field(fields, ("description", "detail"))
    text = said if service in said else "\n".join(filter(None, (service, said)))
    if not text:
        raise Poison("The request has neither a description nor a service.")
    time = plausible(read_time(field(fields, ("requested_datetime",))), item.observed_at)
    lat, lon = field(fields, ("lat",)), field(fields, ("long", "lon", "lng"))
    point = read_point(lat, lon)
    media = field(fields, ("media_url",))
    flags = {
        "bad_time": time is None or time > item.observed_at,
        "bad_coordinates": point is None and bool(lat or lon),
    }
    return Draft(
        text=text.replace("\0", "")[:LONGEST_TEXT],
        author=field(fields, ("requestor_name", *AUTHOR)),
        created_at=min(time or item.observed_at, item.observed_at),
        url=media if media.startswith(("https://", "http://")) else None,
        geotag=point,
        place_hint=field(fields, ("address",)) or None,
        category_hint=service or None,
        flags=tuple(flag for flag, is_set in flags.items() if is_set),
    )


def check(settings: Settings) -> list[str]:
    """Ask once; raises StopSource for an address that is no endpoint."""
    url = _address(settings, _query(settings, Window(since=NO_TIME, until=NO_TIME + HOUR), 1))
    read_entries(fetch_url(url, now=NO_TIME, explain=_explain), url)
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="as long as the other system keeps it; changes are seen for `reread_days`",
        ordering="by the time of the request, newest first",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def _begin(settings: Settings, cursor: Cursor, window: Window | None, now: datetime) -> Cursor:
    if window is not None and cursor.begun_at:
        return cursor
    left = plan_window(window) if window else plan(cursor.left, cursor.begun_at, now, settings.reread_days)
    return Cursor(begun_at=now, left=left)


def _read_pages(
    settings: Settings, cursor: Cursor, piece: Window, budget: Budget, clock: Clock
) -> Generator[Batch, None, int]:
    """Read until a page brings nothing new, which is how servers without pages answer as well; gives the rows.

    A short page is not the last one: servers have smaller limits than they are asked for.
    """
    seen: set[str] = set()
    query: str | None = _query(settings, piece, 1)
    page = 1
    while query is not None:
        budget.ask()
        url = _address(settings, query)
        answer = fetch_url(url, now=clock(), explain=_explain)
        fresh = [entry for entry in read_entries(answer, url) if entry.key not in seen]
        seen.update(entry.key for entry in fresh)
        budget.spend(len(fresh))
        if not fresh:
            break
        yield _make_batch(settings, fresh, cursor, clock())
        page += 1
        query = _find_next(answer) if "link" in answer.headers else _query(settings, piece, page)
    return len(seen)


def _address(settings: Settings, query: str) -> str:
    return f"{str(settings.url).rstrip('/')}/requests.{settings.format}?{query}"


def _query(settings: Settings, piece: Window, page: int) -> str:
    asked = {
        "jurisdiction_id": settings.jurisdiction_id,
        "start_date": f"{piece.since:%Y-%m-%dT%H:%M:%SZ}",
        "end_date": f"{piece.until:%Y-%m-%dT%H:%M:%SZ}",
        "page": str(page),
        "page_size": str(settings.page_size),
    }
    return urlencode({name: value for name, value in asked.items() if value}, safe=":")


def _find_next(answer: Answer) -> str | None:
    """Give the question of the next page; it is put to the address that we know, wherever the link points."""
    found = _NEXT.search(answer.headers["link"])
    return urlsplit(found[1]).query if found else None


def _explain(answer: Answer, url: str, now: datetime) -> StopSource:
    if answer.status in {400, 404}:
        return SourceChanged(
            f"{url} does not take the question: correct the url, jurisdiction_id, format or page_size. "
            f"It says: {excerpt(answer)}"
        )
    return make_error(answer, url, now)


def _make_batch(settings: Settings, entries: list[Entry], cursor: Cursor, now: datetime) -> Batch:
    """Make items; a request that has only a token so far is taken when it has got its number."""
    items = tuple(_make_item(settings, entry, now) for entry in entries if entry.number)
    reason = "The request has neither service_request_id nor token."
    poison = tuple(
        Quarantined(item=_make_item(settings, entry, now), reason=reason, at=now)
        for entry in entries
        if not entry.number and not entry.is_promised
    )
    return Batch(items=items, poison=poison, cursor=cursor, more=True)


def _make_item(settings: Settings, entry: Entry, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.name,
        native_id=entry.key,
        collector="open311",
        source=settings.name,
        payload=entry.payload,
        media_type=entry.media_type,
        observed_at=now,
        claimed_at=entry.claimed_at,
        kind="ended" if entry.is_closed else "upsert",
    )


def _find_gap(settings: Settings, piece: Window, now: datetime) -> tuple[Gap, ...]:
    cause = f"the server shows only {settings.most_rows:,} requests of this hour and has no pages"
    return (Gap(source=settings.name, since=piece.since, until=piece.until, cause=cause, noticed_at=now),)
