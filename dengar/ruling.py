"""The rules that decide: every version is kept, and running processes follow a new one within seconds."""

import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from time import monotonic

from pymongo.errors import PyMongoError

from dengar.errors import BadSettings, DengarError
from dengar.following import Following
from dengar.ingest.protocol import Clock
from dengar.models import RulesVersion, Unit
from dengar.models.rules_version import Origin
from dengar.routing.rules import BUILT_IN, Router, make_router, read_text
from dengar.store import Store
from dengar.store.rules import AddedMeanwhile

MAKER = "dengar"
log = logging.getLogger("dengar.ruling")


class Ruling:
    """Gives the router of the version that decides; looks for another one every two seconds.

    `path` is the file that the settings name, None for the built-in rules. Raises BadSettings when it is broken. A
    version that cannot be read never stops the pipeline: the one before goes on, and `problem` says so.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        path: Path | None,
        *,
        categories: Collection[str],
        units: Mapping[str, Unit],
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._path = path
        self._categories = categories
        self._units = units
        self.problem: str | None = None
        self._refused = 0
        self._following = Following(self._start(), self._look, timer)

    def current(self) -> Router:
        """Give the rules that decide now."""
        return self._following.current()

    def adopt(self) -> None:
        """Enter the file of the settings when its text is new, or the built-in rules when nothing else was ever used.

        People's own choice gives way to a file that they changed since, not to what a new Dengar brings along.
        """
        path = self._path or BUILT_IN
        text = read_text(path)
        last, before = self._store.rules.last(), self._store.rules.last_unchosen()
        is_known = before is not None and before.text == text
        if is_known or (last is not None and last.origin == "chosen" and self._path is None):
            return
        self.read(text, path.name)
        try:
            self._add(text, path.name, by=MAKER, note="", origin="file" if self._path else "built-in")
        except AddedMeanwhile:  # by another process that started at the same moment
            self.adopt()

    def use(self, text: str, name: str, by: str, note: str) -> RulesVersion:
        """Let these rules decide from now on; raises BadSettings when they are broken, AddedMeanwhile."""
        self.read(text, name)
        self.adopt()
        return self._add(text, name, by=by, note=note, origin="chosen")

    def find(self, number: int) -> RulesVersion:
        """Find a version; raises DengarError when there is none with this number."""
        found = self._store.rules.find(number)
        if found is None:
            raise DengarError(f"There is no version {number}: `dengar routing history` shows them all.")
        return found

    def read(self, text: str, name: str, version: int = 0) -> Router:
        """Make the router of a rules file's text; raises BadSettings."""
        return make_router(text, name, self._categories, self._units, version)

    def _start(self) -> Router:
        """Read what decides, or will once it is adopted; the file of the settings must be in order all the same."""
        path = self._path or BUILT_IN
        router = self.read(read_text(path), path.name)
        last = self._store.rules.last()
        if last is None:
            return router
        try:
            return self.read(last.text, last.name, last.number)
        except BadSettings as error:
            self._refuse(last.number, router, error)
            return router

    def _add(self, text: str, name: str, *, by: str, note: str, origin: Origin) -> RulesVersion:
        number = self._store.rules.last_number() + 1
        version = RulesVersion(
            number=number, text=text, name=name, by=by, at=self._clock(), note=note, origin=origin
        )  # fmt: skip
        self._store.rules.add(version)
        return version

    def _look(self, router: Router) -> Router:
        try:
            number = self._store.rules.last_number()
            if number in {router.version, self._refused}:
                return router
            version = self.find(number)
        except PyMongoError as error:
            log.warning("Which rules decide is not known, the store does not answer: %s", error)
            return router
        try:
            fresh = self.read(version.text, version.name, number)
        except BadSettings as error:
            self._refuse(number, router, error)
            return router
        self.problem, self._refused = None, 0
        log.warning("Version %s of the routing rules decides now.", number)
        return fresh

    def _refuse(self, number: int, router: Router, error: BadSettings) -> None:
        self._refused = number
        self.problem = f"Version {number} of the routing rules cannot be used, {router.version} is: {error}"
        log.warning("%s", self.problem)
