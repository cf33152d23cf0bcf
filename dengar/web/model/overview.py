"""GET /model: what serves, what could, and the one thing to do next."""

from collections.abc import Mapping, Sequence
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from dengar.models import ModelJob, ModelMove, ModelVersion, Record
from dengar.web.access import staff_of
from dengar.web.model import words
from dengar.web.model.door import ModelDoor, door_of
from dengar.web.roles import ANALYSTS
from dengar.web.site import site_of

MOST_VERSIONS, MOST_MOVES = 12, 8
ENOUGH_LABELS = 50

Step = Literal["wait", "approve", "promote", "judge", "train", "fill", "label"]


class Next(Record, frozen=True, kw_only=True):
    """The one thing to do next: with which version, or with how many texts."""

    step: Step
    version: str = ""
    count: int = 0


def show_model(request: Request) -> Response:
    """Show the first page of the analysts."""
    site, door = site_of(request), door_of(request)
    store, now = site.store, site.clock()
    serving = door.serving()
    versions = store.versions.find_all()
    history = store.versions.history()
    shadow = store.versions.shadow()
    job = store.model_jobs.last(now)
    verdicts = judged_candidates(door, versions, history)
    labelled = store.human_labels.count_posts(versions[0].made_at if versions else None)
    waiting = store.human_labels.waiting_by_reason()
    context = {
        "serving": serving,
        "served_by": store.versions.serving(),
        "report": door.report(serving.version),
        "versions": versions[:MOST_VERSIONS],
        "verdicts": verdicts,
        "served": {move.version for move in history if move.kind == "promoted"},
        "before": door.before(),
        "shadow": shadow,
        "seen": store.shadows.find(shadow.version) if shadow else None,
        "moves": history[:MOST_MOVES],
        "job": job,
        "labelled": labelled,
        "labelled_in_all": store.human_labels.count_posts(),
        "waiting": waiting,
        "drift": store.drifts.last(),
        "next": choose_next(job, verdicts, labelled, sum(waiting.values()), staff_of(request).name),
        "may_change": staff_of(request).role in ANALYSTS,
        "words": words,
        "done": words.DONE.get(request.query_params.get("sudah", "")),
    }
    return site.page(request, "model/overview.html", context)


def judged_candidates(
    door: ModelDoor, versions: Sequence[ModelVersion], history: Sequence[ModelMove]
) -> Mapping[str, ModelJob | None]:
    """Give the versions that never served, newest first, with the gate's verdict where there is one."""
    served = {move.version for move in history if move.kind == "promoted"}
    return {one.version: door.judged(one.version) for one in versions[:MOST_VERSIONS] if one.version not in served}


def choose_next(
    job: ModelJob | None, verdicts: Mapping[str, ModelJob | None], labelled: int, waiting: int, me: str
) -> Next:
    """Choose what an analyst does best now; only the newest candidate counts."""
    if job is not None and job.state == "running":
        return Next(step="wait")
    version, judged = next(iter(verdicts.items()), ("", None))
    verdict = judged.verdict if judged else None
    if verdict is not None and verdict.passed:
        return Next(step="promote", version=version)
    if judged is not None and judged.proposal is not None and judged.proposal.by != me:
        return Next(step="approve", version=version)
    if labelled >= ENOUGH_LABELS:
        return Next(step="train", count=labelled)
    if version and judged is None:
        return Next(step="judge", version=version)
    return Next(step="label", count=waiting) if waiting else Next(step="fill")


def show_job(request: Request) -> Response:
    """Show how far the work is, as a piece of a page."""
    site = site_of(request)
    door_of(request)
    return site.page(request, "model/job.html", {"job": site.store.model_jobs.last(site.clock()), "words": words})
