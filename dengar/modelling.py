"""Modelling: what analysts do to the classifier from their pages; what takes long is begun and not waited for."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import TypeVar

import msgspec

from dengar import labelling, model_reports
from dengar.errors import BadRequest, DengarError
from dengar.ingest.protocol import Clock
from dengar.models import (
    HumanLabel,
    LabelAgreement,
    ModelJob,
    ModelJobKind,
    ModelMove,
    ModelReport,
    ModelVersion,
    Proposal,
    VersionsCompared,
)
from dengar.registry import Registry, serving_stack
from dengar.store import Store

T = TypeVar("T")
VERDICT_HOLDS = timedelta(hours=24)  # after that people may have labelled what it has not seen


class Modelling:
    """The analysts' door to the classifier; `start` begins the process that does a job of the store."""

    def __init__(self, store: Store, registry: Registry, clock: Clock, start: Callable[[str], None]) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._start = start
        self._report = lru_cache(maxsize=32)(lambda name: model_reports.make_report(registry.evaluation(name)))
        self._compared = lru_cache(maxsize=16)(
            lambda old, new: model_reports.compare_versions(registry.evaluation(old), registry.evaluation(new))
        )

    def serving(self) -> ModelVersion:
        """Give the version that serves."""
        move = self._store.versions.serving()
        found = self._store.versions.find(move.version) if move else None
        return found or self._registry.adopt()

    def find(self, version: str) -> ModelVersion:
        """Find a version; raises BadRequest 404."""
        found = self._store.versions.find(version)
        if found is None:
            raise BadRequest(f"There is no version {version[:40]!r} of the model.", status=404)
        return found

    def before(self) -> str | None:
        """Name the version to which a rollback leads; None when there is none."""
        served = serving_stack(self._store.versions.history())
        return served[-2] if len(served) > 1 else None

    def report(self, version: str) -> ModelReport:
        """Give how good a version is."""
        name = self.find(version).version
        return model_reports.tell_report(_refusing(lambda: self._report(name)), self.texts)

    def compare(self, old: str, new: str) -> VersionsCompared:
        """Hold two versions against each other."""
        names = self.find(old).version, self.find(new).version
        return model_reports.tell_compared(_refusing(lambda: self._compared(*names)), self.texts)

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Give the texts of the corpus and of posts by their ids; deleted ones are not among them."""
        wanted = set(ids)
        posts = self._store.posts.find_all(wanted - self._corpus.keys())
        found = {name: self._corpus[name] for name in wanted & self._corpus.keys()}
        return found | {post.id: post.text for post in posts.values()}

    @cached_property
    def _corpus(self) -> dict[str, str]:
        from dengar.classify.corpus import read_corpus

        return {one.id: one.text for one in read_corpus()}

    def begin(self, kind: ModelJobKind, by: str, version: str = "") -> ModelJob:
        """Begin work; raises BadRequest while other work goes on, or when there is no such version."""
        now = self._clock()
        name = self.find(version).version if version else ""
        job = ModelJob(id=secrets.token_hex(8), kind=kind, by=by, begun_at=now, beat_at=now, version=name)
        _refusing(lambda: self._store.model_jobs.begin(job))
        self._start(job.id)
        return job

    def judged(self, version: str) -> ModelJob | None:
        """Give the work in which the gate judged a version against the one that serves; None when that is old."""
        found = self._store.model_jobs.last_verdict(version, self.serving().version)
        return found if found and self._clock() - found.begun_at < VERDICT_HOLDS else None

    def promote(self, version: str, by: str, reason: str) -> ModelMove:
        """Let a version serve that the gate let pass; raises BadRequest with what the gate says."""
        return self._promote(version, by, reason, None)

    def propose(self, version: str, by: str, reason: str) -> None:
        """Ask a second person to let a version serve that is surely not worse; raises BadRequest."""
        job = self._needs_verdict(version)
        if job.verdict is None or job.verdict.passed or not job.verdict.is_not_inferior:
            raise BadRequest("A second person is asked only for a version that is surely not worse.", status=409)
        self._store.model_jobs.propose(job.id, Proposal(by=by, at=self._clock(), reason=reason))

    def approve(self, version: str, by: str) -> ModelMove:
        """Let a version serve as the second person; raises BadRequest for the one who asked."""
        proposal = self._needs_verdict(version).proposal
        if proposal is None or proposal.by.casefold() == by.casefold():
            raise BadRequest("Another person must have proposed this version.", status=409)
        return self._promote(version, proposal.by, proposal.reason, by)

    def _promote(self, version: str, by: str, reason: str, approved_by: str | None) -> ModelMove:
        from dengar.classify.gate import Verdict

        verdict = msgspec.convert(self._needs_verdict(version).verdict, Verdict, from_attributes=True)
        return _refusing(lambda: self._registry.promote(version, by, reason, approved_by, verdict))

    def _needs_verdict(self, version: str) -> ModelJob:
        found = self.judged(self.find(version).version)
        if found is None:
            raise BadRequest("Let the gate judge this version first.", status=409)
        return found

    def roll_back(self, by: str, reason: str) -> ModelMove:
        """Let the version serve again that served before; raises BadRequest when there was none."""
        return _refusing(lambda: self._registry.roll_back(by, reason))

    def begin_shadow(self, version: str, by: str, reason: str) -> ModelMove:
        """Let a version judge beside the one that serves, without effect."""
        name = self.find(version).version
        return _refusing(lambda: self._registry.begin_shadow(name, by, reason))

    def end_shadow(self, by: str, reason: str) -> ModelMove:
        """End what `begin_shadow` began."""
        return _refusing(lambda: self._registry.end_shadow(by, reason))

    def answer(self, post: str, category: str, by: str, also: Sequence[str]) -> HumanLabel:
        """Note what a person says of a post; raises BadRequest for what is not known."""
        return _refusing(lambda: labelling.answer(self._store, post, category, by, self._clock(), also=also))

    def agreement(self) -> LabelAgreement:
        """Measure how far people agree."""
        found = labelling.agreement(self._store)
        return LabelAgreement(
            pairs=found.pairs, equal=found.equal, kappa=found.kappa, disputed=labelling.disputed(self._store)
        )


def _refusing(do: Callable[[], T]) -> T:
    """Do it; what the registry or the labels refuse is a conflict for who asked."""
    try:
        return do()
    except BadRequest:
        raise
    except DengarError as error:
        raise BadRequest(str(error), status=409) from error
