"""Access: who calls, and whether the table of roles lets them in."""

from typing import cast
from urllib.parse import quote, urlsplit

from pymongo.errors import PyMongoError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dengar.models import Staff
from dengar.web.roles import READS, Roles, find_access
from dengar.web.site import site_of
from dengar.web.trouble import answer_no_store, answer_trouble

SESSION_COOKIE = "dengar_sesi"
_BEARER = "bearer "


def staff_of(request: Request) -> Staff:
    """Give the person who calls; the guard has seen to it that there is one."""
    return cast("Staff", request.scope["staff"])


class Guard:
    """Lets in whom an address is for; one that is not listed does not exist."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with who calls in `scope["staff"]`, or answer it."""
        app = self._app if scope["type"] != "http" else (await _refusal(Request(scope))) or self._app
        await app(scope, receive, send)


async def _refusal(request: Request) -> Response | None:
    """Give the answer to who must not come in; None for who may."""
    access = find_access(request.scope["path"])
    if access is None:
        return await answer_trouble(request, 404)
    roles = access.read if request.method in READS else access.change
    if roles is None:
        return None
    try:
        person = await run_in_threadpool(_identify, request)
        if person is None and not _is_program(request):
            return _to_sign_in(request)
        request.scope["staff"] = _check(person, roles, request)
        return _renewal(request)
    except HTTPException as refused:
        return await answer_trouble(request, refused.status_code, refused.detail, refused.headers)
    except PyMongoError:
        return await answer_no_store(request)


def _identify(request: Request) -> Staff | None:
    """Give who calls, by the key in `Authorization: Bearer KEY` or by the session's cookie."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith(_BEARER):
        person = site_of(request).store.staff.find_by_key(header[len(_BEARER) :].strip())
        if person is None:
            raise HTTPException(403, "Kunci ini tidak dikenal atau sudah dicabut.")
        return person
    person = find_session(request)
    if person is not None and request.method not in READS:
        refuse_foreign(request)
    return person


def find_session(request: Request) -> Staff | None:
    """Give who is signed in with this browser."""
    site, token = site_of(request), request.cookies.get(SESSION_COOKIE)
    name = site.store.sessions.find(token, site.clock()) if token else None
    return site.store.staff.find(name) if name is not None else None


def _check(person: Staff | None, roles: Roles, request: Request) -> Staff:
    if person is None:
        raise HTTPException(401, "Kirim kunci Anda: Authorization: Bearer KUNCI.", {"www-authenticate": "Bearer"})
    if person.role not in roles:
        raise HTTPException(403, f"{request.scope['path']} bukan untuk peran {person.role}.")
    return person


def _renewal(request: Request) -> Response | None:
    """Send to /akun who signed in with a password that somebody else made; None for all others."""
    path = request.scope["path"]
    if not staff_of(request).must_renew or path in {"/akun", "/keluar"} or "authorization" in request.headers:
        return None
    if path.startswith("/api/"):
        raise HTTPException(403, "Ganti dulu kata sandi Anda di /akun.")
    return RedirectResponse("/akun", 303, {"cache-control": "no-store"})


def refuse_foreign(request: Request) -> None:
    """Raise HTTPException 403 for a form that another site sends with our cookie.

    Browsers say where a request comes from in Sec-Fetch-Site; older ones in Origin (as Go's CrossOriginProtection).
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    if site in {"same-origin", "none"} or (site is None and urlsplit(origin).netloc == request.headers.get("host")):
        return
    raise HTTPException(403, "Permintaan ini datang dari situs lain.")


def _is_program(request: Request) -> bool:
    return request.scope["path"].startswith("/api/") or "authorization" in request.headers


def _to_sign_in(request: Request) -> RedirectResponse:
    path = request.scope["path"] if request.method in READS else "/"
    asked = f"?{request.url.query}" if request.url.query and request.method in READS else ""
    return RedirectResponse(f"/masuk?ke={quote(path + asked)}", 303, {"cache-control": "no-store"})
