"""The texts of a new source's files: its section of the configuration, its module, its page, and its case."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from dengar.ingest.crawling.crawl import Page
from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.options import SiteSettings
from dengar.ingest.crawling.selecting import open_html, select
from dengar.models import Item

LIST = "daftar.html"
WIDTH = 120
_LOUD = re.compile(r"<(script|style|noscript)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_CANONICAL = re.compile(r"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

MODULE = '''"""{host}: what {url} lists; guessed by `dengar new-source`."""

from pydantic import HttpUrl

from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor
from dengar.ingest.crawling.options import SiteSettings
from dengar.ingest.crawling.photos import complete_entry as complete
from dengar.ingest.crawling.selecting import SelectorText
from dengar.ingest.crawling.sites import check_site as check
from dengar.ingest.crawling.sites import describe_site as describe
from dengar.ingest.crawling.sites import pull_site as pull
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "complete", "describe", "parse", "pull"]


class Settings(SiteSettings):
    """Where the list is, and the selectors of what is read."""

{fields}


def parse(item: Item) -> Draft:
    """Read one entry; raises Poison."""
    return parse_entry(item, Settings)
'''

PAGE = """# {name}

The collector `{name}` reads {url}.

`dengar new-source` guessed its selectors. Each is a setting of [site](site.md#selectors), with these defaults:

| setting | default |
|---|---|
{rows}

```toml
{section}
```

Failures and limits are those of [site](site.md#when-it-stops).
"""

CASE = """settings = {{ urls = [{address}], delay = 0 }}

[normal]
{normal}

[changed]
{path} = "changed.html"

[empty]
{path} = "empty.html"
"""


def quote(text: str) -> str:
    """Write a text as TOML and Python both read it."""
    return json.dumps(text, ensure_ascii=False)


def path_of(url: str) -> str:
    """Give the path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def write_section(name: str, collector: str, settings: Mapping[str, str], url: str) -> str:
    """Write a section of dengar.toml; where the collector's code has the settings, they are not repeated."""
    lines = [f"[sources.{name}]", f"collector = {quote(collector)}", 'every = "1 hour"', f"urls = [{quote(url)}]"]
    more = {"channel": name, **settings} if collector != name else {}
    return "\n".join([*lines, *(f"{key} = {quote(text)}" for key, text in more.items())]) + "\n"


def write_module(name: str, settings: Mapping[str, str], url: str) -> str:
    """Write a collector's module, with the settings as its defaults."""
    fields = [f"    urls: tuple[HttpUrl, ...] = (HttpUrl({quote(url)}),)", f"    channel: str = {quote(name)}"]
    fields += [_write_field(key, text) for key, text in settings.items()]
    return MODULE.format(host=urlsplit(url).hostname, url=url, fields="\n".join(fields))


def _write_field(name: str, text: str) -> str:
    kind = "str" if name == "page_url" else "SelectorText"
    line = f"    {name}: {kind} = {quote(text)}"
    if len(line) <= WIDTH:
        return line
    pieces = [text[at : at + 90] for at in range(0, len(text), 90)]
    return "\n".join([f"    {name}: {kind} = (", *(f"        {quote(piece)}" for piece in pieces), "    )"])


def write_page(name: str, settings: Mapping[str, str], url: str, section: str) -> str:
    """Write a collector's page of the documentation."""
    rows = "\n".join(f"| `{key}` | `{text.replace('|', '&#124;')}` |" for key, text in settings.items())
    return PAGE.format(name=name, url=url, rows=rows, section=section.strip())


def save_page(page: Page) -> str:
    """Give a page as it is saved: its links work on another host, its own address stands in its head, no scripts."""
    origin = urlsplit(page.url)
    text = _CANONICAL.sub("", _LOUD.sub("", page.text))
    for start in (f"https://{origin.netloc}", f"http://{origin.netloc}", f"//{origin.netloc}"):
        text = text.replace(start, "")
    own = f'<link rel="canonical" href="{page.url}">'
    return _HEAD.sub(lambda head: head[0] + own, text, count=1) if _HEAD.search(text) else own + text


def write_case(pages: Mapping[str, str], entry: str, empty: str) -> dict[str, str]:
    """Write a case: its description and its pages, by file name; the first page is the list.

    `entry` and `empty` are the selectors of the list.
    """
    files = {LIST if n == 0 else f"{n}.html": text for n, text in enumerate(pages.values())}
    saved = "\n".join(
        f'{quote(path)} = {{ file = "{file}", headers = {{ content-type = "text/html; charset=utf-8" }} }}'
        for path, file in zip(pages, files, strict=True)
    )
    path = next(iter(pages))
    described = CASE.format(address=quote("{base}" + path), normal=saved, path=quote(path))
    return files | {
        "case.toml": described,
        "changed.html": _change(files[LIST], entry),
        "empty.html": _clear(files[LIST], entry, empty),
    }


def _change(text: str, entry: str) -> str:
    """Give the list as another program might show it: its entries are other elements."""
    root = open_html(text)
    for node in select(root, entry):
        other = etree.Element("details" if node.root.tag != "details" else "section")
        other.text, other.tail = node.xpath("string()").get(""), node.root.tail
        node.root.getparent().replace(node.root, other)
    return f"<!doctype html>\n{root.get()}\n"


def _clear(text: str, entry: str, empty: str) -> str:
    """Give the list without anything in it, as it shows that."""
    root = open_html(text)
    around = select(root, entry)[0].root.getparent()
    for part in list(around):
        around.remove(part)
    around.text = None
    if not select(root, empty):
        around.append(etree.fromstring('<p class="kosong"/>'))
    return f"<!doctype html>\n{root.get()}\n"


def write_expected(items: Sequence[Item]) -> str:
    """Write the drafts of a case, as the tests of all collectors compare them."""
    return json.dumps([_show(item) for item in items], ensure_ascii=False, indent=1) + "\n"


def _show(item: Item) -> dict[str, Any]:
    fields = msgspec.to_builtins(parse_entry(item, SiteSettings))
    return {"id": item.id, "kind": item.kind} | {name: value for name, value in fields.items() if value}
