"""/sumber/{name}/karantina: what could not be used, why, and what to do about it."""

import hashlib

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest, DengarError
from dengar.models import Quarantined
from dengar.web.access import staff_of
from dengar.web.asking import read_place, write_place
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.oversight import oversight_of
from dengar.web.roles import ADMIN
from dengar.web.site import site_of
from dengar.web.sources.one import ask_job, new_job
from dengar.web.sources.safe_bytes import show_bytes
from dengar.web.sources.telling import page_words
from dengar.web.sources.words import NEEDS_REASON

PAGE = 50
_DOWNLOAD = {
    "content-disposition": 'attachment; filename="{}.bin"',
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
}


def show_quarantine(request: Request) -> Response:
    """List a source's entries, newest first."""
    site, name = site_of(request), request.path_params["name"]
    lines = site.store.quarantine.page(name, PAGE + 1, read_place(request.query_params.get("setelah"), "karantina"))
    if not lines and all(one.name != name for one in site.status().sources):
        raise HTTPException(404)
    shown = lines[:PAGE]
    context = {
        "name": name,
        "lines": shown,
        "mask": oversight_of(request).mask,
        "count": site.store.quarantine.count_of(name),
        "further": write_place("karantina", shown[-1].at, shown[-1].id) if len(lines) > PAGE else None,
        "jobs": site.store.jobs.of_source(name, 3),
        "status": site.status(),
    }
    return site.page(request, "sumber/karantina.html", {**page_words(request), **context})


def show_entry(request: Request) -> Response:
    """Show one entry with its bytes, masked and escaped."""
    return _entry_page(request, None)


def give_entry(request: Request) -> Response:
    """Give an entry's bytes as they came, as a file that no browser opens."""
    entry = _find(request, request.query_params.get("id", ""))
    name = f"{request.path_params['name']}-{hashlib.sha256(entry.item.id.encode()).hexdigest()[:12]}"
    line = make_entry(request, "quarantine_taken", entry.item.source, entry.item.channel)
    site_of(request).store.audit.add(line)
    headers = {key: value.format(name) for key, value in _DOWNLOAD.items()}
    return Response(entry.item.payload, media_type="application/octet-stream", headers=headers)


def take_quarantine(request: Request, typed: Typed) -> Response:
    """Try one entry or all of them again, or drop one with a reason."""
    act = typed["aksi"]
    if act == "ulang_semua":
        return _replay_all(request)
    if act == "ulang":
        return _replay(request, typed["id"])
    if act == "buang":
        return _drop(request, typed["id"], " ".join(typed["alasan"].split()))
    raise BadRequest("aksi: ulang, ulang_semua, atau buang.", status=422)


def _entry_page(request: Request, problem: str | None, item_id: str | None = None) -> Response:
    site = site_of(request)
    entry = _find(request, item_id or request.query_params.get("id", ""))
    mask = oversight_of(request).mask
    context = {
        "name": entry.item.source,
        "entry": entry,
        "bytes": show_bytes(entry.item.payload, mask),
        "mask": mask,
        "is_admin": staff_of(request).role in ADMIN,
        "problem": problem,
    }
    return site.page(request, "sumber/isi.html", {**page_words(request), **context}, code=422 if problem else 200)


def _find(request: Request, item_id: str) -> Quarantined:
    entry = site_of(request).store.quarantine.find(request.path_params["name"], item_id)
    if entry is None:
        raise HTTPException(404, "Pesan ini tidak ada lagi di karantina.")
    return entry


def _replay(request: Request, item_id: str) -> Response:
    store, entry = site_of(request).store, _find(request, item_id)
    try:
        store.replay(entry.item.id)
    except DengarError as error:  # somebody else was faster
        raise HTTPException(404, "Pesan ini tidak ada lagi di karantina.") from error
    store.audit.add(make_entry(request, "quarantine_replayed", entry.item.source, entry.item.channel))
    return go_to(_address(request), kabar="diulang")


def _replay_all(request: Request) -> Response:
    store, name = site_of(request).store, request.path_params["name"]
    count = store.quarantine.count_of(name)
    if not ask_job(request, new_job(request, "replay", name, total=count)):
        return go_to(_address(request), kabar="sudah")
    store.audit.add(make_entry(request, "quarantine_replayed", name, str(count)))
    return go_to(_address(request), kabar="diminta")


def _drop(request: Request, item_id: str, reason: str) -> Response:
    if not reason:
        return _entry_page(request, NEEDS_REASON, item_id)
    store, entry = site_of(request).store, _find(request, item_id)
    line = make_entry(request, "quarantine_dropped", entry.item.source, f"{entry.item.channel}: {reason}")
    store.administer(line, lambda session: store.quarantine.erase([entry.item.id], session))
    return go_to(_address(request), kabar="dibuang")


def _address(request: Request) -> str:
    return f"/sumber/{request.path_params['name']}/karantina"
