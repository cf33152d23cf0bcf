"""GET /model/{version} and /model/banding: how good a version is, and where another one is worse."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.errors import BadRequest
from dengar.models import ModelJob
from dengar.web.access import staff_of
from dengar.web.model import words
from dengar.web.model.charts import SIDE, calibration_dots
from dengar.web.model.door import ModelDoor, door_of
from dengar.web.roles import ANALYSTS
from dengar.web.site import site_of


def show_version(request: Request) -> Response:
    """Show the report on a version, and what may be done with it."""
    site, door = site_of(request), door_of(request)
    try:
        version = door.find(request.path_params["version"])
        report = door.report(version.version)
    except BadRequest as refused:
        context = {"reason": str(refused), "words": words}
        return site.page(request, "model/refused.html", context, code=refused.status)
    serving = door.serving()
    context = {
        "version": version,
        "report": report,
        "is_serving": version.version == serving.version,
        "serving": serving,
        "judged": door.judged(version.version),
        "shadow": site.store.versions.shadow(),
        "job": site.store.model_jobs.last(site.clock()),
        "archive": _told(door, site.store.model_jobs.last_difference(version.version)),
        "dots": calibration_dots(report.exam.reliability),
        "side": SIDE,
        "may_change": staff_of(request).role in ANALYSTS,
        "me_name": staff_of(request).name,
        "words": words,
    }
    return site.page(request, "model/version.html", context)


def _told(door: ModelDoor, job: ModelJob | None) -> ModelJob | None:
    """Add the texts of posts that are judged otherwise; deleted ones have none."""
    if job is None or job.difference is None:
        return None
    texts = door.texts(one.post for one in job.difference.examples)
    told = tuple(one.replace(text=texts.get(one.post)) for one in job.difference.examples)
    return job.replace(difference=job.difference.replace(examples=told))


def show_comparison(request: Request) -> Response:
    """Show two versions side by side: `a` is the old one, by default that which serves, `b` the newest other one."""
    site, door = site_of(request), door_of(request)
    versions = site.store.versions.find_all()
    old = request.query_params.get("a") or door.serving().version
    new = request.query_params.get("b") or next((one.version for one in versions if one.version != old), "")
    try:
        compared = door.compare(old, new) if new else None
    except BadRequest as refused:
        context = {"reason": str(refused), "words": words}
        return site.page(request, "model/refused.html", context, code=refused.status)
    context = {"compared": compared, "versions": versions, "serving": door.serving().version, "words": words}
    return site.page(request, "model/comparison.html", context)
