"""/admin/orang?nama=: one person: role, password, key, sessions, and their end."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import Staff, make_key, make_password
from dengar.store.staff import LastAdmin
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.people.choosing import Wrong, read_place
from dengar.web.people.telling import is_own_session, known_units, page_words
from dengar.web.people.words import LAST_ADMIN
from dengar.web.site import site_of

HERE = "/admin/orang"
LINES_SHOWN = 10


def show_person(request: Request) -> Response:
    """Show a person with their sessions and what was done about them."""
    return _page(request, _find(request, request.query_params.get("nama", "")))


def take_person(request: Request, typed: Typed) -> Response:
    """Change one thing about a person; every change is written down with it."""
    person = _find(request, typed["nama"])
    if person.ended_at is not None:
        raise BadRequest("Akun ini sudah diakhiri.", status=409)
    acts = {
        "sandi": _make_password, "kunci": _make_key, "keluar": _end_sessions, "peran": _change_role, "akhiri": _end,
    }  # fmt: skip
    act = acts.get(typed["aksi"])
    if act is None:
        raise BadRequest(f"aksi: {', '.join(acts)}.", status=422)
    try:
        return act(request, person, typed)
    except LastAdmin:
        return _page(request, person, problem=LAST_ADMIN)
    except Wrong as wrong:
        return _page(request, person, problem=wrong.says)


def _make_password(request: Request, person: Staff, _: Typed) -> Response:
    store, password = site_of(request).store, make_password()
    entry = make_entry(request, "password_made", person.name)
    store.administer(entry, lambda session: store.staff.set_password(person.name, password, session, must_renew=True))
    store.sessions.end_all(person.name)
    return _page(request, person, password=password)


def _make_key(request: Request, person: Staff, _: Typed) -> Response:
    store, key = site_of(request).store, make_key()
    entry = make_entry(request, "key_made", person.name)
    store.administer(entry, lambda session: store.staff.change_key(person.name, key, session))
    return _page(request, person, key=key)


def _end_sessions(request: Request, person: Staff, _: Typed) -> Response:
    store = site_of(request).store
    count = len(store.sessions.of_person(person.name, site_of(request).clock()))
    entry = make_entry(request, "sessions_ended", person.name, str(count))
    store.administer(entry, lambda session: store.sessions.end_all(person.name, session) >= 0)
    return go_to(HERE, nama=person.name, kabar="keluar")


def _change_role(request: Request, person: Staff, typed: Typed) -> Response:
    store, place = site_of(request).store, read_place(typed, known_units(request))
    before = " ".join(filter(None, (person.role, person.unit, person.area)))
    after = " ".join(filter(None, (place.role, place.unit, place.area)))
    entry = make_entry(request, "role_changed", person.name, f"{before} -> {after}")
    store.administer(
        entry, lambda session: store.staff.change_role(person.name, place.role, place.unit, place.area, session)
    )
    return go_to(HERE, nama=person.name, kabar="peran")


def _end(request: Request, person: Staff, _: Typed) -> Response:
    store, now = site_of(request).store, site_of(request).clock()
    entry = make_entry(request, "staff_ended", person.name)
    store.administer(entry, lambda session: store.staff.end(person.name, now, session))
    store.sessions.end_all(person.name)
    return go_to(HERE, nama=person.name, kabar="akhir")


def _find(request: Request, name: str) -> Staff:
    people = site_of(request).store.staff.find_all()
    found = next((one for one in people if one.name == name), None)
    if found is None:
        raise HTTPException(404, "Tidak ada orang dengan nama ini.")
    return found


def _page(
    request: Request, person: Staff, *, problem: str | None = None, password: str | None = None, key: str | None = None
) -> Response:
    site = site_of(request)
    context = {
        "person": person,
        "units": known_units(request),
        "sessions": site.store.sessions.of_person(person.name, site.clock()),
        "is_own": lambda session: is_own_session(request, session),
        "lines": [entry for _, entry in site.store.audit.page(LINES_SHOWN, who=person.name)],
        "problem": problem,
        "password": password,
        "key": key,
    }
    return site.page(request, "admin/satu.html", {**page_words(request), **context}, code=409 if problem else 200)
