"""Charts as numbers for a small SVG: bars of what came in, a line of what was solved; their twin is a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dengar.web.overview.city import Sum

HEIGHT = 100.0
STEP, GAP = 20.0, 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One day: where its bar stands, and what it says."""

    x: float
    y: float
    width: float
    height: float
    day: date
    received: int
    solved: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The bars, the points of the line as SVG wants them, and the highest number."""

    bars: tuple[Bar, ...]
    line: str
    dots: tuple[tuple[float, float], ...]
    most: int


def draw(days: Sequence[date], sums: Sum) -> Chart:
    """Lay out both series on one scale."""
    most = max(*sums.received, *sums.solved, 1)
    scale = (HEIGHT - GAP) / most
    bars = tuple(
        Bar(
            x=place * STEP + GAP / 2,
            y=round(HEIGHT - received * scale, 1),
            width=STEP - GAP,
            height=round(received * scale, 1),
            day=day,
            received=received,
            solved=solved,
        )
        for place, (day, received, solved) in enumerate(zip(days, sums.received, sums.solved, strict=True))
    )
    dots = tuple((bar.x + bar.width / 2, round(HEIGHT - bar.solved * scale, 1)) for bar in bars)
    return Chart(bars=bars, line=" ".join(f"{x},{y}" for x, y in dots), dots=dots, most=most)
