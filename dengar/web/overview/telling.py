"""/data, /metode and /privasi: what may be taken, how it is made, and what happens to what people write."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dengar import __version__
from dengar.routing.ranking import BANDS, LEAST_CASES
from dengar.web.overview.kept import give_page
from dengar.web.roles import find_access
from dengar.web.site import site_of
from dengar.web.words import _

SECONDS = 60.0


class Feed(NamedTuple):
    """One way to take data: where it is, an example of its query, and what it gives."""

    address: str
    query: str
    gives: str

    @property
    def is_here(self) -> bool:
        """Say whether this version of Dengar has it."""
        return find_access(self.address) is not None


FEEDS: Sequence[Feed] = (
    Feed("/api/laporan", "?category=banjir&state=open&limit=20", _("Laporan sebagai JSON, halaman demi halaman.")),
    Feed("/api/laporan.csv", "?kel=31.74&pemisah=titikkoma&bom=1", _("Tabel CSV; begini dibuka Excel di Indonesia.")),
    Feed("/api/laporan.geojson", "?bbox=106.79,-6.25,106.86,-6.20", _("Titik-titik GeoJSON untuk peta.")),
    Feed("/api/laporan.parquet", "?created_since=2026-11-01", _("GeoParquet untuk analisis.")),
    Feed("/umpan/laporan.atom", "?kel=31.74.01", _("Umpan Atom: laporan terbaru, atau yang terakhir berubah.")),
    Feed("/umpan/laporan.rss", "?category=sampah", _("Umpan RSS.")),
    Feed("/api/perubahan", "?jumlah=500", _("Yang berubah sejak terakhir kali Anda bertanya.")),
    Feed("/api/aliran", "?category=banjir", _("Perubahan seketika (server-sent events).")),
    Feed("/api/banjir", "", _("Banjir sekarang: laporan, pintu air, pompa.")),
    Feed("/api/peringkat", "?level=kelurahan", _("Kinerja kantor-kantor dengan golongan dan rentangnya.")),
    Feed("/api/status", "", _("Keadaan Dengar sendiri: sumber, celah, masalah.")),
    Feed("/open311/v2/requests.json", "?status=open", _("Open311 GeoReport v2: membaca dan mengirim laporan.")),
    Feed("/api/openapi.json", "", _("Uraian semua alamat untuk program (OpenAPI).")),
)


async def show_data(request: Request) -> Response:
    """Show every feed, with an example each."""
    return await give_page(request, _make_data, SECONDS)


async def show_method(request: Request) -> Response:
    """Show how reports are read, placed, joined and compared, and how often that goes wrong."""
    return await give_page(request, _make_method, SECONDS)


async def show_privacy(request: Request) -> Response:
    """Show what is kept, masked and deleted."""
    return await give_page(request, _make_privacy, SECONDS)


def _make_data(request: Request) -> HTMLResponse:
    feeds = [feed for feed in FEEDS if feed.is_here]
    return site_of(request).page(request, "overview/data.html", {"version": __version__, "feeds": feeds})


def _make_method(request: Request) -> HTMLResponse:
    site = site_of(request)
    move = site.store.versions.serving()
    context = {
        "model": site.store.versions.find(move.version) if move else None,
        "since": move.at if move else None,
        "bands": BANDS,
        "least": LEAST_CASES,
        "complaints": [code for code in site.categories if code != "bukan_keluhan"],
    }
    return site.page(request, "overview/method.html", context)


def _make_privacy(request: Request) -> HTMLResponse:
    return site_of(request).page(request, "overview/privacy.html")
