"""What serves now, while something else may come to serve at any time: a model, a gazetteer."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Serving = TypeVar("Serving")
LOOK_SECONDS = 2.0


class Following(Generic[Serving]):
    """Holds what serves, and asks `look` every two seconds for what should, which is given what does."""

    def __init__(
        self, serving: Serving, look: Callable[[Serving], Serving], timer: Callable[[], float] = monotonic
    ) -> None:
        self._serving = serving
        self._look = look
        self._timer = timer
        self._looked_at = float("-inf")
        self._lock = Lock()

    def current(self) -> Serving:
        """Give what serves."""
        with self._lock:
            if self._timer() - self._looked_at >= LOOK_SECONDS:
                self._looked_at = self._timer()
                self._serving = self._look(self._serving)
            return self._serving
