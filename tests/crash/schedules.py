"""Crash schedules: a child process works on a store and is killed, or its mongod is, at a chosen command."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pymongo
from made import KEY
from pymongo import monitoring

from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo

MOST_STARTS = 60
WRITES = {"insert", "update", "findAndModify", "commitTransaction", "find", "aggregate"}

Work = Callable[[Store], None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Kill `victim` when the `at`-th command begins (`before`) or has been answered (`after`)."""

    at: int
    phase: str
    victim: str


class Killer(monitoring.CommandListener):
    """Counts commands and kills at the chosen one."""

    def __init__(self, fault: Fault, mongod: int) -> None:
        self._fault = fault
        self._pid = mongod if fault.victim == "mongod" else os.getpid()
        self._seen = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            self._seen += 1
            self._kill("before")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name in WRITES:
            self._kill("after")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """A failure kills nobody."""

    def _kill(self, phase: str) -> None:
        if self._seen == self._fault.at and phase == self._fault.phase:
            os.kill(self._pid, signal.SIGKILL)


def run_with_faults(work: Work, mongo: EmbeddedMongo, database: str, random: Random, log: Path) -> int:
    """Do `work` in children until one ends by itself, each but the last with a fault; gives the number of starts.

    mongod is killed at most once a schedule: its recovery takes a second each time.
    """
    victim = "mongod" if random.random() < 0.25 else "process"
    for start in range(1, MOST_STARTS):
        gentle = start > 4  # enough crashes: the rest may run to its end
        at = 10**9 if gentle else random.randint(1, 60)
        fault = Fault(at=at, phase=random.choice(["before", "after"]), victim=victim if start == 1 else "process")
        if _run_child(work, mongo, database, fault, log):
            return start
    raise AssertionError(f"The work never ended: {log.read_text()}")


def run_undisturbed(work: Work, mongo: EmbeddedMongo, database: str, log: Path) -> None:
    assert _run_child(work, mongo, database, Fault(at=10**9, phase="before", victim="process"), log), log.read_text()


def _end_transactions(mongo: EmbeddedMongo) -> None:
    """End what a killed child left open: mongod would wait for seconds, but an embedded one ends with its process."""
    with pymongo.MongoClient[dict[str, object]](mongo.uri) as client:
        client.admin.command("killAllSessions", [])


def _run_child(work: Work, mongo: EmbeddedMongo, database: str, fault: Fault, log: Path) -> bool:
    """Fork, so that no child pays for loading the model again; True when the child ended by itself and well."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _end_transactions(mongo)
            monitoring.register(Killer(fault, mongo.pid))
            work(Store.connect(mongo.uri, database, key=KEY, patience_seconds=10))
            code = 0
        except BaseException:  # noqa: BLE001  the child must never go on as a second pytest
            log.write_text(traceback.format_exc())
        finally:
            os._exit(code)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        mongo.revive()  # as a running Dengar does while its clients try again
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.01)  # there is no event that tells of the first of two children
