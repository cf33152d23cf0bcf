"""Feeds: the public reports by filter, as Atom, RSS, GeoJSON, CSV and Parquet."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from dengar.feeds.geojson import write_geojson
from dengar.feeds.news import write_atom, write_rss
from dengar.feeds.parquet import write_parquet
from dengar.feeds.rows import ReportRow, Row, make_row
from dengar.feeds.table import write_csv
from dengar.store.reports import Order
from dengar.web.asking import FILTER, ask_choice, ask_number, ask_selection
from dengar.web.language import choose_language
from dengar.web.site import Site, site_of

router = APIRouter(tags=["umpan"])
TheSite = Annotated[Site, Depends(site_of)]
ENTRIES, MOST_ENTRIES = 100, 500
_SEPARATORS = {"koma": ",", "titikkoma": ";", "tab": "\t"}


@router.get("/umpan/laporan.atom", openapi_extra=FILTER)
def give_atom(request: Request, site: TheSite) -> Response:
    """Give the newest reports as an Atom feed."""
    return _give_feed(request, site, write_atom, "application/atom+xml")


@router.get("/umpan/laporan.rss", openapi_extra=FILTER)
def give_rss(request: Request, site: TheSite) -> Response:
    """Give the newest reports as an RSS feed."""
    return _give_feed(request, site, write_rss, "application/rss+xml")


@router.get("/api/laporan.geojson", openapi_extra=FILTER)
def give_geojson(request: Request, site: TheSite) -> Response:
    """Give reports as points."""
    return _send(write_geojson(_pages(request, site)), "application/geo+json", "laporan.geojson")


@router.get("/api/laporan.csv", openapi_extra=FILTER)
def give_csv(request: Request, site: TheSite) -> Response:
    """Give reports as a table; `pemisah=titikkoma&bom=1` is what spreadsheets in Indonesia open."""
    separator = _SEPARATORS[ask_choice(request, "pemisah", *_SEPARATORS)]
    bom = ask_choice(request, "bom", "0", "1") == "1"
    pages = _pages(request, site, "pemisah", "bom")
    return _send(write_csv(pages, ReportRow, separator=separator, bom=bom), "text/csv; charset=utf-8", "laporan.csv")


@router.get("/api/laporan.parquet", openapi_extra=FILTER)
def give_parquet(request: Request, site: TheSite) -> Response:
    """Give reports as Parquet with the metadata of GeoParquet."""
    pages = _pages(request, site)
    return _send(write_parquet(pages, ReportRow), "application/vnd.apache.parquet", "laporan.parquet")


def _pages(request: Request, site: Site, *others: str) -> Iterator[Sequence[Row]]:
    selection = ask_selection(site, request, *others)
    tell, address = site.telling(choose_language(request)), site.address(request)
    return ([make_row(one, tell, address) for one in page] for page in site.store.reports.stream(selection))


def _send(chunks: Iterable[bytes], media_type: str, name: str) -> Response:
    """Send piece by piece; the first is made before the answer begins, so that what is refused is told as such."""
    pieces = (chunk for chunk in chunks if chunk)
    first = next(pieces, b"")
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
    headers["access-control-allow-origin"] = "*"  # it is public, and maps of others read it in browsers
    return StreamingResponse(chain([first], pieces), media_type=media_type, headers=headers)


def _give_feed(
    request: Request, site: Site, write: Callable[[Sequence[ReportRow], str, str], bytes], kind: str
) -> Response:
    by: Order = "updated_at" if ask_choice(request, "urut", "baru", "berubah") == "berubah" else "created_at"
    count = ask_number(request, "jumlah", ENTRIES, MOST_ENTRIES)
    selection = ask_selection(site, request, "urut", "jumlah")
    changed = site.store.reports.changed_at()  # asked first: what is committed meanwhile must not look older
    reports = site.store.reports.select(selection, count, by)
    tell, address = site.telling(choose_language(request)), site.address(request)
    query = f"?{request.url.query}" if request.url.query else ""
    here = f"{address}{request.scope['path']}{query}"
    body = write([make_row(one, tell, address) for one in reports], here, address)
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": etag, "cache-control": "no-cache", "vary": "Accept-Language, Cookie"}
    if changed is not None:
        headers["last-modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    if _is_known(request, etag, changed):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{kind}; charset=utf-8", headers=headers)


def _is_known(request: Request, etag: str, changed: datetime | None) -> bool:
    """Say whether the reader has this already; the tag decides when there is one."""
    if "if-none-match" in request.headers:
        tags = {one.strip() for one in request.headers["if-none-match"].split(",")}
        return bool(tags & {etag, etag.removeprefix("W/"), "*"})
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed is not None and since.tzinfo is not None and changed.replace(microsecond=0) <= since
