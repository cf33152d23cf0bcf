"""Atom for one report: each step of its history is an entry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dengar.feeds.about import ABOUT
from dengar.feeds.news import ATOM, EPOCH
from dengar.feeds.taming import tame, tame_line
from dengar.models import Record


class FeedStep(Record, frozen=True, kw_only=True):
    """One step, in words."""

    at: datetime
    title: str
    text: str = ""


def write_steps(steps: Sequence[FeedStep], title: str, here: str, page: str) -> bytes:
    """Write the steps, given in their order, the newest first; `here` is the feed's own address, `page` the report's.

    A step keeps its id when others follow, so that a reader shows each once.
    """
    from lxml import etree

    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(feed, "id", here)
    _add(feed, "title", tame_line(title))
    _add(feed, "updated", max((step.at for step in steps), default=EPOCH).isoformat())
    _add(_add(feed, "author"), "name", "Dengar")
    _add(feed, "rights", ABOUT)
    _add(feed, "link", rel="self", href=here)
    _add(feed, "link", rel="alternate", href=page)
    for place, step in reversed(list(enumerate(steps))):
        entry = _add(feed, "entry")
        _add(entry, "id", f"{page}#{place}")
        _add(entry, "title", tame_line(step.title))
        _add(entry, "link", rel="alternate", href=page)
        _add(entry, "updated", step.at.isoformat())
        _add(entry, "content", tame(step.text, 1200) or tame_line(step.title), type="text")
    text: bytes = etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return text


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:  # noqa: ANN401  lxml has no types
    from lxml import etree

    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
