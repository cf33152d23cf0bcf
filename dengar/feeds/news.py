"""Atom and RSS: the newest reports for feed readers."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from dengar.feeds.about import ABOUT
from dengar.feeds.rows import ReportRow

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
TITLE = "Laporan warga"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANGLES = str.maketrans("<>", "‹›")  # noqa: RUF001  many readers take the title of RSS for HTML


def write_atom(rows: Sequence[ReportRow], here: str, site: str) -> bytes:
    """Write an Atom feed (RFC 4287); `here` is its own address, `site` that of the pages."""
    from lxml import etree

    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "georss": GEORSS})
    _atom(feed, "id", here)
    _atom(feed, "title", TITLE)
    _atom(feed, "updated", _newest(rows).isoformat())
    _atom(_atom(feed, "author"), "name", "Dengar")
    _atom(feed, "rights", ABOUT)
    _atom(feed, "generator", "Dengar")
    _atom(feed, "link", rel="self", href=here)
    _atom(feed, "link", rel="alternate", href=site + "/")
    for row in rows:
        entry = _atom(feed, "entry")
        _atom(entry, "id", f"urn:x-dengar:laporan:{row.number}")
        _atom(entry, "title", row.title or row.number)
        _atom(entry, "link", rel="alternate", href=row.url)
        _atom(entry, "published", row.created_at.isoformat())
        _atom(entry, "updated", row.updated_at.isoformat())
        _atom(entry, "category", term=row.category or "", label=row.category_name)
        _atom(entry, "summary", _tell(row))
        _point(entry, row)
    return _bytes(feed)


def write_rss(rows: Sequence[ReportRow], here: str, site: str) -> bytes:
    """Write an RSS 2.0 feed; what it holds is text, also for readers that take it for HTML."""
    from lxml import etree

    rss = etree.Element("rss", version="2.0", nsmap={"georss": GEORSS, "atom": ATOM})
    channel = etree.SubElement(rss, "channel")
    _add(channel, "title", TITLE)
    _add(channel, "link", site + "/")
    _add(channel, "description", "Laporan warga yang terbaru.")
    _add(channel, "language", "id")
    _add(channel, "copyright", ABOUT)
    _add(channel, "generator", "Dengar")
    _add(channel, "lastBuildDate", format_datetime(_newest(rows)))
    _atom(channel, "link", rel="self", href=here, type="application/rss+xml")
    for row in rows:
        item = etree.SubElement(channel, "item")
        _add(item, "title", (row.title or row.number).translate(_ANGLES))
        _add(item, "link", row.url)
        _add(item, "guid", row.number).set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(row.created_at))
        _add(item, "category", row.category_name)
        _add(item, "description", html.escape(_tell(row), quote=False))
        _point(item, row)
    return _bytes(rss)


def _tell(row: ReportRow) -> str:
    place = ", ".join(dict.fromkeys(name for name in (row.kelurahan, row.kecamatan, row.kota) if name))
    return " · ".join(one for one in (row.number, row.state, row.category_name, place, row.unit_name) if one)


def _newest(rows: Sequence[ReportRow]) -> datetime:
    return max((row.updated_at for row in rows), default=EPOCH)


def _point(entry: Any, row: ReportRow) -> None:  # noqa: ANN401  lxml has no types
    if row.lat is not None and row.lon is not None:
        _add(entry, f"{{{GEORSS}}}point", f"{row.lat} {row.lon}")


def _atom(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:  # noqa: ANN401  the same
    return _add(parent, f"{{{ATOM}}}{name}", text, **attributes)


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:  # noqa: ANN401  the same
    from lxml import etree

    element = etree.SubElement(parent, name, attributes)
    element.text = text
    return element


def _bytes(root: Any) -> bytes:  # noqa: ANN401  the same
    from lxml import etree

    text: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return text
