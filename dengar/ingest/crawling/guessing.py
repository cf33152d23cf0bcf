"""Guesses by which selectors a list is to be read, from what repeats on its page; a person judges the outcome."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from statistics import median

from parsel import Selector
from parsel.csstranslator import HTMLTranslator

from dengar.ingest.crawling.describing import classes, describe_in, describe_on, names, parent, tag
from dengar.ingest.crawling.selecting import read_link, read_text, read_time_text, select
from dengar.ingest.crawling.times import read_site_time

FEWEST = 3
MOST_LOOKED_AT = 40
SHORTEST_ENTRY, SHORTEST_TEXT, SHORTEST_TITLE, LONGEST_FIELD = 25, 40, 8, 80
USUALLY_EMPTY = ".kosong, .empty, .no-results"
MOST = 0.6  # of the entries have what is taken for a field
_ASIDE = "ancestor-or-self::*[self::nav or self::header or self::footer or self::aside or self::form or self::select]"
_HEADING = "descendant::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
_MONTHS = "jan|feb|peb|mar|apr|mei|may|jun|jul|agu|aug|sep|okt|oct|nov|nop|des|dec"
_DATE = re.compile(
    rf"\d{{1,2}}[ -]({_MONTHS})|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|"
    r"\b(lalu|ago|kemarin|yesterday|hari ini|today)\b",
    re.IGNORECASE,
)
_AUTHOR = re.compile(r"author|penulis|pengirim|pelapor|user|writer|byline", re.IGNORECASE)
_PLACE = re.compile(r"lokasi|location|alamat|address|tempat|wilayah|kelurahan", re.IGNORECASE)
_NEXT = re.compile(r"(next|older|selanjutnya|berikut|lanjut|postingan lama|[»>→])", re.IGNORECASE)
_SECOND = re.compile(r"(?<=[=/])2(?=/?$|[&/])")

Selectors = dict[str, str]
Finds = Callable[[Selector], Selector | None]


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A list on a page: its entries, and selectors by the names of their settings."""

    entries: list[Selector]
    selectors: Selectors


def guess_list(page: Selector, url: str, now: datetime) -> Guess | None:
    """Guess what the entries of a page are, and what they say of themselves; None where nothing repeats."""
    scores = {one: _score(select(page, one), url) for one in _candidates(page)}
    entry = max(scores, key=scores.__getitem__, default="")
    if not entry or not scores[entry]:
        return None
    entries = select(page, entry)[:MOST_LOOKED_AT]
    found = {"entry": entry, "link": _describe(entries, lambda one: _find_link(one, url))}
    found |= {"title": _describe(entries, _find_title), "text": _describe(entries, _find_text)}
    found |= (
        {"id": "" if found["link"] else _guess_id(entries)}
        | guess_facts(entries, now)
        | _guess_paging(page, url)
        | {"empty": _guess_empty(page, entries)}
    )
    selectors = {name: selector for name, selector in found.items() if selector}
    return Guess(entries=entries, selectors=selectors) if selectors.keys() & {"id", "link", "text"} else None


def guess_article(pages: Sequence[Selector], now: datetime) -> Selectors:
    """Guess where the text stands on the pages behind some entries; nothing when it is not the same on all of them."""
    texts = [_find_longest(page) for page in pages]
    wholes = [_find_whole(text) for text in texts if text is not None]
    if not wholes or len(wholes) < len(pages):
        return {}
    article = describe_on(pages[0], wholes[0])
    found = {"article": article, "text": describe_in(wholes, [_first_paragraph(text) for text in texts])}
    if not all(found.values()) or not all(select(page, article) for page in pages):
        return {}
    found |= {"title": _describe(wholes, _find_title)} | guess_facts(wholes, now)
    return {name: selector for name, selector in found.items() if selector}


def guess_facts(entries: Sequence[Selector], now: datetime) -> Selectors:
    """Guess where entries tell their time, author and place."""
    return {
        "date": _describe(entries, lambda one: _find_time(one, now)),
        "author": _describe(entries, lambda one: _find_named(one, _AUTHOR)),
        "place": _describe(entries, lambda one: _find_named(one, _PLACE)),
    }


def _describe(entries: Sequence[Selector], find: Finds) -> str:
    targets = [find(entry) for entry in entries]
    return describe_in(entries, targets) if sum(one is not None for one in targets) >= MOST * len(entries) else ""


def _candidates(page: Selector) -> list[str]:
    """Name what is there at least three times: elements of a class, or all of a kind within another element."""
    seen: Counter[str] = Counter()
    elements = page.xpath("//body//*[not(self::script or self::style or self::option or self::br)]")
    for node in filter(tag, elements):
        seen.update(f"{tag(node)}.{one}" for one in classes(node))
        around = parent(node)
        further = parent(around) if around is not None else None
        inner = [f"{one} > {tag(node)}" for one in (names(around) if around is not None else ())]
        seen.update(inner)
        seen.update(f"{outer} > {one}" for outer in (names(further) if further is not None else ()) for one in inner)
    return [selector for selector, count in seen.items() if count >= FEWEST]


def _score(nodes: Sequence[Selector], url: str) -> float:
    """Say how much these elements look like the entries of a list; 0 for those that cannot be."""
    nodes = nodes[:MOST_LOOKED_AT]
    texts = [" ".join(node.xpath("string()").get("").split()) for node in nodes]
    typical = median(map(len, texts))
    if typical < SHORTEST_ENTRY or len(set(texts)) < MOST * len(texts) or _are_nested(nodes):
        return 0
    links = {read_link(link, url) for node in nodes if (link := _find_link(node, url)) is not None}
    score = log(1 + len(nodes)) * log(typical)
    score *= 1 + 0.5 * (len(links) >= MOST * len(nodes))
    score *= 1 + 0.4 * _share(nodes, lambda node: bool(node.xpath(_HEADING)))
    score *= 1 + 0.6 * _share(
        nodes, lambda node: bool(node.xpath(".//time") or _DATE.search(node.xpath("string()").get("")))
    )
    score *= 1 + 0.3 * _share(nodes, lambda node: len(node.xpath(".//*[normalize-space(text())]")) > 1)
    return score * (1 - 0.9 * _share(nodes, lambda node: bool(node.xpath(_ASIDE))))


