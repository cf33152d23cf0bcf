"""/admin: everybody who works here, and the form that adds somebody."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import DengarError
from dengar.models import Staff, hash_key, make_key, make_password
from dengar.store.staff import hash_password
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed
from dengar.web.people.choosing import Wrong, read_name, read_place
from dengar.web.people.telling import known_units, page_words
from dengar.web.people.words import NAME_TAKEN
from dengar.web.site import site_of

EMPTY = {"nama": "", "peran": "operator", "unit": "", "wilayah": ""}


def show_everybody(request: Request) -> Response:
    """Show who works here, who left last."""
    return _page(request)


def add_person(request: Request, typed: Typed) -> Response:
    """Add a person with a password that is shown this one time and that they must change."""
    store, password = site_of(request).store, make_password()
    try:
        person = _read(request, typed, password)
        entry = make_entry(request, "staff_added", person.name, _describe(person))
        store.administer(entry, lambda session: store.staff.add(person, session))
    except Wrong as wrong:
        return _page(request, typed, wrong.says)
    except DengarError:  # the name is taken, since a moment
        return _page(request, typed, NAME_TAKEN)
    return _page(request, secret=(person.name, password))


def _read(request: Request, typed: Typed, password: str) -> Staff:
    site, name = site_of(request), read_name(typed)
    if any(one.name.casefold() == name.casefold() for one in site.store.staff.find_all()):
        raise Wrong(NAME_TAKEN)
    place = read_place(typed, known_units(request))
    return Staff(
        name=name,
        role=place.role,
        unit=place.unit,
        area=place.area,
        key_hash=hash_key(make_key()),  # nobody knows it: they make their own when they need one
        password_hash=hash_password(password),
        must_renew=True,
        added_at=site.clock(),
    )


def _describe(person: Staff) -> str:
    return " ".join(filter(None, (person.role, person.unit, person.area)))


def _page(
    request: Request, typed: Typed | None = None, problem: str | None = None, secret: tuple[str, str] | None = None
) -> Response:
    site = site_of(request)
    people = site.store.staff.find_all()
    context = {
        "people": sorted(people, key=lambda one: (one.ended_at is not None, one.name.casefold())),
        "units": known_units(request),
        "typed": {key: typed[key] for key in EMPTY} if typed else EMPTY,
        "problem": problem,
        "secret": secret,
    }
    return site.page(request, "admin/orang.html", {**page_words(request), **context}, code=422 if problem else 200)
