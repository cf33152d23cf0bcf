"""Rows with named fields (a line of JSON or CSV, a form, a webhook's body) as drafts."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from dengar.errors import Poison
from dengar.ingest.formats.dates import read_time
from dengar.models import Draft, Point

LONGEST_TEXT = 20_000
LONGEST_ID = 500
OLDEST_YEAR = 2000

# What other programs call the same field; the first that has a value counts.
TEXT = (
    "text",
    "isi",
    "pesan",
    "message",
    "body",
    "keluhan",
    "laporan",
    "uraian",
    "deskripsi",
    "description",
    "content",
)
SUBJECT = ("subject", "judul", "title", "perihal")
ID = ("id", "_id", "nomor", "number", "id_laporan", "uuid")  # "no" only counts the rows of its file
TIME = ("created_at", "tanggal", "waktu", "timestamp", "date", "time", "submitted_at", "tgl")
AUTHOR = ("author", "kontak", "pengirim", "nama", "name", "from", "user", "username", "email", "phone")
PLACE = ("lokasi", "kelurahan", "alamat", "address", "location", "place", "tempat")
CATEGORY = ("category", "kategori")
LAT = ("lat", "latitude", "lintang")
LON = ("lon", "lng", "long", "longitude", "bujur")
URL = ("url", "link", "permalink")
REPLY = ("reply_to", "in_reply_to")
REPOST = ("repost_of", "retweet_of")

Row = Mapping[str, object]

_PHONE = re.compile(r"[+0-9][0-9 .-]{8,19}")


def field(row: Row, names: tuple[str, ...]) -> str:
    """Give the first of these fields that holds text or a number, trimmed; empty when none does."""
    for name in names:
        value = row.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return plain(str(value)).strip()
    return ""


def plain(text: str) -> str:
    """Give the text as it can be stored: JSON may hold halves of surrogate pairs, which are no characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def native_id(row: Row) -> str:
    """Give the row's own id, or the digest of its contents when it has none that is of use.

    A `nomor` or `number` that is a phone number names a person and not a message.
    """
    own = next((own for name in ID if (own := field(row, (name,))) and not _is_phone(name, own)), "")
    if 0 < len(own) <= LONGEST_ID:
        return own
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    return contents_id(text.encode(errors="replace"))


def contents_id(data: bytes) -> str:
    """Name a message that has no id of its own by its contents."""
    return hashlib.blake2b(data, digest_size=10).hexdigest()


def _is_phone(name: str, own: str) -> bool:
    return name in {"nomor", "number"} and own.startswith(("+62", "62", "08")) and bool(_PHONE.fullmatch(own))


def read_row(row: Row, observed_at: datetime) -> Draft:
    """Read a row; raises Poison when it has no text.

    A time or coordinate that cannot be used does not cost the complaint: it is left out and flagged.
    """
    text = "\n".join(part for part in (field(row, SUBJECT), field(row, TEXT)) if part)
    if not field(row, TEXT):
        raise Poison(f"The row has no text in any of the fields {', '.join(TEXT)}.")
    flags = []
    created_at = plausible(read_time(field(row, TIME)), observed_at)
    if created_at is None and field(row, TIME):
        flags.append("bad_time")
    geotag = read_point(field(row, LAT), field(row, LON))
    if geotag is None and (field(row, LAT) or field(row, LON)):
        flags.append("bad_coordinates")
    return Draft(
        text=text.replace("\0", "")[:LONGEST_TEXT],
        author=field(row, AUTHOR),
        created_at=created_at or observed_at,
        url=field(row, URL) or None,
        reply_to=field(row, REPLY) or None,
        repost_of=field(row, REPOST) or None,
        geotag=geotag,
        place_hint=field(row, PLACE) or None,
        category_hint=field(row, CATEGORY) or None,
        flags=tuple(flags),
    )


def plausible(claimed: datetime | None, observed_at: datetime) -> datetime | None:
    """Keep a claimed time unless it lies before 2000 or more than a day ahead of our clock."""
    if claimed is None or claimed.year < OLDEST_YEAR or claimed > observed_at + timedelta(days=1):
        return None
    return claimed


def read_point(lat: str, lon: str) -> Point | None:
    """Read degrees; None for what is no number, not finite, off the globe, or 0,0."""
    try:
        point = Point(lat=float(lat.replace(",", ".")), lon=float(lon.replace(",", ".")))
    except ValueError:
        return None
    return point if is_on_globe(point) else None


def is_on_globe(point: Point) -> bool:
    """Say whether the coordinates can be real: 0,0 is what broken devices send."""
    return (
        math.isfinite(point.lat)
        and math.isfinite(point.lon)
        and abs(point.lat) <= 90  # noqa: PLR2004  degrees of latitude
        and abs(point.lon) <= 180  # noqa: PLR2004  degrees of longitude
        and (point.lat, point.lon) != (0, 0)
    )