def _share(nodes: Sequence[Selector], holds: Callable[[Selector], bool]) -> float:
    return sum(map(holds, nodes)) / len(nodes)


def _are_nested(nodes: Sequence[Selector]) -> bool:
    roots = {node.root for node in nodes}
    return any(around in roots for node in nodes for around in node.root.iterancestors())


def _find_link(entry: Selector, url: str) -> Selector | None:
    """Give the link of an entry: that of its heading, or else the one with the longest text."""
    links = [one for one in entry.xpath("descendant-or-self::a[@href]") if read_link(one, url) not in {"", url}]
    heads = [one for one in links if one.xpath("ancestor::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5]")]
    return max(heads or links, key=lambda one: len(read_text(one)), default=None)


def _find_title(entry: Selector) -> Selector | None:
    """Give the title of an entry: its heading, or what is linked."""
    found = [*entry.xpath(_HEADING), *entry.xpath(".//a[@href]")]
    return next((one for one in found if len(read_text(one)) >= SHORTEST_TITLE), None)


def _find_text(entry: Selector) -> Selector | None:
    """Give the outermost element with most of what an entry says besides its title and its facts."""
    other = f"{_HEADING} | descendant::time" + ("" if tag(entry) == "a" else " | ancestor-or-self::a")
    kinds = entry.xpath(".//p | .//div | .//td | .//dd | .//span | .//section | .//blockquote")
    blocks = [one for one in kinds if not one.xpath(other)]
    lengths = [(len(read_text(one)), one) for one in blocks]
    most = max((length for length, _ in lengths), default=0)
    return next((one for length, one in lengths if length >= max(SHORTEST_TEXT, 0.9 * most)), None)


def _find_time(entry: Selector, now: datetime) -> Selector | None:
    """Give the element that tells a time, as narrow as it is."""
    for one in [*entry.xpath(".//time"), *reversed(entry.xpath(".//*[not(self::script)]"))]:
        said = read_time_text(one)
        if len(said) <= LONGEST_FIELD and (tag(one) == "time" or _DATE.search(said)) and read_site_time(said, now):
            return one
    return None


def _find_named(entry: Selector, pattern: re.Pattern[str]) -> Selector | None:
    for one in entry.xpath(".//*[@class or @itemprop or @rel]"):
        name = " ".join(one.attrib.get(attribute, "") for attribute in ("class", "itemprop", "rel"))
        if pattern.search(name) and 0 < len(read_text(one)) <= LONGEST_FIELD:
            inner = [part for part in one.xpath(".//a | .//b | .//strong") if read_text(part)]
            return inner[0] if inner else one
    return None


def _guess_paging(page: Selector, url: str) -> Selectors:
    """Guess how a list goes on: by a link that says so, or by the number in the link to its second page."""
    marked = page.css("a[rel=next], link[rel=next]")
    if marked:
        return {"next": f"{tag(marked[0])}[rel=next]"}
    for link in page.css("a[href]"):
        words = read_text(link)
        if _NEXT.match(words) and read_link(link, url) not in {"", url}:
            by_words = "" if "'" in words else f"//a[normalize-space()='{words}']"
            return {"next": describe_on(page, link) or by_words}
    for link in page.css("a[href]"):
        href = link.attrib["href"]
        if read_text(link) == "2" and _SECOND.search(href):
            return {"page_url": _SECOND.sub("{page}", href, count=1)}
    return {}


def _guess_id(entries: Sequence[Selector]) -> str:
    """Give the attribute that names each entry; it is needed where they have no links."""
    for attribute in ("id", "data-id", "data-post-id"):
        if len({entry.attrib[attribute] for entry in entries if entry.attrib.get(attribute)}) == len(entries):
            return f"::attr({attribute})"
    return ""


def _guess_empty(page: Selector, entries: Sequence[Selector]) -> str:
    """Give an XPath for what is around the entries when nothing is in it; or else what sites usually show then."""
    around = parent(entries[0])
    name = describe_on(page, around) if around is not None and tag(around) != "body" else ""
    is_one = bool(name) and len(select(page, name)) == 1
    return f"{HTMLTranslator().css_to_xpath(name, prefix='//')}[not(*)]" if is_one else USUALLY_EMPTY


def _find_longest(page: Selector) -> Selector | None:
    """Give the element whose own paragraphs say most."""
    found = page.xpath("//body//*[p or text()[string-length(normalize-space()) > 40]]")
    blocks = [one for one in found if not one.xpath(_ASIDE)]
    lengths = [(sum(map(len, one.xpath("p//text() | text()").getall())), one) for one in blocks]
    length, longest = max(lengths, key=lambda pair: pair[0], default=(0, None))
    return longest if length >= SHORTEST_TEXT else None


def _find_whole(text: Selector) -> Selector:
    """Give the part of a page that holds the text with its heading."""
    around = [one for one in text.xpath("ancestor-or-self::*[not(self::body or self::html)]") if one.xpath(_HEADING)]
    return around[-1] if around else text


def _first_paragraph(text: Selector | None) -> Selector | None:
    return None if text is None else next(iter(text.xpath("p[normalize-space()]")), text)
