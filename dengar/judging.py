"""The classifier that serves: it follows the registry, so that a promotion or a rollback needs no restart."""

import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError

from dengar.errors import DengarError
from dengar.following import Following
from dengar.models import Labels
from dengar.registry import Registry
from dengar.store import Store

if TYPE_CHECKING:
    from dengar.classify import Classifier

log = logging.getLogger("dengar.judging")


class Judging:
    """Labels texts with the version that serves; looks for another one every two seconds.

    A version that cannot be loaded never stops the pipeline: the one before goes on, and `problem` says so.
    """

    def __init__(
        self, store: Store, registry: Registry, packaged: "Classifier", timer: Callable[[], float] = monotonic
    ) -> None:
        self._store = store
        self._registry = registry
        self._following = Following(packaged, self._look, timer)
        self._refused = ""
        self.problem: str | None = None

    def label(self, texts: Sequence[str]) -> list[Labels]:
        """Judge a batch by one version."""
        return self.current().label(texts)

    def current(self) -> "Classifier":
        """Give the version that serves."""
        return self._following.current()

    def _look(self, serving: "Classifier") -> "Classifier":
        try:
            move = self._store.versions.serving()
        except PyMongoError as error:
            log.warning("Which model serves is not known, the store does not answer: %s", error)
            return serving
        if move is None or move.version == serving.version:
            self.problem, self._refused = None, ""
        elif move.version != self._refused:
            return self._change(serving, move.version)
        return serving

    def _change(self, serving: "Classifier", version: str) -> "Classifier":
        try:
            fresh = self._registry.load(version)
        except PyMongoError as error:
            log.warning("The model %s is not loaded yet, the store does not answer: %s", version, error)
        except (DengarError, OSError) as error:
            self._refused = version
            self.problem = f"The model {version} cannot serve, {serving.version} does: {error}"
            log.warning("%s", self.problem)
        else:
            self.problem, self._refused = None, ""
            log.warning("The model %s serves now.", version)
            return fresh
        return serving
