"""LAPOR!'s list of reports over HTTP, newest first, page by page.

The list has no "changed since", so every sweep reads the last days again: that is how a change or an end is seen.
"""

from datetime import datetime
from urllib.parse import urlencode

import msgspec

from dengar.ingest.fetch import fetch_url, read_json
from dengar.models import Record


class Listing(Record, frozen=True, kw_only=True):
    """Where the list is, who asks, and how much a page holds."""

    url: str
    token: str
    page_size: int


class Wrapped(msgspec.Struct, frozen=True):
    """A page whose rows lie under `data`."""

    data: list[msgspec.Raw]


def fetch_page(listed: Listing, page: int, now: datetime) -> list[bytes]:
    """Fetch the very bytes of a page's rows, none behind the last page; raises StopSource."""
    asked = urlencode({"page": page, "per_page": listed.page_size})
    url = f"{listed.url}{'&' if '?' in listed.url else '?'}{asked}"
    headers = {"authorization": f"Bearer {listed.token}", "accept": "application/json"}
    answer = fetch_url(url, now=now, headers=headers)
    rows = read_json(answer, url, list[msgspec.Raw] | Wrapped)  # type: ignore[arg-type]
    return [bytes(row) for row in (rows.data if isinstance(rows, Wrapped) else rows)]
