"""/admin/program: the programs of others that may post reports through Open311, each with a key."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest, DengarError
from dengar.models import ApiClient, hash_key, make_key
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.people.telling import page_words
from dengar.web.people.words import NAME_TAKEN, PROGRAM_INCOMPLETE
from dengar.web.site import site_of

LONGEST = 100


def show_programs(request: Request) -> Response:
    """List every program, also those whose key was taken away."""
    return _page(request)


def take_programs(request: Request, typed: Typed) -> Response:
    """Add a program with a key that is shown this one time, or take a key away."""
    name = " ".join(typed["nama"].split())[:LONGEST]
    if typed["aksi"] == "akhiri":
        return _end(request, name)
    contact = " ".join(typed["kontak"].split())[:LONGEST]
    if not name.isprintable() or not name or not contact:
        return _page(request, typed, PROGRAM_INCOMPLETE)
    return _add(request, typed, ApiClient(
        name=name, contact=contact, key_hash="", added_at=site_of(request).clock()
    ))  # fmt: skip


def _add(request: Request, typed: Typed, program: ApiClient) -> Response:
    store, key = site_of(request).store, make_key()
    try:
        store.clients.add(program.replace(key_hash=hash_key(key)))
    except DengarError:
        return _page(request, typed, NAME_TAKEN)
    store.audit.add(make_entry(request, "client_added", program.name, program.contact))
    return _page(request, secret=(program.name, key))


def _end(request: Request, name: str) -> Response:
    store = site_of(request).store
    if not store.clients.end(name, site_of(request).clock()):
        raise BadRequest("Program ini tidak ada, atau kuncinya sudah dicabut.", status=409)
    store.audit.add(make_entry(request, "client_ended", name))
    return go_to("/admin/program", kabar="program")


def _page(
    request: Request, typed: Typed | None = None, problem: str | None = None, secret: tuple[str, str] | None = None
) -> Response:
    site = site_of(request)
    context = {
        "programs": site.store.clients.find_all(),
        "typed": {key: typed[key] if typed else "" for key in ("nama", "kontak")},
        "problem": problem,
        "secret": secret,
    }
    return site.page(request, "admin/program.html", {**page_words(request), **context}, code=422 if problem else 200)
