"""The bytes that are kept of an entry: a page of its own with the entry's HTML, and what is read back from it.

Its head says where the entry was and by which selectors it is read, where they differ from those of the collector's
code: so it can be read without the settings, and again after the code was mended.
"""

import copy
import html
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from lxml import etree
from parsel import Selector

from dengar.errors import Poison
from dengar.ingest.crawling.entries import read_fields
from dengar.ingest.crawling.options import SAID, CrawlSettings, Shape
from dengar.ingest.crawling.selecting import check_selector, is_element, open_html, select
from dengar.ingest.crawling.times import read_site_time
from dengar.ingest.formats.exif import read_photo
from dengar.ingest.formats.row import LONGEST_TEXT, plausible, read_point
from dengar.models import Draft, Item, Photo

# It differs from one reading to the next, and nobody reads it.
_NOISE = "script, style, noscript, template, iframe, input[type=hidden]"
_PREFIX = "dengar:"
_PHOTO = "data:application/octet-stream;base64,"
MOST_PHOTOS = 3


def keep(parts: Sequence[Selector], about: Mapping[str, str], drop: Sequence[str] = ()) -> bytes:
    """Write parts of a page as a page of their own; the same parts give the same bytes.

    `about` stands in its head; what the selectors `drop` find is left out.
    """
    metas = [f'<meta name="{_PREFIX}{name}" content="{html.escape(text)}">' for name, text in sorted(about.items())]
    head = "\n".join(['<meta charset="utf-8">', *metas])
    body = "\n".join(_write(part, drop) for part in parts)
    return f"<!doctype html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n".encode("utf-8", "replace")


def _write(part: Selector, drop: Sequence[str]) -> str:
    alone = Selector(root=copy.deepcopy(part.root), type="html")
    for noise in [found for selector in (_NOISE, *drop) for found in select(alone, selector)]:
        if is_element(noise) and noise.root.getparent() is not None:
            noise.drop()
    if alone.root.tag in {"html", "body"}:
        alone.root.tag = "div"
    text: str = etree.tostring(alone.root, method="html", encoding="unicode", with_tail=False)
    return text


def name_photos(payload: bytes) -> list[str]:
    """Give the addresses of the photos that a kept entry names and that are not kept with it yet."""
    about, _, photos = _open(payload)
    return [] if photos else about.get("photos", "").split()


def attach(payload: bytes, photos: Sequence[bytes]) -> bytes:
    """Add the photos to a kept entry."""
    links = [
        b'<link rel="%sphoto" href="%s%s">' % (_PREFIX.encode(), _PHOTO.encode(), b64encode(one)) for one in photos
    ]
    return payload.replace(b"</head>", b"\n".join([*links, b"</head>"]), 1)


def tell_selectors(settings: CrawlSettings, shape: Shape) -> dict[str, str]:
    """Give the selectors, and the way times are written, where they differ from the collector's code."""
    told = {name: shape[name] for name in SAID} | {
        "date_format": settings.date_format,
        "date_languages": " ".join(settings.date_languages),
    }
    built_in = _built_in(type(settings))
    return {name: value for name, value in told.items() if value != built_in[name]}


def _built_in(kind: type[CrawlSettings]) -> dict[str, str]:
    code = {name: kind.model_fields[name].default for name in (*SAID, "date_format", "date_languages")}
    return {name: value if isinstance(value, str) else " ".join(value) for name, value in code.items()}


def parse_entry(item: Item, kind: type[CrawlSettings]) -> Draft:
    """Read a kept entry, of a collector with these settings; raises Poison for other bytes and for one without text."""
    about, parts, attached = _open(item.payload)
    told = _built_in(kind) | about
    fields = read_fields(parts, {name: told[name] for name in SAID}, about["url"])
    title, text = about.get("heading") or fields.get("title", ""), fields.get("text", "")
    if not title and not text:
        raise Poison("The entry has neither a title nor a text.")
    said = fields.get("date", "")
    languages = told["date_languages"].split()
    claimed = read_site_time(said, item.observed_at, written=told["date_format"], languages=languages)
    time = plausible(claimed, item.observed_at)
    point = read_point(fields.get("lat", ""), fields.get("lon", ""))
    photos = tuple(photo for data in attached for photo in _read_photo(data))
    flags = {
        f"status_{'_'.join(fields.get('status', '').lower().split())}": "status" in fields,
        "bad_time": bool(told["date"]) and time is None,
        "bad_coordinates": point is None and ("lat" in fields or "lon" in fields),
        "photo_left_out": len(photos) < len(about.get("photos", "").split()),
    }
    return Draft(
        text=(text if text.startswith(title) else f"{title}\n{text}").strip()[:LONGEST_TEXT],
        author=fields.get("author", ""),
        created_at=time or item.observed_at,
        url=about.get("url") or None,
        reply_to=about.get("reply_to") or None,
        geotag=point or next((photo.geotag for photo in photos if photo.geotag), None),
        place_hint=fields.get("place"),
        category_hint=fields.get("category"),
        photos=photos,
        flags=tuple(flag for flag, is_so in flags.items() if is_so),
    )


def _read_photo(data: bytes) -> Iterator[Photo]:
    with suppress(Poison):
        yield read_photo(data, "image/*")


def _open(payload: bytes) -> tuple[dict[str, str], list[Selector], list[bytes]]:
    """Read the head of a kept entry, its parts and its photos; raises Poison."""
    root = open_html(payload.decode("utf-8", "replace"))
    metas = root.xpath("/html/head/meta")
    named = {meta.attrib.get("name", ""): meta.attrib.get("content", "") for meta in metas}
    about = {name.removeprefix(_PREFIX): text for name, text in named.items() if name.startswith(_PREFIX)}
    if "url" not in about:
        raise Poison("These are not the bytes of an entry as spiders keep it.")
    try:
        for name in SAID:
            check_selector(about.get(name, ""))
    except ValueError as error:
        raise Poison(f"The entry's selectors cannot be read: {error}.") from error
    links = root.xpath(f"/html/head/link[@rel='{_PREFIX}photo']/@href").getall()
    return about, list(root.xpath("/html/body/*")), [_decode(link) for link in links]


def _decode(link: str) -> bytes:
    try:
        return b64decode(link.removeprefix(_PHOTO))
    except ValueError:
        return b""
