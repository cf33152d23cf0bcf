"""Every collector, over the standard cases: the folder `cases/<collector>` holds what its source answers."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec
import pytest
from made import NOW
from standard_cases import CASES, SITUATIONS, Scene, expected, open_case

from dengar import ingest
from dengar.collecting import Collecting
from dengar.completing import Completing
from dengar.errors import BadRequest, Poison
from dengar.ingest.protocol import Batch, Source
from dengar.intake import Intake
from dengar.models import Item, Record, Request, Run
from dengar.store import Store
from dengar.wiring import make_source

SAID = {"upsert", "edit"}
OUTCOMES = {
    "changed": {"changed"},
    "empty": {"empty"},
    "rate_limited": {"rate_limited"},
    "expired": {"auth_expired"},
    "login": {"blocked"},
}


@pytest.fixture(params=ingest.names())
def collector(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_collector_has_its_cases(collector: str) -> None:
    folder = CASES / collector
    assert folder.is_dir(), f"save answers of {collector} in {folder}"
    assert (folder / "expected.json").exists()
    assert (folder / "case.toml").exists() or (folder / f"case_{collector}.py").exists()
    for situation in SITUATIONS:
        with open_case(collector, situation) as scene:
            assert scene.impossible or scene.section, f"{collector}: nothing is said about {situation}"
            assert not (scene.impossible and situation in {"normal", "changed", "empty"}), scene.impossible


def open_source(scene: Scene) -> Source:
    return make_source("kotak", scene.section)


def run(source: Source, store: Store, on_batch: Callable[[Batch], bool] = lambda _: True) -> Run:
    ended = Collecting(store, lambda: NOW, "tests").run(source, on_batch=on_batch)
    assert ended is not None
    Completing(store, [source], lambda: NOW).run()
    return ended


def deliver(scene: Scene, source: Source, store: Store) -> None:
    intake = Intake(store, source, lambda: NOW, lambda: None)
    for request in scene.requests:
        intake(request)
    Completing(store, [source], lambda: NOW).run()


def take_in(scene: Scene, store: Store) -> None:
    source = open_source(scene)
    if scene.requests:
        deliver(scene, source, store)
    if source.is_pulled:
        ended = run(source, store)
        assert ended.outcome == "done", ended.error
    assert [entry.reason for entry in store.quarantine.find_all()] == []


def stored(store: Store) -> list[Item]:
    return sorted((one.item for one in store.items.pending(10_000, 10**9)), key=lambda item: item.id)


def draft_of(item: Item) -> dict[str, Any]:
    """Give what a reader of `expected.json` should see."""
    seen: dict[str, Any] = {"id": item.id, "kind": item.kind}
    if item.kind in SAID:
        draft: Record = ingest.find(item.collector).parse(item)
        fields = msgspec.to_builtins(draft, builtin_types=(bytes,))
        fields["photos"] = [
            {"media_type": photo["media_type"], "size": len(photo["data"])} for photo in fields.get("photos", ())
        ]
        seen |= {name: value for name, value in fields.items() if value not in (None, [], (), "")}
    return msgspec.json.decode(msgspec.json.encode(seen))  # type: ignore[no-any-return]


def test_the_normal_answer_becomes_the_drafts_that_a_person_has_read(
    collector: str, store: Store, pytestconfig: pytest.Config
) -> None:
    with open_case(collector, "normal") as scene:
        take_in(scene, store)
        drafts = [draft_of(item) for item in stored(store)]
        if pytestconfig.getoption("write_expected"):
            text = json.dumps(drafts, ensure_ascii=False, indent=1)
            (CASES / collector / "expected.json").write_text(text + "\n", encoding="utf-8")
        assert drafts == expected(collector)
        take_in_again(scene, store)
        assert [draft_of(item) for item in stored(store)] == drafts


def take_in_again(scene: Scene, store: Store) -> None:
    """Take the same in again, also from the beginning: nothing may be doubled."""
    source = open_source(scene)
    deliver(scene, source, store)
    if source.is_pulled:
        assert run(source, store).outcome in {"done", "empty"}
        store.data["cursors"].delete_many({})
        assert run(source, store).outcome in {"done", "empty"}
    revisions = {row["_id"]: row["revision"] for row in store.data["items"].find()}
    assert set(revisions.values()) <= {1}


@pytest.mark.parametrize("situation", SITUATIONS[1:])
def test_a_source_that_ails_says_what_ails_it(collector: str, situation: str, store: Store) -> None:
    with open_case(collector, situation) as scene:
        if scene.impossible:
            return
        source = open_source(scene)
        if scene.requests:
            refuse_or_keep(situation, scene, source)
        else:
            ended = run(source, store)
            assert ended.outcome in OUTCOMES[situation], f"{ended.outcome}: {ended.error}"
            assert not stored(store)
            if situation == "rate_limited":
                until = store.cursors.paused_until("kotak")
                assert until is not None
                assert until > NOW


def refuse_or_keep(situation: str, scene: Scene, source: Source) -> None:
    """Look at what a push channel does: it refuses, or keeps the bytes for a person to look at."""
    for request in scene.requests:
        taken = accept(source, request)
        if isinstance(taken, BadRequest):
            refusals = {"expired": {401, 403}, "changed": {400, 413, 415, 422}}
            assert taken.status in refusals.get(situation, range(400, 500)), str(taken)
            continue
        assert situation not in {"expired", "login"}, "a request without proof was taken"
        for item in taken.items:
            with pytest.raises(Poison):
                source.collector.parse(item)


def accept(source: Source, request: Request) -> Batch | BadRequest:
    try:
        return cast("Batch", source.collector.accept(source.settings, request, NOW))
    except BadRequest as error:
        return error


class Crash(Exception):
    """The process ends here."""


def crash_at(point: int) -> Callable[[Batch], bool]:
    seen = iter(range(point + 1))

    def on_batch(_: Batch) -> bool:
        if next(seen) == point:
            raise Crash
        return True

    return on_batch


class Forgetting:
    """A collector whose process dies between reading a page and storing it."""

    def __init__(self, collector: Any, point: int) -> None:  # noqa: ANN401  a module
        self._collector = collector
        self._point = point

    def __getattr__(self, name: str) -> object:
        return getattr(self._collector, name)

    def pull(self, *given: object) -> Iterator[Batch]:
        for n, batch in enumerate(self._collector.pull(*given)):
            if n == self._point:
                raise Crash
            yield batch


@pytest.mark.parametrize("schedule", [(0,), (1, 0), (0, 2, 1), (1, 1, 1)], ids=str)
@pytest.mark.parametrize("before", [True, False], ids=["before the write", "after it"])
def test_a_crash_at_any_batch_loses_and_doubles_nothing(
    collector: str, *, schedule: Sequence[int], before: bool, store: Store
) -> None:
    with open_case(collector, "normal") as scene:
        source = open_source(scene)
        if not source.is_pulled:
            return
        for point in schedule:
            died = source.replace(collector=Forgetting(source.collector, point)) if before else source
            run(died, store, crash_at(10**6 if before else point))
        ended = run(source, store)
        assert ended.outcome in {"done", "empty"}, ended.error
        if scene.requests:
            deliver(scene, source, store)
        assert [draft_of(item) for item in stored(store)] == expected(collector)
