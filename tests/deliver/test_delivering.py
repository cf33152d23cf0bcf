"""Chaos on the way to a target: nothing is lost, nothing counts twice, the order of each report is kept."""

import json
import threading
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from made import NOW
from outboxes import Clock, Receiver, deliver, event, happen, hook, open_report, receive, relay

from dengar.models import UNSETTLED
from dengar.store import Store


def fill(store: Store, receiver: Receiver, reports: int = 4, notes: int = 3) -> int:
    """Give every report some events on their way to the receiver."""
    for number in range(reports):
        report = open_report(store, f"DKI-2611-{number:06}")
        happen(store, report, *(event("note", reason=str(one)) for one in range(notes)))
    relay(store, hook(receiver.address))
    return reports * (notes + 2)


def orders(receiver: Receiver) -> dict[str, list[int]]:
    found = defaultdict(list)
    for body in receiver.order:
        data = json.loads(body)["data"]
        found[data["report"]["number"]].append(data["event"]["seq"])
    return found


def check_all(store: Store, receiver: Receiver, count: int) -> None:
    assert len(receiver.taken) == count
    assert all(seqs == sorted(seqs) for seqs in orders(receiver).values()), orders(receiver)
    assert store.data["deliveries"].count_documents({"state": "sent"}) == count


def test_everything_arrives_once_in_order(store: Store) -> None:
    with receive() as receiver:
        count = fill(store, receiver)
        assert deliver(store, hook(receiver.address)) == count
        assert deliver(store, hook(receiver.address)) == 0
        assert len(receiver.came) == count
        check_all(store, receiver, count)


@pytest.mark.parametrize("ways", [("500", "200"), ("drop", "503", "200"), ("429 120", "408", "200"), ("drop", "drop")])
def test_a_receiver_that_fails_all_the_time_gets_everything_in_the_end(store: Store, ways: tuple[str, ...]) -> None:
    """`drop`: it took the message, and the connection broke before it answered."""
    clock = Clock()
    with receive() as receiver:
        count = fill(store, receiver)
        receiver.behave = lambda came: ways[came % len(ways)] if came < 30 else "200"
        for _ in range(60):
            deliver(store, hook(receiver.address), clock)
            clock.move(minutes=65)
        check_all(store, receiver, count)
        assert len(receiver.came) > count


