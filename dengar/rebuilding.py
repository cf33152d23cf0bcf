"""Every report made again from its events: after an upgrade that folds otherwise, or to prove that nothing is amiss."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice

from dengar.errors import BadRequest
from dengar.models import Event, Record, Report
from dengar.routing.states import fold_all
from dengar.store import Store

BATCH = 1000


class Rebuilt(Record, frozen=True, kw_only=True):
    """How many reports there are, and the numbers of those whose row was another, or whose history cannot be folded."""

    reports: int
    differing: tuple[str, ...]
    broken: tuple[str, ...]


def rebuild(store: Store, *, write: bool, on_batch: Callable[[int], object] = lambda _: None) -> Rebuilt:
    """Compare every report with the fold of its events, and with `write` replace those that differ.

    A report that somebody changes at the same moment is left to them.
    """
    total = 0
    differing: list[str] = []
    broken: list[str] = []
    histories = groupby(store.events.all_in_order(), key=lambda event: event.report)
    folded = _fold_each(((number, list(events)) for number, events in histories), broken)
    while batch := list(islice(folded, BATCH)):
        rows = {report.number: report for report in store.reports.find_readable(one.number for one in batch)}
        others = [one for one in batch if rows.get(one.number) != one]
        differing += [one.number for one in others]
        if write and others:
            store.reports.replace_same_version(others)
        total += len(batch)
        on_batch(len(batch))
    return Rebuilt(reports=total + len(broken), differing=tuple(differing), broken=tuple(broken))


def _fold_each(histories: Iterator[tuple[str, Sequence[Event]]], broken: list[str]) -> Iterator[Report]:
    for number, events in histories:
        try:
            yield fold_all(events)
        except BadRequest:
            broken.append(number)
