"""What analysts do to the model by a form: begin work, let a version serve, go back, and what is refused."""

from collections.abc import Callable
from typing import cast, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import ModelJob, ModelJobKind
from dengar.web.access import staff_of
from dengar.web.body import read_limited, read_typed
from dengar.web.model import words
from dengar.web.model.door import ModelDoor, door_of
from dengar.web.model.overview import show_job
from dengar.web.model.reports import show_version
from dengar.web.site import site_of

LARGEST_FORM = 20_000
LONGEST_REASON = 500
KINDS: frozenset[str] = frozenset(get_args(ModelJobKind))
OF_ONE_VERSION = frozenset({"judge", "compare", "apply"})

Typed = dict[str, str]


async def show_or_begin_job(request: Request) -> Response:
    """Show how far the work is, or begin some."""
    if request.method != "POST":
        return await run_in_threadpool(show_job, request)
    return await _take(request, _begin)


async def show_or_move_version(request: Request) -> Response:
    """Show a version, or do with it what the form says."""
    if request.method != "POST":
        return await run_in_threadpool(show_version, request)
    return await _take(request, _move_version)


async def roll_back(request: Request) -> Response:
    """Let the version serve again that served before."""
    return await _take(request, _roll_back)


async def end_shadow(request: Request) -> Response:
    """End the shadow."""
    return await _take(request, _end_shadow)


async def _take(request: Request, do: Callable[[Request, ModelDoor, Typed], str]) -> Response:
    """Do what a form asks, and go where `do` says; what is refused is told with its reason."""
    typed = dict(await read_typed(request, await read_limited(request, LARGEST_FORM)))
    return await run_in_threadpool(_answer, request, do, typed)


def _answer(request: Request, do: Callable[[Request, ModelDoor, Typed], str], typed: Typed) -> Response:
    try:
        return RedirectResponse(do(request, door_of(request), typed), 303)
    except BadRequest as refused:
        context = {"reason": str(refused), "words": words}
        return site_of(request).page(request, "model/refused.html", context, code=refused.status)


def _begin(request: Request, door: ModelDoor, typed: Typed) -> str:
    kind, version = typed.get("jenis", ""), typed.get("versi", "")
    if kind not in KINDS or (kind in OF_ONE_VERSION) != bool(version):
        raise BadRequest(f"{kind[:20]!r} is no work that can be begun like this.", status=422)
    job: ModelJob = door.begin(cast("ModelJobKind", kind), staff_of(request).name, version)
    return "/model/pergeseran" if job.kind == "drift" else f"/model/{version}" if version else "/model"


def _move_version(request: Request, door: ModelDoor, typed: Typed) -> str:
    version, who = request.path_params["version"], staff_of(request).name
    wish = typed.get("aksi", "")
    if wish == "setuju":
        door.approve(version, who)
        return "/model?sudah=promoted"
    if wish == "usul":
        door.propose(version, who, _reason(typed))
        return "/model?sudah=proposed"
    if wish == "bayangan":
        door.begin_shadow(version, who, _reason(typed))
        return "/model?sudah=shadow_began"
    if wish == "layani":
        door.promote(version, who, _reason(typed))
        return "/model?sudah=promoted"
    raise BadRequest(f"{wish[:20]!r} cannot be done with a version.", status=422)


def _roll_back(request: Request, door: ModelDoor, typed: Typed) -> str:
    door.roll_back(staff_of(request).name, _reason(typed))
    return "/model?sudah=rolled_back"


def _end_shadow(request: Request, door: ModelDoor, typed: Typed) -> str:
    door.end_shadow(staff_of(request).name, _reason(typed))
    return "/model?sudah=shadow_ended"


def _reason(typed: Typed) -> str:
    reason = " ".join(typed.get("alasan", "").split())[:LONGEST_REASON]
    if not reason:
        raise BadRequest("Say why: it stays in the history.", status=422)
    return reason
