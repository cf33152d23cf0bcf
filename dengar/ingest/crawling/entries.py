"""Entries of a page: cut out of it, named, and judged by what they should have."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from dengar.errors import Blocked, Poison, SourceChanged, StopSource
from dengar.ingest.crawling.crawl import Page, host_of
from dengar.ingest.crawling.options import Shape
from dengar.ingest.crawling.selecting import (
    first,
    is_element,
    open_html,
    read_link,
    read_text,
    read_time_text,
    select,
    wants_login,
)
from dengar.ingest.formats.row import LONGEST_ID, contents_id

BAD_SHARE = 0.2
MOST_ENTRIES = 1000
# A time may be written as "2 jam lalu" and an address may hold a session: neither says that an entry was changed.
_MARKED = ("activity", "title", "text", "author", "place", "category", "status")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A part of a page that stands for one message, with its fields as text; `mark` is a digest of them."""

    node: Selector
    fields: Mapping[str, str]
    url: str
    id: str
    mark: str


def open_page(page: Page) -> Selector:
    """Read a page; raises SourceChanged for one that was crafted to take forever."""
    try:
        root = open_html(page.text)
    except Poison as error:
        raise SourceChanged(f"{page.url} cannot be read: {error}") from error
    if base := root.css("base::attr(href)").get():
        root.root.make_links_absolute(urljoin(page.url, base), handle_failures="ignore")
    return root


def cut(root: Selector, selector: str, shape: Shape, url: str) -> list[Entry]:
    """Cut the entries out of a page, each once, in its order."""
    nodes = [node for node in select(root, selector) if is_element(node)]
    entries = [_make_entry(node, shape, url) for node in nodes[:MOST_ENTRIES]]
    # Where many link to one and the same page, or share an id, it names none of them.
    several = Counter(entry.id for entry in {(entry.id, entry.mark): entry for entry in entries}.values())
    named = [replace(entry, id=_content(entry.fields)) if several[entry.id] > 1 else entry for entry in entries]
    return list({entry.id: entry for entry in reversed(named)}.values())[::-1]


def explain_nothing(root: Selector, page: Page, name: str, selector: str) -> StopSource:
    """Say why a selector finds nothing on a page where it should."""
    if wants_login(root, page.url):
        return Blocked(f"{page.url} shows a login page or a check for robots: look at it in a browser.")
    return SourceChanged(
        f"`{name}` ({selector}) finds nothing on {page.url}: the page has another shape than we know. Correct the "
        "selector; where a list may be empty, let `empty` find what it shows then."
    )


def find_lack(entries: Sequence[Entry], needs: Collection[str], shape: Shape, url: str) -> SourceChanged | None:
    """Say what over a fifth of the entries lack, if anything."""
    for name in needs:
        lacking = sum(not entry.fields.get(name) for entry in entries)
        if lacking > BAD_SHARE * len(entries):
            return SourceChanged(
                f"`{name}` ({shape[name] or 'the whole entry'}) finds nothing in {lacking} of {len(entries)} entries "
                f"of {url}: the page has another shape than we know. Correct the selector."
            )
    return None


def is_entry(entry: Entry, needs: Collection[str]) -> bool:
    """Say whether it is one at all, and not an advertisement between two."""
    return bool(entry.fields.get("id") or any(entry.fields.get(name) for name in needs))


def read_fields(parts: Sequence[Selector], shape: Shape, url: str) -> dict[str, str]:
    """Read what an entry says of itself, each field in the first of its parts that has it.

    Where no selector says which is the text, it is all of the first part.
    """
    fields: dict[str, str] = {}
    for name, selector in shape.items():
        found = first(parts, selector) or (list(parts[:1]) if name == "text" and not selector else [])
        if found:
            fields[name] = _read_field(name, found, url)
    return {name: text for name, text in fields.items() if text}


def _read_field(name: str, found: Sequence[Selector], url: str) -> str:
    if name in {"text", "activity"}:
        return "\n".join(filter(None, map(read_text, found)))
    if name == "link":
        return read_link(found[0], url)
    return read_time_text(found[0]) if name == "date" else read_text(found[0])


def _make_entry(node: Selector, shape: Shape, url: str) -> Entry:
    fields = read_fields([node], shape, url)
    link = fields.get("link", "")
    own = fields.get("id") or name_by_path(link, url) or _content(fields)
    marked = [fields.get(name, "") for name in _MARKED if shape.get(name)]
    return Entry(
        node=node,
        fields=fields,
        url=link,
        id=own if len(own) <= LONGEST_ID else contents_id(own.encode()),
        mark=contents_id("\n".join(marked).encode())[:8],
    )


def name_by_path(link: str, url: str) -> str:
    """Name an entry by its address within the site, which stays when the site moves to https or another port."""
    if not link:
        return ""
    parts = urlsplit(link)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return path if host_of(link) == host_of(url) else f"{host_of(link)}{path}"


def _content(fields: Mapping[str, str]) -> str:
    return contents_id("\n".join(fields.get(name, "") for name in ("author", "title", "text")).encode())


def public_address(link: str, root: Selector, page: Page) -> str:
    """Give an entry's address as its readers know it: on the host that the page names as its own (rel=canonical)."""
    canonical = read_link(found[0], page.url) if (found := select(root, "link[rel=canonical]")) else ""
    ours, theirs = urlsplit(page.url), urlsplit(link)
    if not canonical or (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        return link
    own = urlsplit(canonical)
    return theirs._replace(scheme=own.scheme, netloc=own.netloc).geturl()
