"""Trials: what other rules would have done is found out in the background, one trial after the other."""

import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread

from dengar.web.aturan.door import Found, RulesDoor

DAYS = 30
KEPT = 20
log = logging.getLogger("dengar.web")


@dataclass(slots=True)
class Trial:
    """One text of rules under trial: how far it is, and what was found or went wrong; `base` is what decided then."""

    id: str
    text: str
    base: int
    by: str
    total: int = 0
    looked: int = 0
    found: Found | None = None
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Say whether there is nothing more to wait for."""
        return self.found is not None or bool(self.problem)

    @property
    def percent(self) -> int:
        """Say how far it is."""
        return min(100 * self.looked // self.total, 99) if self.total else 0


class Trials:
    """Runs trials in one thread of its own, and keeps the last few; after a restart a trial is run anew."""

    def __init__(self, door: RulesDoor) -> None:
        self._door = door
        self._trials: OrderedDict[str, Trial] = OrderedDict()
        self._waiting: SimpleQueue[Trial] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def begin(self, text: str, by: str) -> Trial:
        """Begin a trial of rules that can be read, or give the one that there is of the same against the same."""
        base = self._door.current().version
        name = trial_id(text, base)
        with self._lock:
            known = self._trials.get(name)
            if known is not None and not known.problem:
                return known
            trial = self._trials[name] = Trial(id=name, text=text, base=base, by=by)
            while len(self._trials) > KEPT:
                self._trials.popitem(last=False)
            self._waiting.put(trial)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="trials", daemon=True)
                self._thread.start()
        return trial

    def find(self, name: str) -> Trial | None:
        """Find a trial."""
        return self._trials.get(name)

    def was_tried(self, text: str) -> bool:
        """Say whether a trial of this text against what decides now came to its end."""
        trial = self._trials.get(trial_id(text, self._door.current().version))
        return trial is not None and trial.found is not None

    def _work(self) -> None:
        while True:
            self._run(self._waiting.get())

    def _run(self, trial: Trial) -> None:
        def look(count: int) -> None:
            trial.looked += count

        try:
            trial.total = self._door.count(DAYS)
            trial.found = self._door.try_out(trial.text, "aturan", DAYS, look)
        except Exception as error:
            log.exception("A trial of routing rules ended.")
            trial.problem = str(error) or type(error).__name__


def trial_id(text: str, base: int) -> str:
    """Name the trial of a text against a version."""
    return hashlib.blake2b(f"{base}\n{text}".encode(), digest_size=10).hexdigest()
