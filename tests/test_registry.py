import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from made import NOW, make_labels, make_post

from dengar.classify.corpus import Example
from dengar.classify.saved import MANIFEST, MODEL, ModelChanged
from dengar.classify.train import train_on
from dengar.errors import DengarError
from dengar.following import LOOK_SECONDS
from dengar.judging import Judging
from dengar.models import ModelMove
from dengar.registry import Refused, Registry, serving_stack
from dengar.shadowing import Shadowing
from dengar.store import Store


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory, few_examples: Sequence[Example]) -> Path:
    folder = tmp_path_factory.mktemp("other")
    train_on(few_examples, folder, seed=1)
    return folder


@pytest.fixture
def registry(store: Store, small_model: Path, tmp_path: Path) -> Registry:
    moments = (NOW + timedelta(seconds=second) for second in range(1000))
    return Registry(store, small_model, tmp_path / "models", lambda: next(moments))


@pytest.fixture
def judging(store: Store, registry: Registry) -> Judging:
    return Judging(store, registry, registry.load(registry.adopt().version), count(step=LOOK_SECONDS).__next__)


def promote_anyway(store: Store, version: str) -> None:
    store.versions.move(
        ModelMove(seq=store.versions.next_seq(), kind="promoted", version=version, at=NOW, by="t", reason="test")
    )


def test_the_model_that_came_along_serves_first(registry: Registry, store: Store) -> None:
    packaged = registry.adopt()
    assert packaged.is_packaged
    assert registry.adopt() == packaged
    assert [move.kind for move in store.versions.history()] == ["promoted"]


def test_a_new_dengar_brings_its_model_along_but_never_pushes_a_chosen_one_aside(
    store: Store, registry: Registry, other_model: Path, tmp_path: Path
) -> None:
    first = registry.adopt().version
    newer = Registry(store, other_model, tmp_path / "models", lambda: NOW)
    second = newer.adopt().version
    assert second != first
    chosen = registry.find(first)
    store.data["models"].update_one({"_id": chosen.version}, {"$unset": {"is_packaged": ""}})
    promote_anyway(store, first)
    assert newer.adopt().version == first


def test_a_version_is_unpacked_as_it_was_entered(registry: Registry, small_model: Path) -> None:
    folder = registry.unpack(registry.adopt().version)
    names = {path.name for path in small_model.iterdir()}
    assert {path.name for path in folder.iterdir()} == names
    assert all((folder / name).read_bytes() == (small_model / name).read_bytes() for name in names)


def test_a_version_is_named_by_its_beginning(registry: Registry) -> None:
    version = registry.adopt().version
    assert registry.find(version[:5]).version == version
    with pytest.raises(DengarError, match="no version begins with 'zz'"):
        registry.find("zz")


def test_files_that_were_changed_are_never_loaded(registry: Registry, tmp_path: Path) -> None:
    version = registry.adopt().version
    folder = registry.unpack(version)
    (folder / MODEL).write_bytes(b"something else")
    with pytest.raises(ModelChanged):
        registry.load(version)
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"seed": 5}))
    registry.load(version)  # another manifest is not the one that was entered: all is unpacked anew


def test_files_that_were_changed_in_the_store_are_refused(registry: Registry, store: Store) -> None:
    version = registry.adopt().version
    store.data["model_files.chunks"].update_many({}, {"$set": {"data": b"{}"}})
    with pytest.raises(DengarError, match="not those that were entered"):
        registry.load(version)


def test_the_gate_refuses_what_it_cannot_compare(registry: Registry, other_model: Path) -> None:
    version = registry.enter(other_model, "ani").version
    with pytest.raises(Refused, match="2,000 are needed"):
        registry.promote(version, "ani", "try", approved_by="budi")


def test_what_serves_already_is_not_promoted(registry: Registry) -> None:
    with pytest.raises(DengarError, match="serves already"):
        registry.promote(registry.adopt().version, "ani", "again")


def test_there_is_nothing_to_go_back_to_at_first(registry: Registry) -> None:
    with pytest.raises(DengarError, match="No other model"):
        registry.roll_back("ani", "try")


def test_going_back_twice_goes_back_two_versions(registry: Registry, store: Store, other_model: Path) -> None:
    first = registry.adopt().version
    second = registry.enter(other_model, "ani").version
    promote_anyway(store, second)
    promote_anyway(store, first)
    assert [registry.roll_back("ani", "r").version for _ in range(2)] == [second, first]
    assert serving_stack(store.versions.history()) == [first]
    assert [move.kind for move in store.versions.history()][:2] == ["rolled_back", "rolled_back"]


def test_two_who_move_at_once_do_not_both_succeed(registry: Registry, store: Store) -> None:
    registry.adopt()
    move = ModelMove(seq=1, kind="promoted", version="a", at=NOW, by="ani", reason="r")
    store.versions.move(move)
    with pytest.raises(DengarError, match="Somebody else"):
        store.versions.move(move.replace(version="b"))


def test_running_processes_follow_a_promotion_and_a_rollback(
    registry: Registry, store: Store, judging: Judging, other_model: Path
) -> None:
    first = judging.label(["banjir"])
    second = registry.enter(other_model, "ani").version
    promote_anyway(store, second)
    assert judging.label(["banjir"])[0].model == second
    registry.roll_back("ani", "r")
    assert judging.label(["banjir"]) == first


def test_a_model_that_cannot_be_loaded_leaves_the_one_before_in_place(
    registry: Registry, store: Store, judging: Judging, other_model: Path
) -> None:
    first = judging.current().version
    second = registry.enter(other_model, "ani").version
    store.data["model_files.chunks"].update_many({}, {"$set": {"data": b"{}"}})
    promote_anyway(store, second)
    shutil.rmtree(registry.unpack(first).parent, ignore_errors=True)
    assert judging.current().version == first
    assert judging.problem is not None
    assert second in judging.problem
    registry.roll_back("ani", "it is broken")
    assert judging.current().version == first
    assert judging.problem is None


def test_a_shadow_judges_what_came_since_and_asks_people_where_it_differs(
    registry: Registry, store: Store, other_model: Path
) -> None:
    registry.adopt()
    shadowing = Shadowing(store, registry, lambda: NOW)
    store.posts.save([make_post("old", "banjir", observed_at=NOW - timedelta(days=1))], None)
    assert shadowing.run() == 0
    version = registry.enter(other_model, "ani").version
    registry.begin_shadow(version, "ani", "try")
    later = NOW + timedelta(days=1)
    posts = [
        make_post(str(number), text, observed_at=later, labels=make_labels("kesehatan"))
        for number, text in enumerate(["banjir di gang", "sampah numpuk", "antre di puskesmas"])
    ]
    store.posts.save(posts, None)
    assert shadowing.run() == 3
    assert shadowing.run() == 0
    seen = store.shadows.find(version)
    assert seen is not None
    assert seen.compared == 3
    assert seen.changed == sum(seen.pairs.values()) >= 2
    assert store.human_labels.waiting_by_reason() == {"shadow": seen.changed}
    registry.end_shadow("ani", "seen")
    assert store.versions.shadow() is None
    assert shadowing.run() == 0
    with pytest.raises(DengarError, match="No model is in the shadow"):
        registry.end_shadow("ani", "again")


def test_two_processes_that_start_at_once_agree(
    store: Store, small_model: Path, other_model: Path, tmp_path: Path
) -> None:
    registries = [Registry(store, small_model, tmp_path / str(number), lambda: NOW) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        adopted = {version.version for version in threads.map(Registry.adopt, registries)}
    assert len(adopted) == 1
    assert [move.seq for move in store.versions.history()] == [0]
