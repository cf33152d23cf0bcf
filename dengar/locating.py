"""The locator that serves: it follows the gazetteer's folder, so that an import needs no restart."""

import gc
import logging
from collections.abc import Callable, Sequence
from time import monotonic

from dengar.errors import DengarError
from dengar.following import Following
from dengar.geocode import Locator
from dengar.geocode.importing.folder import Folder
from dengar.models import Clue, Located

log = logging.getLogger("dengar.locating")


class Locating:
    """Locates texts with what is imported; looks for another import every two seconds.

    An import that cannot be loaded never stops the pipeline: what served before goes on, the built-in names at a start,
    and `problem` says so.
    """

    def __init__(self, folder: Folder, timer: Callable[[], float] = monotonic) -> None:
        self._folder = folder
        self.problem: str | None = None
        self._stamp = folder.stamp()
        self._following = Following(self._load() or Locator(), self._look, timer)

    def locate(self, texts: Sequence[str], clues: Sequence[Clue] | None = None) -> list[Located]:
        """Locate a batch with one gazetteer."""
        return self.current().locate(texts, clues)

    def current(self) -> Locator:
        """Give the locator of what is in use."""
        return self._following.current()

    def _look(self, serving: Locator) -> Locator:
        stamp = self._folder.stamp()
        if stamp == self._stamp:
            return serving
        self._stamp = stamp
        fresh = self._load()
        if fresh:
            log.warning("Another gazetteer serves now.")
        return fresh or serving

    def _load(self) -> Locator | None:
        try:
            fresh = Locator(*self._folder.load())
        except (DengarError, OSError) as error:
            self.problem = f"The imported gazetteer cannot serve, what served before does: {error}"
            log.warning("%s", self.problem)
            return None
        self.problem = None
        # The tables are hundreds of thousands of objects that stay: looking through them again and again takes a tenth
        # of the locator's time. What an earlier import has left is let go of first.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return fresh
