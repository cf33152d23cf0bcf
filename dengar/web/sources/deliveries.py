"""/sumber/pengiriman: who is told what happens to reports, and what could not be delivered."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import AuditKind, Delivery
from dengar.web.asking import read_place, write_place
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.oversight import oversight_of
from dengar.web.site import site_of
from dengar.web.sources.telling import page_words

PAGE = 50
HERE = "/sumber/pengiriman"


def show_deliveries(request: Request) -> Response:
    """Show the targets, whether they take anything, and the dead letters."""
    store, configured = site_of(request).store, oversight_of(request).targets()
    counts = store.deliveries.count_unsettled()
    names = [*configured, *sorted(set(counts) - set(configured))]
    dead = store.deliveries.page("dead", PAGE + 1, read_place(request.query_params.get("setelah"), "pengiriman"))
    context = {
        "targets": [(name, store.targets.find(name), counts.get(name, {})) for name in names],
        "configured": configured,
        "letters": dead[:PAGE],
        "further": _further(dead),
    }
    return site_of(request).page(request, "sumber/pengiriman.html", {**page_words(request), **context})


def take_deliveries(request: Request, typed: Typed) -> Response:
    """Try dead letters again or give them up, one or all of a target."""
    act, target, one = typed["aksi"], typed["tujuan"], typed["id"]
    if act not in {"ulang", "buang"} or not (target or one):
        raise BadRequest("aksi: ulang atau buang, dengan id atau tujuan.", status=422)
    ids = [one] if one else _dead_of(request, target)
    if act == "ulang":
        return _replay(request, ids, None if one else target)
    reason = " ".join(typed["alasan"].split())
    count = site_of(request).store.deliveries.drop(ids, site_of(request).clock())
    return _tell(request, "deliveries_dropped", target, f"{count}{': ' + reason if reason else ''}", "kirim_buang")


def _replay(request: Request, ids: Sequence[str], target: str | None) -> Response:
    store, now = site_of(request).store, site_of(request).clock()
    count = store.deliveries.replay(ids, now)
    if target is not None and target in oversight_of(request).targets():
        store.targets.start(target)
        store.deliveries.hasten(target, now)
    return _tell(request, "deliveries_replayed", target, str(count), "kirim_ulang")


def _tell(request: Request, kind: AuditKind, target: str | None, detail: str, news: str) -> Response:
    site_of(request).store.audit.add(make_entry(request, kind, target or None, detail))
    return go_to(HERE, kabar=news)


def _dead_of(request: Request, target: str) -> list[str]:
    return [one.id for one in site_of(request).store.deliveries.find_all("dead", target, limit=0)]


def _further(found: Sequence[Delivery]) -> str | None:
    return write_place("pengiriman", found[PAGE - 1].due_at, found[PAGE - 1].id) if len(found) > PAGE else None
