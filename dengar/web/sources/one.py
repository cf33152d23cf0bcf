"""/sumber/{name}: one source, and what an admin may ask of it."""

import secrets
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import WIB, Gap, Job, JobKind, SourceStatus
from dengar.web.access import staff_of
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.oversight import oversight_of
from dengar.web.site import Site, site_of
from dengar.web.sources.chart import draw_hours
from dengar.web.sources.telling import page_words

RUNS_SHOWN = 20
GAPS_SHOWN = 50
ALMOST_A_SECOND = timedelta(milliseconds=999)


def show_source(request: Request) -> Response:
    """Show one source: what ails it, its hours, its gaps, its runs."""
    site, source = _find(request)
    outlook = oversight_of(request).outlooks().get(source.name)
    gaps = _open_gaps(site, source.name)
    context = {
        "source": source,
        "status": site.status(),
        "outlook": outlook,
        "chart": draw_hours(outlook.hours) if outlook else None,
        "gaps": gaps[:GAPS_SHOWN],
        "more_gaps": max(0, len(gaps) - GAPS_SHOWN),
        "command": _command,
        "runs": site.store.runs.of_source(source.name, RUNS_SHOWN),
        "jobs": site.store.jobs.of_source(source.name),
        "aside": site.store.quarantine.count_of(source.name),
    }
    return site.page(request, "sumber/satu.html", {**page_words(request), **context})


def take_source(request: Request, typed: Typed) -> Response:
    """Do what an admin asks: read now, fill a gap, close a gap."""
    site, source = _find(request)
    act = typed["aksi"]
    if act == "baca":
        return _ask(request, source.name, "read", None)
    if act == "isi":
        return _ask(request, source.name, "fill", _gap(site, source.name, typed))
    if act == "tutup":
        return _close(request, _gap(site, source.name, typed))
    raise BadRequest("aksi: baca, isi, atau tutup.", status=422)


def ask_job(request: Request, job: Job) -> bool:
    """Ask the scheduler for something; False when it was asked for already."""
    return site_of(request).store.jobs.ask(job)


def new_job(request: Request, kind: JobKind, source: str, gap: Gap | None = None, total: int | None = None) -> Job:
    """Make a job that the caller asks for now."""
    return Job(
        id=secrets.token_hex(8),
        kind=kind,
        source=source,
        asked_by=staff_of(request).name,
        asked_at=site_of(request).clock(),
        since=gap.since if gap else None,
        until=gap.until if gap else None,
        total=total,
    )


def _find(request: Request) -> tuple[Site, SourceStatus]:
    site, name = site_of(request), request.path_params["name"]
    found = next((one for one in site.status().sources if one.name == name), None)
    if found is None:
        raise HTTPException(404, "Tidak ada sumber dengan nama ini.")
    return site, found


def _ask(request: Request, name: str, kind: JobKind, gap: Gap | None) -> Response:
    outlook = oversight_of(request).outlooks().get(name)
    if outlook is None or not outlook.is_pulled:
        raise BadRequest("Sumber ini mengirim kepada kami; ia tidak bisa dibaca ulang.", status=409)
    if not ask_job(request, new_job(request, kind, name, gap)):
        return go_to(f"/sumber/{name}", kabar="sudah")
    detail = f"{gap.since.isoformat()} - {gap.until.isoformat()}" if gap else ""
    entry = make_entry(request, "gap_filled" if gap else "source_read", name, detail)
    site_of(request).store.audit.add(entry)
    return go_to(f"/sumber/{name}", kabar="diminta")


def _close(request: Request, gap: Gap) -> Response:
    site = site_of(request)
    site.store.gaps.close(gap.source, gap.since, gap.until, site.clock())
    detail = f"{gap.since.isoformat()} - {gap.until.isoformat()}"
    site.store.audit.add(make_entry(request, "gap_closed", gap.source, detail))
    return go_to(f"/sumber/{gap.source}", kabar="ditutup")


def _open_gaps(site: Site, name: str) -> list[Gap]:
    return [gap for gap in site.store.gaps.find_open() if gap.source == name]


def _gap(site: Site, name: str, typed: Typed) -> Gap:
    wanted = (typed["dari"], typed["sampai"])
    found = (gap for gap in _open_gaps(site, name) if (gap.since.isoformat(), gap.until.isoformat()) == wanted)
    gap = next(found, None)
    if gap is None:
        raise BadRequest("Celah ini sudah terisi atau ditutup.", status=409)
    return gap


def _command(gap: Gap) -> str:
    """Give the command that fills a gap where no scheduler runs; it knows whole seconds, so the end is rounded up."""
    return f"dengar collect {gap.source} --since {_second(gap.since)} --until {_second(gap.until + ALMOST_A_SECOND)}"


def _second(at: datetime) -> str:
    return at.astimezone(WIB).strftime("%Y-%m-%dT%H:%M:%S%z")
