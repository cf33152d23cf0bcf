"""The registry of classifiers: which versions there are, which serves, and the gate between them.

A version is entered once and never changes. Its files lie in the store and are unpacked into a folder of this machine
when they are needed, where their hashes are checked before anything is read.
"""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dengar.classify.saved import MANIFEST, check_files, read_evaluation
from dengar.errors import DengarError
from dengar.ingest.protocol import Clock
from dengar.models import ModelMove, ModelVersion, MoveKind
from dengar.store import Store
from dengar.store.versions import MovedMeanwhile

if TYPE_CHECKING:
    from dengar.classify import Classifier
    from dengar.classify.evaluation import Evaluation
    from dengar.classify.gate import Candidate, Verdict
    from dengar.classify.measures import Answer

MAKER = "dengar"
CAME_ALONG = "It came with Dengar."
TURNS = 3


class Refused(DengarError):
    """The gate does not let a model pass; the message says why."""


class Registry:
    """The versions of one Dengar; `packaged` is the folder of the model that came along, `folder` a cache."""

    def __init__(self, store: Store, packaged: Path, folder: Path, clock: Clock) -> None:
        self._store = store
        self._packaged = packaged
        self._folder = folder
        self._clock = clock

    def adopt(self) -> ModelVersion:
        """Give the version that serves, after entering the model that came along when it is new.

        That one serves unless people have promoted another: a new Dengar never pushes their model aside.
        """
        packaged = self.enter(self._packaged, MAKER, is_packaged=True)
        seq = self._store.versions.next_seq()
        move = self._store.versions.serving()
        serving = self._store.versions.find(move.version) if move else None
        if serving is not None and not (serving.is_packaged and serving.version != packaged.version):
            return serving
        try:
            self._move(seq, "promoted", packaged.version, MAKER, CAME_ALONG)
        except MovedMeanwhile:
            return self.adopt()  # by another process that started at the same moment
        return packaged

    def enter(self, folder: Path, by: str, *, is_packaged: bool = False) -> ModelVersion:
        """Enter the model of a folder; raises ModelMissing or ModelChanged when its files are not in order."""
        manifest = check_files(folder)
        known = self._store.versions.find(manifest.version)
        if known is not None:
            return known
        files = {name: (folder / name).read_bytes() for name in (*manifest.files, MANIFEST)}
        version = ModelVersion(
            version=manifest.version,
            manifest=hashlib.sha256(files[MANIFEST]).hexdigest(),
            made_at=self._clock(),
            made_by=by,
            size=sum(map(len, files.values())),
            accuracy=manifest.figures["accuracy"],
            macro_f1=manifest.figures["macro_f1"],
            labelled_posts=manifest.labelled_posts,
            is_packaged=is_packaged,
        )
        self._store.versions.save(version, files)
        return version

    def find(self, name: str) -> ModelVersion:
        """Find a version by its name or the beginning of it; raises DengarError when none or several have it."""
        found = [one for one in self._store.versions.find_all() if one.version.startswith(name)]
        if len(found) != 1:
            many = f"{len(found)} versions begin" if found else "no version begins"
            raise DengarError(f"{many} with {name!r}: `dengar models list` shows them all.")
        return found[0]

    def unpack(self, version: str) -> Path:
        """Give a folder with the files of a version; raises DengarError when they are not those that were entered."""
        folder = self._folder / version
        known = self.find(version)
        if not _is_of(folder, known):
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=self._folder))
            for name, content in self._store.versions.files(version).items():
                (fresh / Path(name).name).write_bytes(content)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
            if not _is_of(folder, known):
                raise DengarError(f"The files of the model {version} are not those that were entered: train again.")
        return folder

    def load(self, version: str) -> "Classifier":
        """Load a version; raises ModelChanged or ModelOutdated when it cannot serve."""
        from dengar.classify import Classifier

        return Classifier.load(self.unpack(version))

    def evaluation(self, version: str) -> "Evaluation":
        """Give the evaluation of a version."""
        return read_evaluation(self.unpack(version))

    def judge(self, version: str) -> "Verdict":
        """Let a version and the one that serves sit at the gate."""
        from dengar.classify.exam import sit
        from dengar.classify.gate import judge
        from dengar.labelling import examples_since

        champion = self.adopt()
        challenger = self.find(version)
        new, old = self.load(challenger.version), self.load(champion.version)
        seconds = measure_cost(new, old)
        unseen = examples_since(self._store, champion.made_at)
        ids = {one.id for one in unseen}
        later = [one for one in self.evaluation(challenger.version).answers if one.is_later and one.id in ids]
        return judge(
            self._candidate(challenger, seconds[0], later), self._candidate(champion, seconds[1], sit(old, unseen))
        )

    def promote(
        self, version: str, by: str, reason: str, approved_by: str | None = None, verdict: "Verdict | None" = None
    ) -> ModelMove:
        """Let a version serve when the gate lets it pass; raises Refused when it does not.

        One that is not surely better, and surely not worse, passes when a second person approves.
        """
        found = self.find(version)
        serving, seq = self.adopt(), self._store.versions.next_seq()
        if serving.version == found.version:
            raise DengarError(f"The model {found.version} serves already.")
        said = verdict or self.judge(found.version)
        is_second = approved_by is not None and approved_by.casefold() != by.casefold()
        if not said.passed and not (said.is_not_inferior and is_second):
            raise Refused(_why_not(said, is_second=is_second))
        outcome = "passed" if said.passed else "not worse"
        return self._move(seq, "promoted", found.version, by, reason, approved_by=approved_by, verdict=outcome)

    def roll_back(self, by: str, reason: str) -> ModelMove:
        """Let the version serve again that served before; raises DengarError when there was none."""
        self.adopt()
        seq = self._store.versions.next_seq()
        served = serving_stack(self._store.versions.history())
        if len(served) < 2:  # noqa: PLR2004 - the one that serves, and one before
            raise DengarError("No other model served before this one.")
        return self._move(seq, "rolled_back", served[-2], by, reason)

    def begin_shadow(self, version: str, by: str, reason: str) -> ModelMove:
        """Let a version judge beside the one that serves, without effect."""
        return self._move(self._store.versions.next_seq(), "shadow_began", self.find(version).version, by, reason)

    def end_shadow(self, by: str, reason: str) -> ModelMove:
        """End what `begin_shadow` began."""
        seq, shadow = self._store.versions.next_seq(), self._store.versions.shadow()
        if shadow is None:
            raise DengarError("No model is in the shadow.")
        return self._move(seq, "shadow_ended", shadow.version, by, reason)

    def _candidate(self, version: ModelVersion, seconds: float, later: Sequence["Answer"]) -> "Candidate":
        from dengar.classify.gate import Candidate

        frozen = [one for one in self.evaluation(version.version).answers if not one.is_later]
        return Candidate(
            version=version.version, answers=frozen, size=version.size, seconds=seconds, later=tuple(later)
        )

    def _move(self, seq: int, kind: MoveKind, version: str, by: str, reason: str, **more: str | None) -> ModelMove:
        """Write a move that was decided upon when `seq` was the next one."""
        move = ModelMove(seq=seq, kind=kind, version=version, at=self._clock(), by=by, reason=reason).replace(**more)
        self._store.versions.move(move)
        return move