def test_a_receiver_that_never_answers_is_waited_for_a_second_and_keeps_what_it_took(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        count = fill(store, receiver, 2, 1)
        receiver.behave = lambda came: "hang" if came <= 2 else "200"
        target = hook(receiver.address, seconds=1)
        deliver(store, target, clock)
        assert store.deliveries.count_unsettled()["kait"]["waiting"] == count
        clock.move(hours=2)
        deliver(store, target, clock)
        check_all(store, receiver, count)
        assert len(receiver.came) == count + 2


def test_a_receiver_that_is_down_for_a_day_is_asked_rarely_and_then_gets_all_at_once(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        count = fill(store, receiver, 12)
        receiver.behave = lambda _: "500"
        for _ in range(24 * 4):
            deliver(store, hook(receiver.address), clock)
            clock.move(minutes=15)
        assert len(receiver.came) < 12 + 24 + 12
        health = store.targets.find("kait")
        assert health.failures > 20
        assert health.resting_until is not None
        receiver.behave = lambda _: "200"
        clock.move(hours=1)
        assert deliver(store, hook(receiver.address), clock) == count
        check_all(store, receiver, count)
        assert store.targets.find("kait").failures == 0


def test_a_connection_that_is_refused_is_no_loss(store: Store) -> None:
    with receive() as receiver:
        count = fill(store, receiver)
    clock = Clock()
    target = hook(receiver.address)
    assert deliver(store, target, clock) == 0
    assert "cannot be reached" in str(max(one.error or "" for one in store.deliveries.find_all("waiting")))
    with receive() as back:
        clock.move(hours=2)
        assert deliver(store, hook(back.address), clock) == count


def test_a_refusal_is_a_dead_letter_and_what_stands_behind_it_waits_for_a_person(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        fill(store, receiver, 2, 2)
        refused = {"DKI-2611-000000"}
        receiver.answer = lambda _: b"no such unit"
        receiver.behave = lambda _: (
            "422" if json.loads(receiver.came[-1][2])["data"]["report"]["number"] in refused else "200"
        )
        target = hook(receiver.address)
        assert deliver(store, target, clock) == 4
        clock.move(days=1)
        assert deliver(store, target, clock) == 0
        (dead,) = store.deliveries.find_all("dead")
        assert (dead.seq, dead.attempts) == (0, 1)
        assert "422: no such unit" in str(dead.error)
        assert store.deliveries.count_unsettled() == {"kait": {"dead": 1, "waiting": 3}}
        assert store.deliveries.drop([dead.id], clock()) == 1
        assert deliver(store, target, clock) == 0  # the next one of this report is refused as well
        refused.clear()
        (dead,) = store.deliveries.find_all("dead")
        assert store.deliveries.replay([dead.id], clock()) == 1
        assert deliver(store, target, clock) == 3
        assert orders(receiver)["DKI-2611-000000"] == [1, 2, 3]


def test_after_three_days_without_success_a_delivery_is_a_dead_letter(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        fill(store, receiver, 1, 0)
        receiver.behave = lambda _: "500"
        for _ in range(80):
            deliver(store, hook(receiver.address), clock)
            clock.move(hours=1)
        (dead,) = store.deliveries.find_all("dead")
        assert "for 3 days" in str(dead.error)
        assert 30 < dead.attempts < 80
        assert store.deliveries.replay([dead.id], clock()) == 1
        receiver.behave = lambda _: "200"
        clock.move(hours=1)
        assert deliver(store, hook(receiver.address), clock) == 2


def test_a_receiver_that_is_gone_gets_nothing_more_until_a_person_starts_it(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        fill(store, receiver, 6)
        receiver.behave = lambda _: "410"
        deliver(store, hook(receiver.address), clock)
        came = len(receiver.came)
        clock.move(days=1)
        assert deliver(store, hook(receiver.address), clock) == 0
        assert len(receiver.came) == came <= 4
        assert "410" in str(store.targets.find("kait").stopped)
        store.targets.start("kait")
        receiver.behave = lambda _: "200"
        assert deliver(store, hook(receiver.address), clock) == 30


def test_a_wrong_key_holds_everything_back_and_kills_nothing(store: Store) -> None:
    clock = Clock()
    with receive() as receiver:
        count = fill(store, receiver, 6)
        receiver.behave = lambda _: "401"
        deliver(store, hook(receiver.address), clock)
        assert len(receiver.came) <= 4
        assert store.deliveries.count_unsettled() == {"kait": {"waiting": count}}
        assert store.targets.find("kait").failures >= 5


def test_two_processes_never_send_at_the_same_time(store: Store) -> None:
    with receive() as receiver:
        count = fill(store, receiver, 2, 1)
        target = hook(receiver.address, seconds=10)
        receiver.behave = lambda came: "hang" if came == 1 else "200"
        first = threading.Thread(target=deliver, args=(store, target, Clock(), "first"))
        first.start()
        assert receiver.arrived.wait(10)
        assert deliver(store, target, Clock(), "second") == 0
        receiver.released.set()
        first.join()
        clock = Clock(NOW + timedelta(hours=1))
        deliver(store, target, clock, "second")
        check_all(store, receiver, count)
        assert len(receiver.came) == count + 1


def test_slow_reports_do_not_keep_those_of_others_waiting(store: Store) -> None:
    with receive() as receiver:
        fill(store, receiver, 4, 0)
        receiver.behave = lambda came: "hang" if came == 1 else "200"
        deliver(store, hook(receiver.address, seconds=1.5))
        assert sorted(map(len, orders(receiver).values())) == [1, 2, 2, 2]


def test_a_history_of_many_events_keeps_its_order_under_chance(store: Store) -> None:
    from random import Random

    chance = Random(7)
    clock = Clock()
    with receive() as receiver:
        target = hook(receiver.address, at_once=8)
        reports = [open_report(store, f"DKI-2611-{number:06}") for number in range(10)]
        receiver.behave = lambda _: chance.choice(("200", "200", "200", "drop", "500"))
        for _ in range(10):
            for at in chance.sample(range(10), 3):
                reports[at] = happen(store, reports[at], event("note"))
            relay(store, target, clock=clock)
            deliver(store, target, clock)
            clock.move(minutes=chance.randrange(1, 90))
        receiver.behave = lambda _: "200"
        for _ in range(10):
            clock.move(hours=2)
            deliver(store, target, clock)
        check_all(store, receiver, sum(report.version for report in reports))
        assert all(b - a == 1 for seqs in orders(receiver).values() for a, b in pairwise(seqs))
        assert store.data["deliveries"].count_documents({"state": {"$in": list(UNSETTLED)}}) == 0
