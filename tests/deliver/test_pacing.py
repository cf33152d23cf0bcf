"""When what is tried again, as a table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.deliver.pacing import FAILURES, Result, is_probe, is_resting, judge, next_try, settle
from dengar.deliver.protocol import Receipt
from dengar.errors import AuthExpired, Gone, NotSent, RateLimited, Refused, Transient
from dengar.models import Delivery, TargetHealth

MINUTE = timedelta(minutes=1)
WAITING = Delivery(
    id="msg_1", target="a", event="R:0", report="R", seq=0, kind="note", made_at=NOW, since=NOW, due_at=NOW
)
WELL = TargetHealth(target="a")
DOWN = TargetHealth(target="a", failures=FAILURES, resting_until=NOW + MINUTE, error="x")


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 5), (2, 30), (3, 60), (4, 60), (50, 60)])
def test_it_is_tried_again_after_5_and_30_minutes_and_then_every_hour_with_some_chance(
    attempts: int, minutes: int
) -> None:
    tries = [next_try(WAITING.replace(id=f"msg_{one}", attempts=attempts), NOW) - NOW for one in range(50)]
    assert minutes * MINUTE <= min(tries) < max(tries) <= 1.2 * minutes * MINUTE
    assert len(set(tries)) > 40


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Receipt(number="7"), "sent"),
        (Receipt(token="t"), "waiting"),
        (NotSent("x"), "waiting"),
        (Transient("x"), "waiting"),
        (AuthExpired("x"), "waiting"),
        (Gone("x"), "waiting"),
        (RateLimited("x", until=NOW + timedelta(hours=9)), "waiting"),
        (Refused("x"), "dead"),
    ],
)
def test_what_becomes_of_a_delivery(result: Result, state: str) -> None:
    after = settle(WAITING, result, NOW)
    assert (after.state, after.attempts) == (state, 1)
    assert (after.due_at > NOW) == (state == "waiting")
    late = settle(WAITING, result, NOW + timedelta(days=3))
    assert late.state == ("sent" if state == "sent" else "dead")


def test_who_asks_to_wait_is_waited_for() -> None:
    until = NOW + timedelta(hours=9)
    asked = RateLimited("x", until=until)
    assert settle(WAITING, asked, NOW).due_at == until
    assert judge(WELL, [asked], NOW).resting_until == until
    assert judge(WELL, [asked, Receipt(number="1")], NOW).resting_until == until


@pytest.mark.parametrize(("failures", "minutes"), [(5, 1), (6, 2), (7, 4), (11, 60), (500, 60)])
def test_a_target_that_fails_is_left_alone_for_longer_each_time(failures: int, minutes: int) -> None:
    after = judge(WELL.replace(failures=failures - 1), [Transient("x")], NOW)
    assert after.resting_until == NOW + minutes * MINUTE
    assert is_probe(after)


def test_the_line_opens_again_with_the_first_success() -> None:
    assert judge(DOWN, [Receipt(number="1")], NOW) == WELL
    assert judge(DOWN, [Refused("it answers")], NOW) == WELL


def test_credentials_count_as_many_failures_and_a_target_that_is_gone_stays_so() -> None:
    assert is_resting(judge(WELL, [AuthExpired("x")], NOW), NOW)
    gone = judge(WELL, [Gone("x"), Receipt(number="1")], NOW)
    assert is_resting(gone, NOW + timedelta(days=300))


@given(st.lists(st.sampled_from([Receipt(number="1"), Transient("x"), Refused("x")]), max_size=20))
def test_only_five_failures_in_a_row_close_the_line(results: list[Result]) -> None:
    after = judge(WELL, results, NOW)
    row = 0
    for one in results:
        row = row + 1 if isinstance(one, Transient) else 0
    assert (after.failures, is_resting(after, NOW)) == (row, row >= FAILURES)
