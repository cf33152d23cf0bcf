"""The clocks of reports: escalations, silence, and what moves a deadline."""

from datetime import timedelta

from deskwork import Time, find, hear, make_desk, make_staff, router, sure, unsure
from made import NOW

from dengar.minding import Minding
from dengar.models import Escalation, Event, Report
from dengar.routing import commands as do
from dengar.routing.states import grow
from dengar.routing.ticking import SILENT
from dengar.store import Store

SARI = make_staff("sari")
HOUR = timedelta(hours=1)
STEPS = (
    Escalation(at=NOW + 24 * HOUR, unit="dinas:bina_marga", awaits="answer"),
    Escalation(at=NOW + 72 * HOUR, unit="dinas:bina_marga", awaits="solution"),
    Escalation(at=NOW + 96 * HOUR, unit="dinas:biro_pemerintahan", awaits="solution"),
)


def with_steps(store: Store) -> Report:
    (report,) = hear(store, sure())
    told = Event(report=report.number, seq=0, kind="routed", at=NOW, actor="dengar")
    grown, events = grow(report, told.replace(routing=report.routing.replace(escalations=STEPS)))
    store.grow_report(grown, events)
    return grown


def levels(store: Store, report: Report) -> list[int]:
    return [event.level for event in store.events.of_report(report.number) if event.kind == "escalated"]


def test_each_step_is_told_once_and_in_its_time(store: Store) -> None:
    clock = Time()
    minding = Minding(store, router, clock)
    report = with_steps(store)
    assert minding.run() == 0
    for hours, told in ((24, [1]), (24, [1]), (72, [1, 2]), (500, [1, 2, 3])):
        clock.now = NOW + hours * HOUR
        minding.run()
        assert levels(store, report) == told
    assert find(store, report.number).due_at is None


def test_after_a_standstill_everything_due_is_told_in_order(store: Store) -> None:
    clock = Time(NOW + 500 * HOUR)
    report = with_steps(store)
    assert Minding(store, router, clock).run() == 1
    assert levels(store, report) == [1, 2, 3]


def test_who_has_answered_is_not_accused_of_silence(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    report = with_steps(store)
    desk.act(SARI, report.number, do.Start())
    clock.now = NOW + 72 * HOUR
    Minding(store, router, clock).run()
    assert levels(store, report) == [2]
    desk.act(SARI, report.number, do.Close(note="Beres."))
    clock.now = NOW + 500 * HOUR
    assert Minding(store, router, clock).run() == 0


def test_a_reporter_who_never_answers_is_not_waited_for(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    report = with_steps(store)
    asked = desk.act(SARI, report.number, do.Ask(question="Di mana?"))
    assert asked.pause is not None
    clock.now = asked.pause.until - HOUR
    assert Minding(store, router, clock).run() == 0
    clock.now = asked.pause.until
    assert Minding(store, router, clock).run() == 1
    closed = find(store, report.number)
    assert (closed.state, closed.pause) == ("ditolak", None)
    assert store.events.of_report(report.number)[-1].reason == SILENT


def test_the_overdue_list_leaves_out_who_waits_and_who_is_done(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    late, asked, done = hear(store, sure("1"), sure("2"), sure("3"))
    desk.act(SARI, asked.number, do.Ask(question="Di mana?"))
    desk.act(SARI, done.number, do.Close(note="Beres."))
    assert store.queue.overdue(NOW + HOUR, None, 10) == []
    overdue = store.queue.overdue(NOW + 25 * HOUR, None, 10)
    assert [report.number for report in overdue] == [late.number]
    assert store.queue.overdue(NOW + 25 * HOUR, "dinas:bpbd", 10) == []


def test_nobody_is_late_by_the_days_on_which_they_waited_for_the_reporter(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    silent, told, shared = hear(store, sure("1"), sure("2"), sure("3"))
    for report in (silent, told, shared):
        asked = desk.act(SARI, report.number, do.Ask(question="Di mana?"))
    assert asked.pause is not None
    clock.now = asked.pause.until - HOUR
    for command in (do.Start(), do.Close(note="Beres.")):
        done = desk.act(SARI, told.number, command)
    together = desk.act(SARI, shared.number, do.Coordinate(units=("dinas:bpbd",)))
    assert together.routing.beside[-1] == "dinas:bpbd"
    clock.now = asked.pause.until
    Minding(store, router, clock).run()
    for report in (find(store, silent.number), done, together):
        assert report.pause is None
        assert report.routing.resolve_by is not None
        assert (report.closed_at or clock.now) < report.routing.resolve_by


def test_what_is_opened_again_without_a_unit_waits_for_a_person(store: Store) -> None:
    desk = make_desk(store)
    (report,) = hear(store, unsure())
    desk.act(SARI, report.number, do.Reject(reason="Tidak jelas."))
    opened = desk.respond(report.number, desk.key_of(report.number), do.Reopen(reason="Lampu di gang saya mati."))
    assert [one.kind for one in opened.needs_review] == ["unit"]
    assert desk.next(SARI) == opened


def test_a_correction_makes_nobody_late_at_once(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    slow, again = hear(store, unsure("1"), sure("2"))
    clock.now += 72 * HOUR  # nobody had time to look
    desk.act(SARI, slow.number, do.Locate(area="31.74.02.1001"))
    routed = desk.act(SARI, slow.number, do.Categorise(category="jalan_rusak"))
    assert routed.unit == "sudin:bina_marga:31.74"
    desk.act(SARI, again.number, do.Close(note="Beres."))
    clock.now += 100 * HOUR
    opened = desk.act(SARI, again.number, do.Reopen(reason="Belum."))
    moved = desk.act(SARI, again.number, do.Locate(area="31.74.02.1002"))
    assert moved.unit == opened.unit
    assert moved.routing.resolve_by == opened.routing.resolve_by
    elsewhere = desk.act(SARI, again.number, do.Categorise(category="sampah"))
    for report, at in ((routed, clock.now - 100 * HOUR), (elsewhere, clock.now)):
        assert report.due_at is not None
        assert report.due_at > at
        assert report.routing.respond_by is not None
        assert report.routing.respond_by > at
