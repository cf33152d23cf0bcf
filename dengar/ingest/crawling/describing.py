"""Selectors for elements that were found by other means: short ones, that find the same on every page of the kind."""

import re
from collections.abc import Iterator, Sequence

from parsel import Selector

from dengar.ingest.crawling.selecting import select

# A name that was made for this one element, or by a program at each build of the site.
_MADE = re.compile(r"\d|^(active|current|first|last|odd|even|selected|sticky|clearfix|row|col|container)$|[A-Z].*[A-Z]")
_NAME = re.compile(r"-?[a-zA-Z_][\w-]*")
FAIR_SHARE = 0.8


def classes(node: Selector) -> list[str]:
    """Give an element's classes that may stand for a kind of elements."""
    return [one for one in node.attrib.get("class", "").split() if _NAME.fullmatch(one) and not _MADE.search(one)]


def tag(node: Selector) -> str:
    """Give an element's tag; empty for a comment, and for a name that no selector can hold."""
    found = node.root.tag
    return found if isinstance(found, str) and _NAME.fullmatch(found) else ""


def parent(node: Selector) -> Selector | None:
    """Give the element around an element."""
    found = node.xpath("..")
    return found[0] if found and tag(found[0]) else None


def names(node: Selector) -> Iterator[str]:
    """Give short selectors that an element answers to, the telling ones first."""
    if not tag(node):
        return
    for attribute in ("itemprop", "rel"):
        value = node.attrib.get(attribute, "")
        if _NAME.fullmatch(value):
            yield f"[{attribute}={value}]"
    yield from (f"{tag(node)}.{one}" for one in classes(node))
    yield tag(node)


def describe_in(entries: Sequence[Selector], targets: Sequence[Selector | None]) -> str:
    """Give the selector that finds each target first in its entry, in most of them; empty when none does."""
    best, most = "", FAIR_SHARE * sum(target is not None for target in targets)
    for selector in dict.fromkeys(one for target in targets[:5] if target is not None for one in _relative(target)):
        hits = sum(
            bool(target is not None and (found := select(entry, selector)) and found[0].root is target.root)
            for entry, target in zip(entries, targets, strict=True)
        )
        if hits > most or (hits == most and not best and hits):
            best, most = selector, hits
    return best


def _relative(target: Selector) -> Iterator[str]:
    around = parent(target)
    yield from names(target)
    if around is not None and tag(target):
        yield from (f"{outer} {inner}" for outer in names(around) for inner in names(target))
        place = len(target.xpath("preceding-sibling::*")) + 1
        yield f"{tag(target)}:nth-child({place})"


def describe_on(page: Selector, target: Selector) -> str:
    """Give a selector that finds the target first on its page; empty when there is no short one."""
    identity = target.attrib.get("id", "")
    own = [f"#{identity}"] if _NAME.fullmatch(identity) and not _MADE.search(identity) else []
    around = parent(target)
    wider = [f"{outer} {inner}" for outer in names(around) for inner in names(target)] if around is not None else []
    for selector in (*own, *names(target), *wider):
        found = select(page, selector)
        if found and found[0].root is target.root:
            return selector
    return ""
