"""One post as a draft, in either vocabulary."""

import html
from collections.abc import Mapping

from dengar.errors import Poison
from dengar.ingest.formats.row import LONGEST_TEXT, is_on_globe, plain
from dengar.ingest.xapi.fields import (
    Row,
    find_reference,
    get_id,
    get_row,
    get_rows,
    get_text,
    get_time,
    get_versions,
    read_row,
)
from dengar.models import Draft, Item, Point

ADDRESS = "https://x.com/i/web/status/"  # finds the author by itself


def read_post(item: Item) -> Draft:
    """Read a post; raises Poison when it has no text.

    The text is the long one where there is one, with X's short links unfolded. A repost has the text of what it
    repeats. A quoted text is not the author's and stays out.
    """
    outer = read_row(item.payload) or {}
    row, includes = get_row(outer, "data"), get_row(outer, "includes")
    repeated = next(iter(get_rows(includes, "posts")), {})
    text = _read_text(repeated, includes) or _read_text(row, includes)
    if not text:
        raise Poison("The bytes are no post with text.")
    time = get_time(row, item.observed_at)
    point = _read_point(get_row(row, "geo"))
    place = next(iter(get_rows(includes, "places")), {})
    return Draft(
        text=text[:LONGEST_TEXT],
        author=get_id(row, "author_id"),
        created_at=time or item.observed_at,
        url=f"{ADDRESS}{get_id(row)}" if get_id(row) else None,
        reply_to=find_reference(row, "replied_to"),
        repost_of=get_versions(repeated)[0] or find_reference(row, "retweeted"),
        geotag=point,
        place_hint=plain(get_text(place, "full_name", "name")).replace("\0", "") or None,
        flags=_find_flags(
            is_timed=time is not None, is_placed=point is not None or not get_row(row, "geo").get("coordinates")
        ),
    )


def _find_flags(*, is_timed: bool, is_placed: bool) -> tuple[str, ...]:
    faults = {"bad_time": not is_timed, "bad_coordinates": not is_placed}
    return ("broadcast", *(flag for flag, is_bad in faults.items() if is_bad))


def _read_text(row: Row, includes: Row) -> str:
    note = get_row(row, "note_post", "note_tweet")
    whole = note if get_text(note, "text") else row
    text = html.unescape(get_text(whole, "text"))  # X writes &, < and > as &amp; &lt; &gt;
    for short, links in _find_links(get_row(whole, "entities"), includes).items():
        text = text.replace(short, " ".join(links))
    return plain(text).replace("\0", "").strip()


def _find_links(entities: Row, includes: Row) -> Mapping[str, list[str]]:
    """Map X's short links to where they lead: several pictures share one."""
    pictures = {
        get_text(one, "media_key"): get_text(one, "url", "preview_image_url") for one in get_rows(includes, "media")
    }
    links: dict[str, list[str]] = {}
    for entity in get_rows(entities, "urls"):
        short = get_text(entity, "url")
        far = pictures.get(get_text(entity, "media_key")) or get_text(entity, "unwound_url", "expanded_url")
        if short and far and far not in links.setdefault(short, []):
            links[short].append(far)
    return links


def _read_point(geo: Row) -> Point | None:
    """Read GeoJSON: the longitude comes first."""
    pair = get_row(geo, "coordinates").get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2 or any(isinstance(one, bool) for one in pair):  # noqa: PLR2004  a pair
        return None
    try:
        point = Point(lat=float(pair[1]), lon=float(pair[0]))
    except (TypeError, ValueError, OverflowError):
        return None
    return point if is_on_globe(point) else None
