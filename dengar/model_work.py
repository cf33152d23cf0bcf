"""Work on the classifier in a process of its own, so that pages stay quick while a model is trained.

start      begin the process; it ends with the one that began it
work       the process: polite to those that serve pages
carry_out  do what the job in the store says, and write down how it ended
"""

import io
import logging
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING

from pymongo.errors import PyMongoError

from dengar.errors import DengarError
from dengar.models import ArchiveDifference, ModelJob
from dengar.settings import Settings

if TYPE_CHECKING:
    from dengar.wiring import Parts

BEAT_SECONDS = 5.0
NICENESS = 10
_BAR = re.compile(r"(\d+)/(\d+) \[")

log = logging.getLogger("dengar.model_work")


def start(settings: Settings, job: str, corpus: Path | None = None) -> None:
    """Begin the process that does this job; `corpus` is a folder to learn from instead of the built-in one."""
    multiprocessing.active_children()  # collects those that have ended
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(settings, job, corpus), name=f"dengar {job}", daemon=True
    )
    process.start()


def work(settings: Settings, job: str, corpus: Path | None = None) -> None:
    """Do a job of the store; whatever goes wrong is written down there."""
    from dengar.wiring import open_parts

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to us too: who began us ends us
    os.nice(NICENESS)
    with open_parts(settings) as parts:
        carry_out(parts, job, corpus)


def carry_out(parts: "Parts", job: str, corpus: Path | None = None) -> None:
    """Do a job of the store, and write down how it ended; one that is not there is passed over."""
    found = parts.store.model_jobs.find(job)
    if found is not None:
        with _beating(parts, job):
            ended = _do(parts, found, corpus)
        parts.store.model_jobs.end(ended.replace(ended_at=parts.clock()))


def _do(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    try:
        return _DOES[job.kind](parts, job, corpus).replace(state="done")
    except DengarError as error:
        return job.replace(state="failed", problem=str(error))
    except Exception as error:
        log.exception("The work %s on the model failed.", job.kind)
        return job.replace(state="failed", problem=f"{type(error).__name__}: {error}")


@contextmanager
def _beating(parts: "Parts", job: str) -> Iterator[None]:
    """Let the store know that we live, until the block ends."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            try:
                parts.store.model_jobs.move(job, parts.clock())
            except PyMongoError:
                continue

    beating = threading.Thread(target=beat, name="beat", daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


def _fill(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    from dengar.labelling import fill

    del corpus
    now = parts.clock()
    return job.replace(chosen=dict(fill(parts.store, parts.judging.current(), now, seed=int(now.timestamp()))))


def _train(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    from dengar.classify.corpus import FOLDER, read_corpus
    from dengar.model_reports import show_verdict
    from dengar.retraining import retrain

    with redirect_stderr(_Bar(parts, job.id)):
        made = retrain(parts.store, parts.registry, read_corpus(corpus or FOLDER), by=job.by, progress=True)
    trained = job.replace(version=made.version)
    if made.version == parts.registry.adopt().version:
        return trained
    return trained.replace(verdict=show_verdict(parts.registry.judge(made.version)))


def _judge(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    from dengar.model_reports import show_verdict

    del corpus
    return job.replace(verdict=show_verdict(parts.registry.judge(job.version)))


def _drift(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    from dengar.drifting import watch_drift

    del corpus
    watch_drift(parts.store, parts.judging.current(), parts.clock())
    return job


def _archive(parts: "Parts", job: ModelJob, corpus: Path | None) -> ModelJob:
    import msgspec

    del corpus
    judging = parts.reclassifying(job.version)
    judge = judging.apply if job.kind == "apply" else judging.compare
    seen, whole = [0], parts.store.posts.count()

    def count(posts: int) -> None:
        seen[0] += posts
        parts.store.model_jobs.move(job.id, parts.clock(), step=min(seen[0], whole), steps=whole)

    found = msgspec.convert(judge(None, count), ArchiveDifference, from_attributes=True)
    # Who deletes a post deletes all its text: only its id is kept here.
    return job.replace(difference=found.replace(examples=tuple(one.replace(text=None) for one in found.examples)))


_DOES: dict[str, Callable[["Parts", ModelJob, Path | None], ModelJob]] = {
    "fill": _fill,
    "train": _train,
    "judge": _judge,
    "drift": _drift,
    "compare": _archive,
    "apply": _archive,
}


class _Bar(io.TextIOBase):
    """Takes the progress bar that training draws in a terminal, and writes how far it is into the store."""

    def __init__(self, parts: "Parts", job: str) -> None:
        self._parts = parts
        self._job = job
        self._step = -1

    def write(self, text: str) -> int:
        found = _BAR.search(text)
        if found and int(found[1]) != self._step:
            self._step = int(found[1])
            self._parts.store.model_jobs.move(
                self._job, self._parts.clock(), step=self._step, steps=int(found[2]) + 1
            )  # the gate is the last step
        return len(text)
