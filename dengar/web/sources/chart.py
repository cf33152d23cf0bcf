"""The messages of each hour as bars, beside what usually comes as a line."""

from collections.abc import Sequence

from dengar.models import HourCount, Record

HEIGHT = 60
STEP = 10
GAP = 2


class Bar(Record, frozen=True, kw_only=True):
    """One hour: where its bar stands in the drawing, and its numbers for who points at it."""

    x: float
    y: float
    height: float
    hour: HourCount


class Chart(Record, frozen=True, kw_only=True):
    """The drawing of some hours; `line` is a path of SVG, None while it is not known what is usual."""

    bars: tuple[Bar, ...]
    width: int
    came: int
    usual: float | None = None
    line: str | None = None


def draw_hours(hours: Sequence[HourCount]) -> Chart:
    """Draw the hours, the largest number as high as the drawing."""
    most = max([1.0, *(one.came for one in hours), *(one.usual or 0 for one in hours)])

    def high(count: float) -> float:
        return round(count / most * HEIGHT, 2)

    bars = tuple(
        Bar(x=n * STEP + GAP / 2, y=HEIGHT - high(one.came), height=high(one.came), hour=one)
        for n, one in enumerate(hours)
    )
    known = [one.usual for one in hours if one.usual is not None]
    is_known = bool(hours) and len(known) == len(hours)
    steps = (f"L{n * STEP},{HEIGHT - high(rate)} H{(n + 1) * STEP}" for n, rate in enumerate(known))
    return Chart(
        bars=bars,
        width=len(hours) * STEP,
        came=sum(one.came for one in hours),
        usual=round(sum(known), 1) if is_known else None,
        line="M" + " ".join(steps)[1:] if is_known else None,
    )
