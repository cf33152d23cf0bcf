"""From the history of reports to those who must hear of it: units and other programs, and the people who wrote.

run()
  store.relays.read       what happened since the last look, batch by batch
  make_deliveries         one for each event and target that wants it, with an id that is always the same
  answering.announce      what the authors are told of the life of their report
  store.relays.keep       only then is the batch handled: after a crash it is read again, and nothing doubles
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from dengar.answering import Answering, find_news
from dengar.deliver.protocol import Target
from dengar.ingest.protocol import Clock
from dengar.models import Delivery, Event, OutboxMessage, Report
from dengar.store import Store

LONGEST_LOOK = 10.0  # seconds; the rest waits for the next one, so that the process can stop in between


class Relaying:
    """Turns what happened to reports into deliveries, and into messages for their authors."""

    def __init__(
        self,
        store: Store,
        targets: Sequence[Target],
        answering: Answering,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._targets = [one for one in targets if one.settings.enabled]
        self._answering = answering
        self._clock = clock
        self._timer = timer

    def run(self) -> int:
        """Handle what happened since the last look; gives the number of events."""
        end = self._timer() + LONGEST_LOOK
        handled = 0
        for happened in self._store.relays.read():
            self._tell(happened.events)
            self._store.relays.keep(happened)
            handled += len(happened.events)
            if self._timer() > end:
                break
        return handled

    def _tell(self, events: Sequence[Event]) -> None:
        told = [event for event in events if find_news(event) or self._may_be_wanted(event)]
        found = self._store.reports.find_all({event.report for event in told}) if told else []
        reports = {report.number: report for report in found}
        now = self._clock()
        self._store.deliveries.add(make_deliveries(told, reports, self._targets, now))
        self._store.outbox.add(self._announce(told, reports, now))

    def _may_be_wanted(self, event: Event) -> bool:
        return any(target.may_want(event.kind) for target in self._targets)

    def _announce(
        self, events: Sequence[Event], reports: Mapping[str, Report], now: datetime
    ) -> Iterator[OutboxMessage]:
        for event in events:
            report = reports.get(event.report)
            if report is not None and find_news(event) and self._answering.sources:
                posts = [post for number in self._merged(report) for post in self._store.posts.of_report(number)]
                yield from self._answering.announce(event, report, posts, now)

    def _merged(self, report: Report) -> list[str]:
        """Name the report and all that joined it, also those that joined its duplicates before."""
        numbers, found = [report.number], [report]
        while found:
            fresh = [number for one in found for number in one.merged if number not in numbers]
            numbers += fresh
            found = self._store.reports.find_all(fresh)
        return numbers


def make_deliveries(
    events: Sequence[Event], reports: Mapping[str, Report], targets: Sequence[Target], now: datetime
) -> Iterator[Delivery]:
    """Make one delivery for each event and target that wants it."""
    for event in events:
        report = reports.get(event.report)
        for target in targets:
            if report is not None and target.wants(event, report):
                yield make_delivery(event, target.name, now)


def make_delivery(event: Event, target: str, now: datetime) -> Delivery:
    """Make the delivery of an event to a target; its id follows from both."""
    digest = hashlib.sha256(f"{target}\n{event.id}".encode()).hexdigest()
    return Delivery(
        id=f"msg_{digest[:32]}",
        target=target,
        event=event.id,
        report=event.report,
        seq=event.seq,
        kind=event.kind,
        made_at=now,
        since=now,
        due_at=now,
    )
