"""Charts as numbers for an SVG that the server draws; every chart has a table beside it."""

from collections.abc import Sequence

from dengar.models import ConfidenceBin, Record

SIDE = 240.0
WIDTH, HEIGHT = 300.0, 90.0
SMALLEST_DOT, LARGEST_DOT = 3.0, 12.0


class Dot(Record, frozen=True, kw_only=True):
    """One point of the calibration plot."""

    x: float
    y: float
    size: float


class Line(Record, frozen=True, kw_only=True):
    """A line over time: its points, its last one, and where the alarm lies, all in pixels from the top left."""

    points: str
    last: tuple[float, float]
    alarm: float | None
    top: float


def calibration_dots(bins: Sequence[ConfidenceBin]) -> list[Dot]:
    """Place confidence (across) against the share that is right (up), larger where there are more texts."""
    most = max((one.count for one in bins), default=0) or 1
    return [
        Dot(
            x=round(one.confidence * SIDE, 1),
            y=round(SIDE - one.right * SIDE, 1),
            size=round(max(SMALLEST_DOT, LARGEST_DOT * (one.count / most) ** 0.5), 1),
        )
        for one in bins
        if one.count
    ]


def make_line(values: Sequence[float], alarm: float | None = None) -> Line | None:
    """Draw values, oldest first; None without any."""
    if not values:
        return None
    top = max([*values, (alarm or 0.0) * 1.25, 1e-6])
    apart = WIDTH / max(len(values) - 1, 1)
    places = [(round(at * apart, 1), round(HEIGHT - one / top * HEIGHT, 1)) for at, one in enumerate(values)]
    if len(places) == 1:
        places = [(0.0, places[0][1]), (WIDTH, places[0][1])]
    return Line(
        points=" ".join(f"{x},{y}" for x, y in places),
        last=places[-1],
        alarm=round(HEIGHT - alarm / top * HEIGHT, 1) if alarm is not None else None,
        top=top,
    )
