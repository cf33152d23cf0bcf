from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.ingest.formats.snapshot import DOUBTS, Difference, Memory, Shown, compare


def show(ids: str, digest: str = "1") -> list[Shown]:
    return [Shown(id=one, digest=digest) for one in ids]


def follow(snapshots: Sequence[str], memory: Memory | None = None) -> Difference:
    """Compare one snapshot after the other; each letter is a message."""
    found = Difference(new=(), changed=(), over=(), memory=memory or Memory(), is_whole=True)
    for ids in snapshots:
        found = compare(found.memory, show(ids), closes_after=3)
    return found


def test_what_is_shown_again_is_no_news() -> None:
    assert follow(["ab"]).new == ("a", "b")
    again = follow(["ab", "ab"])
    assert (again.new, again.changed, again.over) == ((), (), ())


def test_what_says_something_else_has_changed() -> None:
    found = compare(follow(["ab"]).memory, [*show("a"), *show("b", "2")], closes_after=3)
    assert (found.new, found.changed) == ((), ("b",))


def test_what_stays_away_three_times_is_over_once() -> None:
    assert follow(["abc", "ab", "ab"]).over == ()
    assert follow(["abc", "ab", "ab", "ab"]).over == ("c",)
    assert follow(["abc", "ab", "ab", "ab", "ab"]).over == ()


def test_what_comes_back_in_time_is_not_over() -> None:
    assert follow(["abc", "ab", "ab", "abc", "ab", "ab"]).over == ()


def test_what_comes_back_after_its_end_is_new() -> None:
    assert follow(["abc", "ab", "ab", "ab", "abc"]).new == ("c",)


def test_what_lasts_is_forgotten_but_not_over() -> None:
    memory = compare(Memory(), [*show("ab"), Shown(id="hole", digest="1", lasting=True)], closes_after=3).memory
    found = follow(["ab", "ab", "ab"], memory)
    assert found.over == ()
    assert [one.id for one in found.memory.shown] == ["a", "b"]


@pytest.mark.parametrize("small", ["", "a"])
def test_a_snapshot_that_shrank_by_more_than_half_is_believed_at_the_third_time(small: str) -> None:
    assert follow(["abcdef", *[small] * (DOUBTS + 1)]).over == ()
    assert len(follow(["abcdef", *[small] * (DOUBTS + 2)]).over) == 6 - len(small)


def test_a_doubt_is_forgotten_when_the_rest_comes_back() -> None:
    assert follow(["abcdef", "", "", "abcdef", "", "", "abcdef"]).over == ()
    assert all(one.missed == 0 for one in follow(["abcdef", "", "", "abcdef"]).memory.shown)


def test_half_of_it_is_still_believed() -> None:
    assert follow(["abcd", "ab", "ab", "ab"]).over == ("c", "d")


def test_what_the_snapshot_cannot_show_any_more_is_forgotten() -> None:
    found = compare(follow(["abc"]).memory, show("ab"), closes_after=1, is_covered=lambda one: one.id != "c")
    assert found.over == ()
    assert [one.id for one in found.memory.shown] == ["a", "b"]


def test_what_a_budget_leaves_out_comes_the_next_time_and_nothing_is_counted_meanwhile() -> None:
    memory = follow(["ax"]).memory
    first = compare(memory, [*show("a", "2"), *show("bc")], closes_after=1, most=1)
    assert (first.new, first.changed, first.over, first.is_whole) == ((), ("a",), (), False)
    second = compare(first.memory, [*show("a", "2"), *show("bc")], closes_after=1, most=1)
    assert (second.new, second.changed, second.over) == (("b",), (), ())
    third = compare(second.memory, [*show("a", "2"), *show("bc")], closes_after=1)
    assert (third.new, third.over, third.is_whole) == (("c",), ("x",), True)


@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=20))
def test_nothing_is_new_while_it_is_open_and_nothing_ends_that_is_not(snapshots: list[set[str]]) -> None:
    open_now: set[str] = set()
    memory = Memory()
    for ids in snapshots:
        found = compare(memory, show("".join(sorted(ids))), closes_after=2)
        assert open_now.isdisjoint(found.new)
        assert set(found.over) <= open_now - ids
        open_now = (open_now | set(found.new)) - set(found.over)
        assert open_now == {one.id for one in found.memory.shown}
        memory = found.memory
