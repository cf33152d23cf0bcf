"""How often a source is called silent that is not, and how soon one that is: `python bench/silence.py`.

Each row is a kind of source, simulated for many days behind eight weeks of history and looked at every hour, as `dengar
status` does. A false alarm is a stretch in which it is called silent by chance. For the delay it is cut off at a random
hour once a week; hours until it is called silent, median and 90 % quantile.
"""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengar.silence import Usual, find_silence, make_usual

Hours = NDArray[np.int64]
Make = Callable[[np.random.Generator, NDArray[np.float64]], Hours]

HOUR = timedelta(hours=1)
WEEK = 7 * 24
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY = 8 * 7 * 24
LONGEST_DELAY = 24 * 20
PER_DAY = 8, 50, 1000


def shape(hours: int) -> NDArray[np.float64]:
    """Give how much of a mean hour each hour brings: little at night, less at weekends."""
    day = np.full(24, 0.08)
    day[6:22] = 1 + 0.8 * np.sin(np.arange(16) / 16 * np.pi)
    week = np.outer([1, 1, 1, 1, 1, 0.6, 0.6], day).ravel()
    made: NDArray[np.float64] = np.resize(week / week.mean(), hours)
    return made


def independent(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Every message by itself."""
    return random.poisson(means)


def clumped(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Hours of which the variance is five times the mean."""
    return random.poisson(random.gamma(means / 4 + 1e-9, 4))


def whole_days(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Days that are busy or quiet as a whole."""
    return random.poisson(means * np.repeat(random.gamma(4, 1 / 4, len(means) // 24 + 1), 24)[: len(means)])


def events(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Ten messages about each of few events, within hours."""
    came = np.zeros(len(means), dtype=np.int64)
    for hour in np.repeat(np.arange(len(means)), random.poisson(means / 10)):
        later = hour + random.geometric(0.4, random.geometric(1 / 10)) - 1
        np.add.at(came, later[later < len(means)], 1)
    return came


def floods(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Every six weeks a day with ten times as many."""
    came = random.poisson(means)
    for begin in random.integers(0, len(means) - 24, len(means) // (24 * 42)):
        came[begin : begin + 24] += random.poisson(9 * means.mean(), 24)
    return came


def holidays(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """Every six weeks two days with a third as many."""
    lower = means.copy()
    for begin in random.integers(0, len(means) // 24 - 2, len(means) // (24 * 42)):
        lower[begin * 24 : begin * 24 + 48] /= 3
    return random.poisson(lower)


def daily(random: np.random.Generator, means: NDArray[np.float64]) -> Hours:
    """All of a day at once, as a source is read that is looked at once a day."""
    came = np.zeros(len(means), dtype=np.int64)
    whole = len(means) // 24 * 24
    came[6:whole:24] = random.poisson(means[:whole]).reshape(-1, 24).sum(axis=1)
    return came


KINDS: dict[str, Make] = {
    "independent": independent,
    "clumped hours": clumped,
    "clumped days": whole_days,
    "events": events,
    "floods": floods,
    "holidays": holidays,
    "read daily": daily,
}


class Measured(NamedTuple):
    """False alarms a year, and hours until a real silence is told."""

    false_alarms: float
    delay: float
    long_delay: float


def measure(make: Make, per_day: float, days: int, random: np.random.Generator) -> Measured:
    """Watch one source for so many days."""
    came = make(random, shape(HISTORY + days * 24) * per_day / 24)
    counts = {BEGIN + n * HOUR: int(count) for n, count in enumerate(came) if count}
    cuts = set(HISTORY + np.arange(0, days * 24, WEEK) + random.integers(0, WEEK, -(-days * 24 // WEEK)))
    alarms, was_silent, last, delays = 0, False, BEGIN, [0]
    for n in range(HISTORY, len(came)):
        now = BEGIN + n * HOUR
        if n % 24 == 0:
            usual = learn(counts, now)
        last = now - HOUR / 2 if came[n - 1] else last
        recent = {now - k * HOUR: int(came[n - k]) for k in range(1, 26) if came[n - k]}
        is_silent = find_silence(usual, last, now, recent) is not None
        alarms += is_silent and not was_silent
        was_silent = is_silent
        if n in cuts:
            delays.append(find_delay(usual, last, now, recent))
    return Measured(alarms / days * 365, float(np.median(delays[1:])), float(np.quantile(delays[1:], 0.9)))


def learn(counts: Mapping[datetime, int], now: datetime) -> Usual:
    """Learn from the eight weeks before."""
    usual = make_usual({hour: n for hour, n in counts.items() if now - HISTORY * HOUR <= hour < now}, now)
    assert usual is not None  # noqa: S101  eight weeks are enough
    return usual


def find_delay(usual: Usual, last: datetime, now: datetime, recent: Mapping[datetime, int]) -> int:
    """Give the hours until a source that is cut off now is called silent."""
    for delay in range(1, LONGEST_DELAY):
        later = now + delay * HOUR
        left = {hour: count for hour, count in recent.items() if hour >= later - 25 * HOUR}
        if find_silence(usual, last, later, left):
            return delay
    return LONGEST_DELAY


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=730)
    given = parser.parse_args()
    print(f"{'':15}" + "".join(f"{f'{per_day} a day':>28}" for per_day in PER_DAY))
    print(f"{'':15}" + f"{'false/year    delay h (90 %)':>28}" * len(PER_DAY))
    for kind, make in KINDS.items():
        random = np.random.default_rng(20261121)
        row = [measure(make, per_day, given.days, random) for per_day in PER_DAY]
        told = (f"{one.false_alarms:.1f} {one.delay:7.0f} ({one.long_delay:.0f})" for one in row)
        print(f"{kind:15}" + "".join(one.rjust(28) for one in told), flush=True)


if __name__ == "__main__":
    main()
