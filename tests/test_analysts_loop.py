"""The analysts' loop from end to end, on real texts with known answers: label, train, gate, promote, roll back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from made import NOW, make_post

from dengar.classify.corpus import Example, read_corpus
from dengar.classify.exam import is_frozen
from dengar.classify.taxonomy import CODES
from dengar.classify.train import train_on
from dengar.following import LOOK_SECONDS
from dengar.judging import Judging
from dengar.labelling import answer, fill
from dengar.models import ModelVersion
from dengar.registry import Refused, Registry
from dengar.retraining import retrain
from dengar.store import Store

LEARNT, ASKED, QUEUE = 0.05, 300, 750
TEXTS = ["banjir lagi pak", "lampu jalan mati semua", "makasih min infonya", "tukang parkir maksa minta 10rb"]


@pytest.fixture(scope="module")
def corpus() -> Sequence[Example]:
    return read_corpus()


@pytest.fixture(scope="module")
def exam(corpus: Sequence[Example]) -> Sequence[Example]:
    return [one for one in corpus if is_frozen(one)]


@pytest.fixture(scope="module")
def few(corpus: Sequence[Example]) -> Sequence[Example]:
    """Give one text of twenty."""
    return [one for one in corpus if not is_frozen(one)][:: round(1 / LEARNT)]


@pytest.fixture(scope="module")
def learnt(few: Sequence[Example], exam: Sequence[Example]) -> Sequence[Example]:
    return [*few, *exam]


@pytest.fixture(scope="module")
def packaged(learnt: Sequence[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packaged")
    train_on(learnt, folder)
    return folder


@pytest.fixture
def registry(store: Store, packaged: Path, tmp_path: Path) -> Registry:
    moments = (NOW + timedelta(minutes=minute) for minute in range(1000))
    return Registry(store, packaged, tmp_path / "models", lambda: next(moments))


@pytest.fixture
def known(store: Store, corpus: Sequence[Example], few: Sequence[Example]) -> Mapping[str, str]:
    """Store the texts that nobody has learnt as posts, and give what each is about."""
    seen = {one.id for one in few}
    rest = [one for one in corpus if not is_frozen(one) and one.id not in seen]
    posts = [make_post(one.id, one.text, created_at=NOW - timedelta(hours=1)) for one in rest]
    store.posts.save(posts, None)
    return {post.id: one.category for post, one in zip(posts, rest, strict=True)}


def label_uncertain(store: Store, known: Mapping[str, str], by: str, *, shift: int = 0) -> int:
    """Answer what is unsure in the queue by what is known, or by another category."""
    count = 0
    for task in [one for one in store.human_labels.waiting() if one.why == "uncertain"]:
        right = CODES.index(known[task.post])
        answer(store, task.post, CODES[(right + shift) % len(CODES)], by, NOW)
        count += 1
    return count


@pytest.fixture
def serving(store: Store, registry: Registry) -> Judging:
    registry.adopt()
    return Judging(store, registry, registry.load(registry.adopt().version), count(step=LOOK_SECONDS).__next__)


def test_labels_make_it_better_poison_is_refused_and_rollback_restores_everything(
    store: Store, registry: Registry, serving: Judging, known: Mapping[str, str], learnt: Sequence[Example]
) -> None:
    first = serving.current().version
    before = serving.label(TEXTS)

    assert fill(store, serving.current(), NOW, size=QUEUE)["uncertain"] == ASKED
    assert label_uncertain(store, known, "ani") == ASKED
    better: ModelVersion = retrain(store, registry, learnt, by="ani")
    assert better.labelled_posts == ASKED
    verdict = registry.judge(better.version)
    assert verdict.passed, [check.says for check in verdict.checks if not check.passed]
    registry.promote(better.version, "ani", "300 labels")
    assert serving.current().version == better.version
    good = serving.label(TEXTS)
    assert {one.model for one in good} == {better.version}

    fill(store, serving.current(), NOW, size=QUEUE, seed=1)
    assert label_uncertain(store, known, "mallory", shift=7) >= ASKED
    poisoned = retrain(store, registry, learnt, by="mallory")
    with pytest.raises(Refused, match="better: macro-F1 -"):
        registry.promote(poisoned.version, "mallory", "surely better", approved_by="a friend")
    assert serving.label(TEXTS) == good

    registry.roll_back("ani", "to see whether it works")
    assert serving.current().version == first
    assert serving.label(TEXTS) == before
