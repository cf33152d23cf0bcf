"""GET /model/pergeseran: whether people still write what the model knows, look by look."""

from starlette.requests import Request
from starlette.responses import Response

from dengar.store.drifts import SeenDrift
from dengar.web.access import staff_of
from dengar.web.model import words
from dengar.web.model.charts import HEIGHT, WIDTH, make_line
from dengar.web.model.door import door_of
from dengar.web.roles import ANALYSTS
from dengar.web.site import site_of

MOST_LOOKS = 60
MIX_ALARM, DOUBT_ALARM = 0.1, 0.15  # lines to look at: whether there is an alarm is what the look says


def show_drift(request: Request) -> Response:
    """Show the looks for drift."""
    site = site_of(request)
    door_of(request)
    looks = site.store.drifts.recent(MOST_LOOKS)
    told = [one for one in reversed(looks) if one.is_enough]
    last = looks[0] if looks else None
    context = {
        "looks": looks,
        "last": last,
        "lines": {
            "mix": make_line([one.mix for one in told], MIX_ALARM),
            "doubt": make_line([one.doubt for one in told], DOUBT_ALARM),
            "words": make_line([one.new_words for one in told]),
            "sure": make_line([one.sure for one in told]),
        },
        "width": WIDTH,
        "height": HEIGHT,
        "shares": order_shares(last) if last else [],
        "job": site.store.model_jobs.last(site.clock()),
        "may_change": staff_of(request).role in ANALYSTS,
        "words": words,
    }
    return site.page(request, "model/drift.html", context)


def order_shares(seen: SeenDrift) -> list[tuple[str, float, float]]:
    """Give each category's share of this week and of before, what moved most first."""
    codes = seen.shares.keys() | seen.shares_before.keys()
    rows = [(code, seen.shares.get(code, 0.0), seen.shares_before.get(code, 0.0)) for code in codes]
    return sorted(rows, key=lambda row: (-abs(row[1] - row[2]), row[0]))
