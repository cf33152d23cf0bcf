"""/model/label: one message after the other, one key for each category.

A message is claimed by who sees it; the next one is claimed and fetched while they read, so that it stands there at
once. With `cepat` in a form the answer is a piece of a page for the script, otherwise a redirect.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengar.errors import BadRequest
from dengar.models import LabelTask, Post, Why
from dengar.web.access import staff_of
from dengar.web.body import read_limited, read_typed
from dengar.web.figures import Kept
from dengar.web.language import JAKARTA
from dengar.web.model import words
from dengar.web.model.door import door_of
from dengar.web.model.keys import HELP, LETTERS, NO_COMPLAINT, SKIP, UNDO
from dengar.web.site import Site, site_of

LARGEST_FORM = 20_000
MOST_BESIDE = 10
MOST_GUESSES = 9  # one for each digit
ALSO = "juga:"

Typed = dict[str, str]


async def show_or_take_label(request: Request) -> Response:
    """Show the next message, or take what it is about."""
    if request.method != "POST":
        return await run_in_threadpool(_show, request)
    return await run_in_threadpool(_take, request, await _read(request))


async def skip_label(request: Request) -> Response:
    """Leave a message to others."""
    return await run_in_threadpool(_skip, request, await _read(request))


async def undo_label(request: Request) -> Response:
    """Take back what was done last, and show that message again."""
    return await run_in_threadpool(_undo, request, await _read(request))


async def fetch_label(request: Request) -> Response:
    """Claim and show the message after those that the reader has already, as a piece of a page."""
    return await run_in_threadpool(_fetch, request, await _read(request))


async def _read(request: Request) -> Typed:
    return dict(await read_typed(request, await read_limited(request, LARGEST_FORM)))


def _show(request: Request) -> Response:
    door_of(request)  # without one nothing is claimed
    site, asked = site_of(request), request.query_params
    why = _why(asked.get("jenis", ""))
    task = _hold(request, asked["pesan"]) if "pesan" in asked else None
    context = _task(request, task or _claim(request, why), why) | _progress(
        request, why, skipped=asked.get("dilewati", "")
    )
    return site.page(request, "model/label.html", context)


def _take(request: Request, typed: Typed) -> Response:
    also = [name.removeprefix(ALSO) for name in typed if name.startswith(ALSO)]
    try:
        label = door_of(request).answer(typed.get("pesan", ""), typed.get("kategori", ""), staff_of(request).name, also)
    except BadRequest as refused:
        context = {"reason": str(refused), "words": words}
        return site_of(request).page(request, "model/refused.html", context, code=refused.status)
    if "cepat" not in typed:
        return _to_next(typed)
    return _piece(request, "model/progress.html", _progress(request, _why(typed.get("jenis", "")), last=label.category))


def _skip(request: Request, typed: Typed) -> Response:
    post = typed.get("pesan", "")
    site_of(request).store.human_labels.skip(post, staff_of(request).name)
    if "cepat" not in typed:
        return _to_next(typed, f"&dilewati={quote(post)}")
    return _piece(request, "model/progress.html", _progress(request, _why(typed.get("jenis", "")), skipped=post))


def _undo(request: Request, typed: Typed) -> Response:
    site, who = site_of(request), staff_of(request).name
    labels, post = site.store.human_labels, typed.get("dilewati", "")
    if post:
        labels.take_back(post, who)
    else:
        withdrawn = labels.withdraw(who, site.clock())
        post = withdrawn.post if withdrawn else ""
    if "cepat" not in typed:
        return _to_next(typed, f"&pesan={quote(post)}" if post else "")
    why = _why(typed.get("jenis", ""))
    task = (_hold(request, post) if post else None) or _claim(request, why)
    return _piece(request, "model/both.html", _task(request, task, why) | _progress(request, why))


def _fetch(request: Request, typed: Typed) -> Response:
    why = _why(typed.get("jenis", ""))
    beside = [post for post in typed.get("selain", "").split(",") if post][:MOST_BESIDE]
    return _piece(request, "model/task.html", _task(request, _claim(request, why, beside), why))


def _piece(request: Request, template: str, context: dict[str, object]) -> Response:
    return site_of(request).page(request, template, context)


def _to_next(typed: Typed, more: str = "") -> Response:
    return RedirectResponse(f"/model/label?jenis={_why(typed.get('jenis', '')) or ''}{more}", 303)


def _why(name: str) -> Why | None:
    return next((why for why in words.ASKED if why == name), None)


def _claim(request: Request, why: Why | None, beside: list[str] | None = None) -> tuple[LabelTask, Post] | None:
    """Claim the next message; those that were deleted meanwhile leave the queue."""
    site, who = site_of(request), staff_of(request).name
    while task := site.store.human_labels.claim(who, site.clock(), why=why, beside=beside or ()):
        post = site.store.posts.find_all([task.post]).get(task.post)
        if post is not None:
            return task, post
        site.store.human_labels.erase([task.post])
    return None


def _hold(request: Request, post: str) -> tuple[LabelTask, Post] | None:
    site = site_of(request)
    task = site.store.human_labels.hold(post, staff_of(request).name, site.clock())
    found = site.store.posts.find_all([post]).get(post) if task else None
    return (task, found) if task and found else None


def _task(request: Request, found: tuple[LabelTask, Post] | None, why: Why | None) -> dict[str, object]:
    """Say what stands on the screen; an audit, and what two people label, is judged without the model's guess."""
    task, post = found or (None, None)
    is_blind = task is not None and (task.why == "random" or task.wanted > 1)
    return {
        "task": task,
        "post": post,
        "kind": why,
        "is_blind": is_blind,
        "guesses": guesses_of(task, post) if task and post and not is_blind else [],
        "categories": order_categories(site_of(request)),
        "letters": LETTERS,
        "keys": {"skip": SKIP, "undo": UNDO, "help": HELP},
        "words": words,
    }


def guesses_of(task: LabelTask, post: Post) -> Sequence[tuple[str, float | None]]:
    """Give what the model thinks of a message, likeliest first, with its confidence where that is known."""
    if post.labels is None:
        return [(task.guess, None)]
    others = [(one.category, one.confidence) for one in post.labels.alternatives]
    return [(post.labels.category, post.labels.confidence), *others][:MOST_GUESSES]


def order_categories(site: Site) -> list[str]:
    """Give all categories; that it is no complaint comes last."""
    known = [*site.categories, *([] if NO_COMPLAINT in site.categories else [NO_COMPLAINT])]
    return sorted(known, key=lambda code: code == NO_COMPLAINT)


def _progress(request: Request, why: Why | None, *, last: str = "", skipped: str = "") -> dict[str, object]:
    site, who = site_of(request), staff_of(request).name
    door_of(request)
    waiting = site.store.human_labels.waiting_by_reason()
    agreement: Kept[object] = request.app.state.model_agreement
    return {
        "today": site.store.human_labels.count_by(who, start_of_day(site.clock())),
        "waiting": waiting,
        "waiting_in_all": sum(waiting.values()),
        "agreement": agreement.value(),
        "last": last,
        "skipped": skipped,
        "kind": why,
        "words": words,
        "keys": {"skip": SKIP, "undo": UNDO, "help": HELP},
    }


def start_of_day(now: datetime) -> datetime:
    """Give the last midnight in Jakarta."""
    here = now.astimezone(JAKARTA)
    return here - timedelta(hours=here.hour, minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
