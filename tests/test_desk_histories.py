"""Whatever two operators, a unit and the clock do, and in whatever order: no illegal state, no lost event."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random

import pytest
from deskwork import Time, elsewhere, find, hear, make_desk, make_staff, router, sure, unsure
from invented import UNITS, Village, any_command, invent
from made import NOW

from dengar.desk import Desk
from dengar.errors import BadRequest
from dengar.minding import Minding
from dengar.models import Event, Report, Staff, State
from dengar.rebuilding import rebuild
from dengar.routing import commands as do
from dengar.routing.states import MOVES, fold_all
from dengar.store import Store

PEOPLE = (
    make_staff("sari"),
    make_staff("budi"),
    make_staff("agus", "petugas", "sudin:bina_marga:31.74"),
    make_staff("cek", "verifikator"),
)
STEPS = 14
KEPT = 10_000


def all_reports(store: Store) -> list[Report]:
    return [find(store, number) for number in histories(store)]


def histories(store: Store) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in store.events.all_in_order():
        found.setdefault(event.report, []).append(event)
    return found


def check(store: Store, before: dict[str, list[Event]]) -> dict[str, list[Event]]:
    """Hold what must be true after every step; gives the histories."""
    now = histories(store)
    for number, events in before.items():
        assert now[number][: len(events)] == events
    for number, events in now.items():
        assert [event.seq for event in events] == list(range(len(events)))
        report = find(store, number)
        assert fold_all(events) == report
        check_moves(events)
        assert (report.duplicate_of is not None) == (report.state == "duplikat")
        assert (report.closed_at is None) == (report.state not in {"selesai", "ditolak", "duplikat"})
        for loser in report.merged:
            assert find(store, loser).duplicate_of == number
    check_voices(store)
    return now


def check_voices(store: Store) -> None:
    """Every voice is counted once by the reports that stand for themselves."""
    reports = all_reports(store)
    standing = [report for report in reports if report.duplicate_of is None]
    assert sum(report.voices for report in standing) == store.posts.count()


def check_moves(events: list[Event]) -> None:
    state: State = "menunggu"
    for event in events:
        if event.state is not None:
            assert event.kind == "restored" or event.state in MOVES[state]
            state = event.state


def live(store: Store, desk: Desk, clock: Time, random: Random, steps: int) -> int:
    hear(store, sure("1"), sure("2", "Lubang besar sekali"), elsewhere("3"), unsure("4"))
    minding = Minding(store, router, clock)
    seen: dict[str, list[Event]] = {}
    accepted = 0
    for _ in range(steps):
        clock.now += timedelta(hours=random.choice([0, 1, 30, 200]))
        minding.run()
        reports = all_reports(store)
        report = random.choice(reports)
        posts = [post.id for post in store.posts.of_report(report.number)]
        try:
            desk.act(random.choice(PEOPLE), report.number, any_command(random, [one.number for one in reports], posts))
            accepted += 1
        except BadRequest:
            pass
        seen = check(store, seen)
    return accepted


@pytest.mark.parametrize("seed", range(12))
def test_no_sequence_of_commands_breaks_a_report(store: Store, seed: int) -> None:
    clock = Time(NOW)
    accepted = live(store, make_desk(store, clock), clock, Random(seed), STEPS)
    assert accepted > 0
    found = rebuild(store, write=False)
    assert (found.differing, found.broken) == ((), ())


def test_who_may_do_what_is_a_table(store: Store) -> None:
    """Officers never reach another unit's report, and checkers only check."""
    desk = make_desk(store)
    (report,) = hear(store, elsewhere("1"))
    officer: Staff = PEOPLE[2]
    for command in (do.Start(), do.Close(note="x"), do.Reject(reason="x"), do.Reroute(unit=UNITS[0], reason="x")):
        with pytest.raises(BadRequest, match="bukan tugas unit Anda"):
            desk.act(officer, report.number, command)
        with pytest.raises(BadRequest, match="Peran Anda"):
            desk.act(PEOPLE[3], report.number, command)
    for forbidden in (do.Merge(into="x"), do.Hide(reason="x"), do.Reopen(reason="x"), do.Categorise(category="sampah")):
        with pytest.raises(BadRequest, match="Peran Anda"):
            desk.act(officer, report.number, forbidden)


def test_every_report_is_made_again_from_its_events(store: Store, request: pytest.FixtureRequest) -> None:
    """100,000 of them with `make books`."""
    wanted: int = request.config.getoption("--books")
    expected: dict[str, Report] = {}
    for villages in batched(invent(Random(7), wanted), 200):
        reports = [report for village in villages for report in village.reports.values()]
        events = [event for village in villages for some in village.events.values() for event in some]
        store.reports.save(reports, events, None)
        store.events.append(events, None)
        expected |= {report.number: report for report in reports} if wanted < KEPT else {}
    assert rebuild(store, write=False).differing == ()
    rows = store.data["reports"]
    rows.update_many({"state": "menunggu"}, {"$set": {"voices": 99}, "$unset": {"traits": 1}})
    rows.delete_one({})
    found = rebuild(store, write=True)
    assert found.reports == store.reports.count() >= wanted
    assert found.broken == ()
    assert len(found.differing) > wanted // 20
    assert rebuild(store, write=False).differing == ()
    assert {number: find(store, number) for number in expected} == expected


def batched(villages: Iterator[Village], size: int) -> Iterator[list[Village]]:
    while batch := list(islice(villages, size)):
        yield batch
