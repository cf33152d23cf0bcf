"""A real process that leads is killed; another one that stands by must go on with everything."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue

from standby import SOURCES

from dengar.store import Store

PROGRAM = Path(__file__).with_name("standby.py")
SECONDS = 60
TAKEN_OVER = 30


class Started:
    """A scheduler in a process of its own, and what it says, with the moment when it said it."""

    def __init__(self, *given: str) -> None:
        self.process = subprocess.Popen([sys.executable, str(PROGRAM), *given], stdout=subprocess.PIPE, text=True)
        self._said: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put((line.strip(), time.monotonic()))

    def hear(self, *words: str) -> dict[str, float]:
        """Wait until all of these were said; gives the moments."""
        heard: dict[str, float] = {}
        while not set(words) <= set(heard):
            word, moment = self._said.get(timeout=SECONDS)
            heard.setdefault(word, moment)
        return heard

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def started(*given: str) -> Iterator[Started]:
    program = Started(*given)
    try:
        yield program
    finally:
        program.end()


def test_after_kill_9_of_the_leader_the_standby_reads_every_source_and_works_within_30_seconds(
    store: Store, mongo_uri: str
) -> None:
    with started(mongo_uri, store.data.name, "leader", "stuck") as leader, ExitStack() as stack:
        leader.hear("judging", *SOURCES)
        standby = stack.enter_context(started(mongo_uri, store.data.name, "standby"))
        standby.hear("up")
        killed = time.monotonic()
        leader.process.kill()
        moments = standby.hear("judged", *SOURCES)
        took = {word: round(moment - killed, 1) for word, moment in moments.items()}
        assert min(took.values()) > 0
        assert max(took.values()) < TAKEN_OVER, took
        standby.process.terminate()
        assert standby.process.wait(SECONDS) == 0
    assert {one.item.source for one in store.items.pending(100, 10**9)} == set()
    assert store.posts.count() == 2 * len(SOURCES)
    outcomes = {name: [run.outcome for run in store.runs.of_source(name)] for name in SOURCES}
    assert outcomes == {name: ["done", "crashed"] for name in SOURCES}
