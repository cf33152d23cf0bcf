"""Sends to one target what is due for it.

run()
  store.deliveries.find_due   the first unsettled delivery of each report; those behind it wait
  sender.send                 some at once, each of another report, under ids that are always the same
  pacing.settle, .judge       sent, tried again later, or dead; and whether the target is left alone for a while
  store.deliveries.save       after a crash before this, the same is sent again under the same ids
"""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from dengar.deliver.pacing import Result, is_probe, is_resting, judge, settle
from dengar.deliver.protocol import Parcel, Receipt, Target
from dengar.errors import LeaseLost, Refused, StopSource, Transient
from dengar.ingest.protocol import Clock
from dengar.models import Delivery, Event, Report, TargetHealth, Unit
from dengar.routing.states import fold_all, grow
from dengar.store import Store

LONGEST_RUN = 10.0  # seconds; then the process may stop, or another target's thread may have its turn
FOUND_AT_ONCE = 1000
MOST_UNWRITTEN = 16  # times those that are sent at once
QUICK_SECONDS = 0.5
ATTEMPTS_TO_NOTE = 5
ACTOR = "dengar"


class Delivering:
    """The line to one target; a lease lets only one process send there at a time.

    `categories` gives the names of categories, `site` the public address of this Dengar.
    """

    def __init__(
        self,
        store: Store,
        target: Target,
        clock: Clock,
        holder: str,
        *,
        categories: Mapping[str, str] | None = None,
        site: str = "",
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._target = target
        self._clock = clock
        self._holder = holder
        self._categories = categories or {}
        self._site = site.rstrip("/")
        self._timer = timer

    def run(self) -> int:
        """Send what is due, for some seconds at most; gives the number of deliveries that arrived."""
        name = self._target.name
        health = self._store.targets.find(name)
        if is_resting(health, self._clock()) or not self._store.deliveries.find_due(name, self._clock(), 1):
            return 0
        with (
            self._store.leases.keep(f"deliver.{name}", self._holder, self._clock) as lease,
            ThreadPoolExecutor(self._target.settings.at_once, thread_name_prefix=f"deliver-{name}") as threads,
        ):
            return self._send_all(threads) if lease is not None else 0

    def _send_all(self, threads: ThreadPoolExecutor) -> int:
        end = self._timer() + LONGEST_RUN
        units = self._store.units.find_all()
        health = self._store.targets.find(self._target.name)  # another process may have learnt it just before us
        arrived, size = 0, 1 if is_probe(health) else self._target.settings.at_once
        while due := self._store.deliveries.find_due(self._target.name, self._clock(), FOUND_AT_ONCE):
            while due:
                begun = self._timer()
                if is_resting(health, self._clock()) or begun > end:
                    return arrived
                some, due = due[:size], due[size:]
                results = list(threads.map(self._try, some, self._pack(some, units)))
                health = self._save(some, results, health)
                arrived += sum(isinstance(one, Receipt) and one.number is not None for one in results)
                size = self._choose_size(size, results, self._timer() - begun)
        return arrived

    def _choose_size(self, size: int, results: Sequence[Result], seconds: float) -> int:
        """Say how many are sent until the next writing, after which none of them is sent again.

        More while all goes well and fast, because writing takes longer than a fast answer.
        """
        at_once: int = self._target.settings.at_once
        is_well = all(isinstance(one, Receipt) for one in results)
        return min(2 * size, MOST_UNWRITTEN * at_once) if is_well and seconds < QUICK_SECONDS else at_once

    def _save(self, some: Sequence[Delivery], results: Sequence[Result], health: TargetHealth) -> TargetHealth:
        now = self._clock()
        self._store.deliveries.save(
            [(one, settle(one, result, now)) for one, result in zip(some, results, strict=True)]
        )
        after = judge(health, results, now)
        if after != health:
            self._store.targets.save(after)
        if is_probe(health) and not is_probe(after):
            self._store.deliveries.hasten(self._target.name, now)
        return after

    def _pack(self, some: Sequence[Delivery], units: Mapping[str, Unit]) -> list[Parcel | None]:
        """Put together what each delivery names; None for what is gone."""
        events = self._store.events.find_all([one.event for one in some])
        reports = {one.number: one for one in self._store.reports.find_all({one.report for one in some})}
        texts = self._store.posts.first_texts(reports) if self._target.sender.NEEDS_TEXT else {}
        found = ((one, events.get(one.event), reports.get(one.report)) for one in some)
        return [
            self._make_parcel(one, event, self._stood(report, event), units, texts.get(one.report, ""))
            if event is not None and report is not None
            else None
            for one, event, report in found
        ]

    def _stood(self, report: Report, event: Event) -> Report:
        """Give the report as it stands now; an escalation names a step of the routing that it had then."""
        if event.kind != "escalated":
            return report
        then = fold_all(one for one in self._store.events.of_report(report.number) if one.seq <= event.seq)
        return then.replace(is_hidden=report.is_hidden)  # what is held back since then is not told

    def _make_parcel(
        self, delivery: Delivery, event: Event, report: Report, units: Mapping[str, Unit], text: str
    ) -> Parcel:
        return Parcel(
            id=delivery.id,
            at=self._clock(),
            event=event,
            report=report,
            units=units,
            category=self._categories.get(report.category or "", ""),
            site=self._site,
            text=text,
            token=delivery.token,
        )

    def _try(self, delivery: Delivery, parcel: Parcel | None) -> Result:
        """Send one delivery; whatever goes wrong with it does not stop the others."""
        if parcel is None:
            return Refused(f"The event {delivery.event} is gone.")
        try:
            return self._hand_over(parcel) if self._target.sender.HANDS_OVER else self._send(parcel)
        except (StopSource, Refused) as error:
            return error
        except Exception:  # noqa: BLE001  a sender's bug is kept with the delivery
            return Transient(f"The sender has a bug, please report it: {traceback.format_exc()}")

    def _send(self, parcel: Parcel) -> Receipt:
        receipt: Receipt = self._target.sender.send(self._target.settings, parcel)
        return receipt

    def _hand_over(self, parcel: Parcel) -> Receipt:
        """Send what the target does not have yet, and note its number there in the report's history."""
        there = find_number(parcel.report, self._target.name)
        if there is not None:
            return Receipt(number=there, note="The target had this report already.")
        receipt = self._send(parcel)
        if receipt.number is not None:
            self._note(parcel.report.number, receipt.number)
        return receipt

    def _note(self, report_number: str, number: str) -> None:
        for _ in range(ATTEMPTS_TO_NOTE):
            report = self._store.reports.find(report_number)
            if report is None or find_number(report, self._target.name) is not None:
                return
            event = make_handed_over(report, number, self._target.name, self._clock())
            try:
                self._store.grow_report(*grow(report, event))
            except LeaseLost:
                continue  # somebody else changed the report just now
            return
        raise Transient(f"{report_number} is changed all the time: its number {number} there could not be noted.")


def find_number(report: Report, target: str) -> str | None:
    """Give the report's number at a target that has it."""
    stem = f"{target}:"
    return next((one.removeprefix(stem) for one in report.handed_over if one.startswith(stem)), None)


def make_handed_over(report: Report, number: str, target: str, at: datetime) -> Event:
    """Make the event that notes under which number a target has the report."""
    return Event(
        report=report.number, seq=report.version, kind="handed_over", at=at, actor=ACTOR, related=number, reason=target
    )
