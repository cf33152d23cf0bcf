"""Tasks: the open reports of a unit in the order in which an officer takes them, and what comes next for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dengar.models import WIB, Report
from dengar.store import Store

When = Literal["darurat", "terlambat", "hari_ini", "berikutnya", "bertanya"]
Deed = Literal["terima", "mulai", "tanya", "lanjut", "alih", "selesai"]
ORDER: tuple[When, ...] = ("darurat", "terlambat", "hari_ini", "berikutnya", "bertanya")
LISTED = 100
MOST_DONE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One open report: by when something must happen (None: the clock stands), in which part of the list, and what."""

    report: Report
    due: datetime | None
    when: When
    next: Deed

    @property
    def awaits_answer(self) -> bool:
        """Say whether it is the first action that is due, not the solution."""
        return self.due is not None and self.report.answered_at is None and self.due == self.report.routing.respond_by


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """All that the list shows: tasks by part, how many there are in all, and what was done since Monday."""

    parts: tuple[tuple[When, tuple[Task, ...]], ...]
    waiting: int
    done: int
    unchecked: int

    @property
    def shown(self) -> int:
        """Count the tasks that are listed."""
        return sum(len(tasks) for _, tasks in self.parts)

    def count(self, when: When) -> int:
        """Count the tasks of one part."""
        return next((len(tasks) for name, tasks in self.parts if name == when), 0)


def find_work(store: Store, unit: str, now: datetime) -> Work:
    """Give the list of a unit.

    A unit may have thousands of reports in a flood: the most urgent, the late and the soonest ones are looked at.
    """
    queue = store.queue
    found = [*queue.page(None, None, unit, LISTED), *queue.overdue(now, unit, LISTED), *queue.soonest(unit, LISTED)]
    tasks = sort_tasks({report.number: report for report in found}.values(), now)[:LISTED]
    done = store.reports.closed_by(unit, begin_of_week(now), MOST_DONE)
    return Work(
        parts=tuple((when, mine) for when in ORDER if (mine := tuple(one for one in tasks if one.when == when))),
        waiting=queue.count(None, None, unit),
        done=len(done),
        unchecked=sum(any(doubt.kind == "proof" for doubt in one.needs_review) for one in done),
    )


def sort_tasks(reports: Iterable[Report], now: datetime) -> list[Task]:
    """Give the tasks of open reports: danger first, then what is late, then by deadline and urgency."""
    tasks = [make_task(report, now) for report in reports]
    return sorted(tasks, key=lambda one: (ORDER.index(one.when), _moment(one.due), -one.report.rank, one.report.number))


def make_task(report: Report, now: datetime) -> Task:
    """Say what comes next for an open report, and by when."""
    if report.pause is not None:
        return Task(report=report, due=None, when="bertanya", next="lanjut")
    ends = [report.routing.resolve_by, None if report.answered_at else report.routing.respond_by]
    due = min((one for one in ends if one is not None), default=None)
    return Task(report=report, due=due, when=_when(report, due, now), next=_next(report))


def begin_of_week(now: datetime) -> datetime:
    """Give Monday 00.00 in Jakarta."""
    local = now.astimezone(WIB)
    return (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _when(report: Report, due: datetime | None, now: datetime) -> When:
    if report.urgency == "danger":
        return "darurat"
    if due is None:
        return "berikutnya"
    if due < now:
        return "terlambat"
    return "hari_ini" if due.astimezone(WIB).date() == now.astimezone(WIB).date() else "berikutnya"


def _next(report: Report) -> Deed:
    return "selesai" if report.state == "proses" else "terima"


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at is not None else float("inf")