def measure_cost(one: "Classifier", other: "Classifier") -> tuple[float, float]:
    """Give the CPU seconds that two models take for the same texts, the best of three turns each."""
    from dengar.classify.corpus import read_corpus

    texts = [example.text for example in read_corpus()[::10]]
    seconds = [(_seconds(one, texts), _seconds(other, texts)) for _ in range(TURNS + 1)]  # the first fills caches
    first, second = zip(*seconds[1:], strict=True)
    return min(first), min(second)


def _seconds(classifier: "Classifier", texts: Sequence[str]) -> float:
    start = time.process_time()
    classifier.label(texts)
    return time.process_time() - start


def _is_of(folder: Path, known: ModelVersion) -> bool:
    path = folder / MANIFEST
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == known.manifest


def _why_not(verdict: "Verdict", *, is_second: bool) -> str:
    failed = "; ".join(f"{check.name}: {check.says}" for check in verdict.checks if not check.passed)
    if verdict.is_not_inferior and not is_second:
        failed += ". It is surely not worse: a second person may let it pass with --approved-by and a reason"
    return f"The gate does not let {verdict.challenger} pass. {failed}."


def serving_stack(history: Sequence[ModelMove]) -> list[str]:
    """Give the versions that served one upon the other, the present one last, from a history, newest first."""
    served: list[str] = []
    for move in reversed(history):
        if move.kind == "promoted":
            served.append(move.version)
        elif move.kind == "rolled_back" and served:
            served.pop()
    return served
