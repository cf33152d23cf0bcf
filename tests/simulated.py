"""An event loop in which hours pass in a moment: its time jumps to the next timer when nothing real is under way."""

import asyncio
import math
import selectors
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import time_machine

T = TypeVar("T")


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its own clock and that of the whole process are moved together; work in threads takes no time at all."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._passed = timedelta(0)
        self.in_threads = 0
        super().__init__(Jumping(self))

    def time(self) -> float:
        return self._passed.total_seconds()

    def jump(self, seconds: float) -> None:
        # the loop counts in floats and the clock in microseconds: whole ones keep them together
        distance = timedelta(microseconds=math.ceil(seconds * 1e6))
        self._passed += distance
        self._traveller.shift(distance)

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]  # noqa: ANN401
        self.in_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _: object) -> None:
        self.in_threads -= 1


class Jumping(selectors.SelectSelector):
    """Waits for what is real; where only timers are waited for, the time jumps."""

    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self._loop.in_threads:
            return super().select(None if timeout is None or timeout > 0 else 0)
        ready = super().select(0)
        if not ready and timeout > 0:
            self._loop.jump(timeout)
        return ready


@contextmanager
def simulated(begin: datetime) -> Iterator[asyncio.Runner]:
    with (
        time_machine.travel(begin, tick=False) as traveller,
        asyncio.Runner(loop_factory=lambda: SimulatedLoop(traveller)) as runner,
    ):
        yield runner
