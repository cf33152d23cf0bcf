"""Finding things on a page: selectors are CSS, with ::text and ::attr(name), or XPath where they begin with / or ./."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated
from urllib.parse import urljoin, urlsplit, urlunsplit

from cssselect import SelectorError
from lxml import etree
from parsel import Selector
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator

from dengar.errors import Poison
from dengar.ingest.formats.html import to_text

_MOST_ATTRIBUTES = 1000  # the parser's time grows with their square, and no real tag comes near
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000,}")
_TRACKING = re.compile(r"(utm_\w+|fbclid|gclid)=", re.IGNORECASE)  # the same page, however its reader came to it
_NOTHING = Selector(text="<html></html>", type="html")
_LOGIN_WORDS = re.compile(r"\b(log ?in|sign ?in|masuk|captcha)\b", re.IGNORECASE)
_ROBOT_CHECKS = "[class*=captcha], [id*=captcha], [src*=captcha], [id*=challenge-form], [class*=cf-turnstile]"


def check_selector(selector: str) -> str:
    """Give back a selector that can be read; raises ValueError for any other."""
    try:
        _to_xpath(selector)
    except (ValueError, SelectorError) as error:
        raise ValueError(f"this is neither a CSS selector nor an XPath ({error})") from error
    return selector


SelectorText = Annotated[str, AfterValidator(check_selector)]


@lru_cache(maxsize=1000)
def _to_xpath(selector: str) -> str:
    if not selector:
        return ""
    path = selector if selector.startswith(("/", "./", "(")) else HTMLTranslator().css_to_xpath(selector)
    _NOTHING.xpath(path)
    return path


def open_html(text: str) -> Selector:
    """Read a page; raises Poison for one that was crafted to take forever."""
    if any(len(match[0].split()) > _MOST_ATTRIBUTES for match in _LONG_TAG.finditer(text)):
        raise Poison("A tag of the page has thousands of attributes.")
    return Selector(text=text.encode("utf-8", "replace").decode(), type="html")


def select(node: Selector, selector: str) -> list[Selector]:
    """Find everything in a part of a page, the part itself included; nothing for an empty selector."""
    path = _to_xpath(selector)
    if path.startswith("//"):
        path = f".{path}"
    return list(node.xpath(path)) if path else []


def is_element(found: Selector) -> bool:
    """Say whether an element was found, and not a text or an attribute."""
    return isinstance(found.root, etree._Element)  # noqa: SLF001  lxml has no other name for it


def read_text(found: Selector) -> str:
    """Give what was found as people read it."""
    return to_text(found.get()) if is_element(found) else " ".join(found.get().split())


def read_link(found: Selector, base: str) -> str:
    """Give the address in what was found, a link or something that holds one; empty when it is none of the web."""
    href = found.xpath("(./@href | .//a/@href)[1]").get("") if is_element(found) else found.get()
    return _make_url(href, base)


def _make_url(href: str, base: str) -> str:
    try:
        parts = urlsplit(urljoin(base, href.strip()).replace(" ", "%20"))
        is_web = bool(href.strip() and parts.scheme in {"http", "https"} and parts.hostname)
    except ValueError:  # an unclosed bracket
        return ""
    query = "&".join(one for one in parts.query.split("&") if not _TRACKING.match(one))
    return urlunsplit(parts._replace(query=query, fragment="")) if is_web else ""


def read_source(found: Selector, base: str) -> str:
    """Give the address of the picture in what was found; empty when it has none of the web."""
    sources = found.xpath("./@data-src | ./@src | ./@href").getall() if is_element(found) else [found.get()]
    return next((url for source in sources if (url := _make_url(source, base))), "")


def read_time_text(found: Selector) -> str:
    """Give the time in what was found, as a program wrote it where one did."""
    written = found.xpath("./@datetime").get() if is_element(found) else None
    return (written or "").strip() or read_text(found)


def first(nodes: Sequence[Selector], selector: str) -> list[Selector]:
    """Find everything in the first of these parts that has any."""
    return next((found for node in nodes if (found := select(node, selector))), [])


def wants_login(root: Selector, url: str) -> bool:
    """Say whether a page without what it should have is a login page or a check for robots.

    A field for a password alone is none: many sites show one on every page.
    """
    words = " ".join([urlsplit(url).path, *root.css("title::text, h1::text, h2::text").getall()])
    asks = bool(root.css("input[type=password]")) and bool(_LOGIN_WORDS.search(words))
    return asks or bool(root.css(_ROBOT_CHECKS))
