"""Acting: what a person may do with a report here, and doing it."""

from collections.abc import Callable

from starlette.exceptions import HTTPException

from dengar.errors import BadRequest
from dengar.models import OPEN_STATES, EventKind, Report, Staff
from dengar.routing import commands as do
from dengar.routing.acting import ON_CLOSED, may_use
from dengar.web.casework.words import CONFLICT
from dengar.web.desk import DeskDoor
from dengar.web.site import Site

# What happens by itself, and leaves a person's decision as right as it was.
HARMLESS: frozenset[EventKind] = frozenset({"voice", "escalated", "handed_over", "rated", "note"})
_KINDS: dict[str, type[do.Command]] = {
    "terima": do.Settle,
    "setel": do.Settle,
    "kategori": do.Categorise,
    "lokasi": do.Locate,
    "alihkan": do.Reroute,
    "disposisi": do.Dispatch,
    "koordinasi": do.Coordinate,
    "mulai": do.Start,
    "selesai": do.Close,
    "tolak": do.Reject,
    "buka_lagi": do.Reopen,
    "tanya": do.Ask,
    "lanjut": do.Resume,
    "catatan": do.Remark,
    "gabung": do.Merge,
    "pisahkan": do.Unmerge,
    "pisah": do.Split,
    "tahan": do.Hide,
    "tampilkan": do.Show,
    "verifikasi": do.Verify,
    "urung": do.Review,
}


def desk_of(site: Site) -> DeskDoor:
    """Give the desk; raises HTTPException 404 where nobody decides."""
    if site.desk is None:
        raise HTTPException(404)
    return site.desk


def find_seen(site: Site, who: Staff, number: str) -> Report:
    """Give a report that this person may see; raises BadRequest: 404 for an unknown number, 403 for another's."""
    report = site.store.find_report(number)
    if report is None:
        raise BadRequest(f"Tidak ada laporan {number[:40]}.", status=404)
    desk_of(site).check_sees(who, report)
    return report


def allowed(who: Staff, report: Report) -> frozenset[str]:
    """Give the deeds that this person may do with a report in its state."""
    return frozenset(deed for deed, kind in _KINDS.items() if may_use(who.role, kind) and _fits(deed, kind, report))


def _fits(deed: str, kind: type[do.Command], report: Report) -> bool:
    """Say whether a deed makes sense for a report as it is."""
    fits = _WHEN.get(deed)
    if fits is not None and not fits(report):
        return False
    return report.state in OPEN_STATES or kind in ON_CLOSED or deed == "pisahkan"


_WHEN: dict[str, Callable[[Report], bool]] = {
    "pisahkan": lambda report: report.state == "duplikat",
    "buka_lagi": lambda report: report.state in {"selesai", "ditolak"},
    "tanya": lambda report: report.pause is None,
    "lanjut": lambda report: report.pause is not None,
    "mulai": lambda report: report.unit is not None and report.state != "proses",
    "selesai": lambda report: report.unit is not None,
    "koordinasi": lambda report: report.unit is not None,
    "disposisi": lambda report: report.unit is not None,
    "tahan": lambda report: not report.is_hidden,
    "tampilkan": lambda report: report.is_hidden,
    "terima": lambda report: bool(report.needs_review),
    "setel": lambda report: bool(report.needs_review),
    "pisah": lambda report: report.voices > 1,
}


def version_for(site: Site, report: Report, seen: int | None) -> int | None:
    """Give the version on which a deed is to be done; raises BadRequest (409) when what matters changed since."""
    if seen is None or seen == report.version:
        return seen
    changes = site.store.events.since(report.number, seen)
    if all(event.kind in HARMLESS for event in changes):
        return report.version
    raise BadRequest(CONFLICT, status=409)
