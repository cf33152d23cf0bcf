"""/akun: everybody's own password, sessions and key."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import make_key, password_problem
from dengar.web.access import SESSION_COOKIE, staff_of
from dengar.web.auditing import make_entry
from dengar.web.form_pages import Typed, go_to
from dengar.web.people.telling import is_own_session, page_words
from dengar.web.people.words import NOT_REPEATED, OLD_PASSWORD_WRONG, PASSWORD_PROBLEMS, SAME_AS_OLD
from dengar.web.site import site_of

HERE = "/akun"


def show_account(request: Request) -> Response:
    """Show who is signed in, where, and the forms for password and key."""
    return _page(request)


def take_account(request: Request, typed: Typed) -> Response:
    """Change the caller's own password or key, or end their sessions."""
    acts = {"sandi": _change_password, "kunci": _make_key, "sesi": _end_session, "semua": _end_others}
    act = acts.get(typed["aksi"])
    if act is None:
        raise BadRequest(f"aksi: {', '.join(acts)}.", status=422)
    return act(request, typed)


def _change_password(request: Request, typed: Typed) -> Response:
    store, me = site_of(request).store, staff_of(request)
    if not _knows_password(request, typed["lama"]):
        return _page(request, problem=OLD_PASSWORD_WRONG)
    wrong = password_problem(me.name, typed["baru"])
    if wrong is not None or typed["baru"] != typed["ulang"]:
        return _page(request, problem=PASSWORD_PROBLEMS[wrong] if wrong else NOT_REPEATED)
    if typed["baru"] == typed["lama"]:
        return _page(request, problem=SAME_AS_OLD)
    entry = make_entry(request, "password_changed", me.name)
    store.administer(entry, lambda session: store.staff.set_password(me.name, typed["baru"], session))
    store.sessions.end_all(me.name, but=request.cookies.get(SESSION_COOKIE, ""))
    return go_to(HERE, kabar="sandi")


def _make_key(request: Request, typed: Typed) -> Response:
    store, me, key = site_of(request).store, staff_of(request), make_key()
    if not _knows_password(request, typed["lama"]):
        return _page(request, problem=OLD_PASSWORD_WRONG)
    store.administer(
        make_entry(request, "key_made", me.name), lambda session: store.staff.change_key(me.name, key, session)
    )
    return _page(request, key=key)


def _end_session(request: Request, typed: Typed) -> Response:
    store, me = site_of(request).store, staff_of(request)
    entry = make_entry(request, "session_ended", me.name)
    store.administer(entry, lambda session: store.sessions.end_one(me.name, typed["id"], session))
    return go_to(HERE, kabar="sesi")


def _end_others(request: Request, _: Typed) -> Response:
    store, me, own = site_of(request).store, staff_of(request), request.cookies.get(SESSION_COOKIE, "")
    entry = make_entry(request, "sessions_ended", me.name)
    store.administer(entry, lambda session: store.sessions.end_all(me.name, session, but=own) >= 0)
    return go_to(HERE, kabar="keluar")


def _knows_password(request: Request, password: str) -> bool:
    """Say whether the caller knows their password; raises HTTPException 429 for who guesses."""
    name = staff_of(request).name
    wait = request.app.state.tries.wait_seconds(f"name {name.lower()[:100]}")
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
    return site_of(request).store.staff.find_by_password(name, password) is not None


def _page(request: Request, problem: str | None = None, key: str | None = None) -> Response:
    site, me = site_of(request), staff_of(request)
    context = {
        "sessions": site.store.sessions.of_person(me.name, site.clock()),
        "is_own": lambda session: is_own_session(request, session),
        "problem": problem,
        "key": key,
    }
    return site.page(request, "admin/akun.html", {**page_words(request), **context}, code=422 if problem else 200)
