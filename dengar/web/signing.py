"""Signing in and out of the pages for staff."""

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.models import Role, Staff
from dengar.store.sessions import LONGEST
from dengar.web.access import SESSION_COOKIE, find_session, refuse_foreign
from dengar.web.auditing import caller_address, make_entry
from dengar.web.body import read_limited, read_typed
from dengar.web.rate import Rate
from dengar.web.roles import may_read
from dengar.web.site import Site, site_of
from dengar.web.words import NO_MATCH

LARGEST_FORM = 5_000
TRIES_PER_MINUTE = 5  # for one address, and for one name from wherever
HOMES: dict[Role, str] = {"petugas": "/petugas", "analis": "/model", "humas": "/ruang"}
HOME = "/antrean"


async def show_or_take_sign_in(request: Request) -> Response:
    """Show the form for name and password, or take it."""
    if request.method == "POST":
        refuse_foreign(request)
        typed = await read_typed(request, await read_limited(request, LARGEST_FORM))
        return await run_in_threadpool(_take, request, typed["nama"].strip(), typed["sandi"], typed["ke"])
    return await run_in_threadpool(_show, request)


def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    if request.method != "POST":
        return RedirectResponse("/", 303)
    site_of(request).store.audit.add(make_entry(request, "signed_out"))
    site_of(request).store.sessions.end(request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(SESSION_COOKIE)
    answer.headers["clear-site-data"] = '"storage"'  # also what a telephone keeps of its tasks
    return answer


def _show(request: Request) -> Response:
    person = find_session(request)
    target = request.query_params.get("ke", "")
    if person is not None:
        return RedirectResponse(_own_page(target, person), 303, {"cache-control": "no-store"})
    return site_of(request).page(request, "masuk.html", _blank(request) | {"target": target})


def _take(request: Request, name: str, password: str, target: str) -> Response:
    site = site_of(request)
    wait = _wait_seconds(request, name)
    if wait:
        raise HTTPException(429, headers={"retry-after": str(wait)})
    person = site.store.staff.find_by_password(name, password)
    if person is None:
        # what nobody is called is not written down: it may be a password, typed into the wrong field
        known = name if site.store.staff.find(name) else None
        site.store.audit.add(make_entry(request, "sign_in_failed", known))
        context = _blank(request) | {"name": name[:100], "target": target, "problem": NO_MATCH}
        return site.page(request, "masuk.html", context, code=403)
    return _begin(site, request, person, target)


def _begin(site: Site, request: Request, person: Staff, target: str) -> Response:
    device = request.headers.get("user-agent", "")
    token = site.store.sessions.begin(person.name, site.clock(), device, caller_address(request))
    site.store.audit.add(make_entry(request, "signed_in", by=person.name))
    answer = RedirectResponse(_own_page(target, person), 303)
    is_safe = site.address(request).startswith("https:")
    answer.set_cookie(
        SESSION_COOKIE, token, int(LONGEST.total_seconds()), httponly=True, secure=is_safe, samesite="lax"
    )
    return answer


def _blank(request: Request) -> dict[str, object]:
    """Give an empty form; where nobody works yet it says how the first admin comes in."""
    return {"name": "", "target": "", "problem": None, "is_new": site_of(request).store.staff.is_empty()}


def _wait_seconds(request: Request, name: str) -> int:
    """Take one try of this address and of this name; gives 0 or the seconds until the next one."""
    tries: Rate = request.app.state.tries
    return tries.wait_seconds(f"address {caller_address(request)}") or tries.wait_seconds(f"name {name.lower()[:100]}")


def _own_page(target: str, person: Staff) -> str:
    """Give where to go: the page that was asked for when it is one of ours and theirs, else their first page."""
    if person.must_renew:
        return "/akun"
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    is_theirs = is_ours and may_read(person, parts.path) and parts.path not in {"/masuk", "/keluar"}
    return target if is_theirs else HOMES.get(person.role, HOME)
