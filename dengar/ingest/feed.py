"""RSS and Atom feeds: each entry is an item, with its own XML as the bytes."""

import copy
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from pydantic import HttpUrl

from dengar.errors import Blocked, Poison, SourceChanged
from dengar.ingest.fetch import fetch_url
from dengar.ingest.formats.dates import read_time
from dengar.ingest.formats.html import to_text
from dengar.ingest.formats.row import LONGEST_TEXT, contents_id, is_on_globe, plausible, read_point
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Gap, Item, Point

MOST_ENTRIES = 1000
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(!doctype html|html)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


class Settings(SourceSettings):
    """The feed's address, and the channel that its entries count as."""

    url: HttpUrl
    channel: str = "feed"


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """What makes the next answer short (ETag, Last-Modified), and the entries of the last one."""

    etag: str = ""
    modified: str = ""
    entries: tuple[str, ...] = ()
    read_at: datetime | None = None


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read the feed once; an unchanged feed gives nothing.

    A feed shows only its newest entries, so a window cannot be asked for, and a page that shares no entry with the
    last one leaves a gap record.
    """
    del window
    now = clock()
    answer = fetch_url(str(settings.url), now=now, headers=_conditions(cursor))
    if answer.status == 304:  # noqa: PLR2004  not modified
        return
    found = read_feed(answer.body, settings, now)
    items = found[: budget.posts]
    budget.spend(len(items))
    # What a budget left out must not be "not modified" the next time.
    headers = answer.headers if len(items) == len(found) else {}
    yield Batch(items=items, gaps=_find_gap(settings, cursor, items, now), cursor=_next_cursor(headers, items, now))


def parse(item: Item) -> Draft:
    """Read one entry; its text is the title and the content without markup."""
    import feedparser

    try:
        entries = feedparser.parse(item.payload).entries
    except Exception as error:
        raise Poison(f"The entry breaks the reader of feeds ({type(error).__name__}: {error}).") from error
    if not entries:
        raise Poison("The entry cannot be read as RSS or Atom.")
    entry = entries[0]
    parts = [to_text(entry.get("title", "")), to_text(_content(entry))]
    text = "\n".join(part for part in parts if part)
    if not text:
        raise Poison("The entry has neither title nor text.")
    time = plausible(read_time(entry.get("published") or entry.get("updated") or ""), item.observed_at)
    return Draft(
        text=text.replace("\0", "")[:LONGEST_TEXT],
        author=entry.get("author", ""),
        created_at=time or item.observed_at,
        url=entry.get("link") or None,
        geotag=_point(entry),
        flags=() if time else ("bad_time",),
    )


def check(settings: Settings) -> list[str]:
    """Read the feed once; raises StopSource for an address that gives none."""
    read_feed(fetch_url(str(settings.url), now=NO_TIME).body, settings, NO_TIME)
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="what the feed shows, often 10 to 50 entries",
        ordering="newest first",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def read_feed(body: bytes, settings: Settings, now: datetime) -> tuple[Item, ...]:
    """Cut a feed into items, oldest first; raises Blocked for a web page and SourceChanged for anything else."""
    if _ENTITY.search(body.replace(b"\0", b"")):  # also in UTF-16
        raise SourceChanged(f"{settings.url} declares XML entities, which no honest feed needs.")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser) if body.strip() else None
    except etree.XMLSyntaxError:
        root = None
    kind = "" if root is None else etree.QName(root).localname
    if kind.lower() == "html" or _HTML.match(body):
        raise Blocked(f"{settings.url} answered with a web page: a login or a block, not a feed.")
    if root is None or kind not in {"rss", "feed", "RDF"}:
        raise SourceChanged(f"{settings.url} is no RSS or Atom feed any more.")
    elements = list(root.iter("{*}item", "{*}entry", "item", "entry"))[:MOST_ENTRIES]
    # some feeds give every entry the address of their first page, or the same guid
    shared = Counter(map(_identity, elements))
    items = [
        _make_item(_alone(root, element), identity if shared[identity] == 1 else "", settings, now)
        for element, identity in zip(elements, map(_identity, elements), strict=True)
    ]
    return tuple(reversed(items))


def _identity(element: Any) -> str:  # noqa: ANN401  lxml has no types
    return (_text(element, "id") or _text(element, "guid") or _link(element))[:500]


def _make_item(payload: bytes, identity: str, settings: Settings, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.name,
        native_id=identity or contents_id(payload),
        collector="feed",
        source=settings.name,
        payload=payload,
        media_type="application/xml",
        observed_at=now,
    )


def _alone(root: Any, element: Any) -> bytes:  # noqa: ANN401
    """Write the entry as a feed of one, so that its bytes can be read without the others."""
    shell = etree.Element(root.tag, root.attrib, nsmap=root.nsmap)
    parent = etree.SubElement(shell, "channel") if etree.QName(root).localname == "rss" else shell
    parent.append(copy.deepcopy(element))
    alone: bytes = etree.tostring(shell, encoding="utf-8")
    return alone


def _text(element: Any, name: str) -> str:  # noqa: ANN401
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _link(element: Any) -> str:  # noqa: ANN401
    found = element.find("{*}link")
    return "" if found is None else (found.get("href") or found.text or "").strip()


def _content(entry: Any) -> str:  # noqa: ANN401  feedparser has no types
    contents = entry.get("content") or []
    return str(contents[0].get("value", "")) if contents else str(entry.get("summary", ""))


def _point(entry: Any) -> Point | None:  # noqa: ANN401
    where = entry.get("where") or {}
    if where.get("type") != "Point":
        return read_point(entry.get("geo_lat", ""), entry.get("geo_long", ""))
    lon, lat = where["coordinates"][:2]
    point = Point(lat=lat, lon=lon)
    return point if is_on_globe(point) else None


def _conditions(cursor: Cursor) -> dict[str, str]:
    wanted = {"if-none-match": cursor.etag, "if-modified-since": cursor.modified}
    return {name: value for name, value in wanted.items() if value}


def _find_gap(settings: Settings, cursor: Cursor, items: tuple[Item, ...], now: datetime) -> tuple[Gap, ...]:
    if not cursor.entries or not items or cursor.read_at is None:
        return ()
    if {item.native_id for item in items} & set(cursor.entries):
        return ()
    cause = "the feed moved on by more than one page since it was read last: read it more often"
    return (Gap(source=settings.name, since=cursor.read_at, until=now, cause=cause, noticed_at=now),)


def _next_cursor(headers: Mapping[str, str], items: tuple[Item, ...], now: datetime) -> Cursor:
    return Cursor(
        etag=headers.get("etag", ""),
        modified=headers.get("last-modified", ""),
        entries=tuple(item.native_id for item in items),
        read_at=now,
    )
