"""Acting: what a person may do with a report here, and doing it."""

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
    if deed == "pisahkan":
        return report.state == "duplikat"
    if deed == "buka_lagi":
        return report.state in {"selesai", "ditolak"}
    if deed in {"tanya", "lanjut"} and (report.pause is not None) != (deed == "lanjut"):
        return False
    if deed in {"mulai", "selesai", "koordinasi", "disposisi"} and report.unit is None:
        return False
    if deed in {"tahan", "tampilkan"} and report.is_hidden != (deed == "tampilkan"):
        return False
    if deed in {"terima", "setel"} and not report.needs_review:
        return False
    if deed == "pisah" and report.voices < 2:  # noqa: PLR2004  one message stays
        return False
    return report.state in OPEN_STATES or kind in ON_CLOSED


def version_for(site: Site, report: Report, seen: int | None) -> int | None:
    """Give the version on which a deed is to be done; raises BadRequest (409) when what matters changed since."""
    if seen is None or seen == report.version:
        return seen
    changes = site.store.events.since(report.number, seen)
    if all(event.kind in HARMLESS for event in changes):
        return report.version
    raise BadRequest(CONFLICT, status=409)
