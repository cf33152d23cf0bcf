"""What the commands `status`, `collectors` and `gaps` print: lines of text that fit the terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from dengar.ailments import say_moment
from dengar.ingest import find, names
from dengar.ingest.protocol import Source
from dengar.models import BudgetLeft, Delivery, DeliveryState, Gap, SourceStatus, Status
from dengar.timetable import JAKARTA

SECOND = timedelta(seconds=1)
LEAST_WIDTH = 8


def status_lines(status: Status, width: int) -> Iterator[str]:
    """Give the status: counts, a row for each source, then what is wrong (!) and what may mend itself (?)."""
    yield f"Dengar {status.version} at {status.at.astimezone(JAKARTA):%Y-%m-%d %H:%M} WIB"
    yield f"  store      {'takes writes' if status.store_ready else 'DOES NOT ANSWER'}"
    yield f"  scheduler  {status.scheduler or 'not running'}"
    yield f"  posts      {status.posts:,}   reports {status.reports:,}   to review {status.review:,}"
    since = f" since {say_moment(status.waiting_since, status.at)}" if status.waiting_since else ""
    yield f"  waiting    {status.waiting:,} items{since}   in quarantine {status.quarantined:,}"
    if status.replies:
        yield f"  replies    {'   '.join(f'{state} {count:,}' for state, count in sorted(status.replies.items()))}"
    if status.deliveries:
        told = (f"{name} {_counts(counts)}" for name, counts in sorted(status.deliveries.items()))
        yield f"  deliveries {'   '.join(told)}"
    if status.sources:
        yield ""
        header = ("source", "collector", "is read", "last run", "last message", "note")
        yield from table([header, *(_source_row(one, status.at) for one in status.sources)], (0, 0, 0, 0, 0, 1), width)
    for problem in status.problems:
        yield f"! {problem}"
    for warning in status.warnings:
        yield f"? {warning}"


def _counts(counts: Mapping[DeliveryState, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))


def delivery_lines(deliveries: Sequence[Delivery], now: datetime) -> Iterator[str]:
    """Give each delivery with what became of it, and why."""
    for one in deliveries:
        yield f"{one.id}  {one.target}  {one.report}  {one.kind}  made {say_moment(one.made_at, now)}"
        yield f"  {one.state} after {one.attempts} attempts{_why(one)}"


def _why(delivery: Delivery) -> str:
    return f": {delivery.error.strip().splitlines()[-1]}" if delivery.error and delivery.error.strip() else ""


def collector_lines(width: int) -> Iterator[str]:
    """Give a table of all channels, with what an operator should know before switching one on."""
    header = ("collector", "is", "keeps", "comes", "edits", "deletions", "price")
    rows = [header]
    for name in names():
        collector = find(name)
        told = collector.describe()
        ways = (("pull", "read"), ("accept", "pushed"))
        way = " or ".join(word for function, word in ways if hasattr(collector, function))
        seen = ("seen" if told.sees_edits else "no", "seen" if told.sees_deletions else "no")
        rows.append((name, way, told.retention, told.ordering, *seen, told.price))
    yield from table(rows, (0, 0, 4, 3, 0, 0, 3), width)


def gap_lines(gaps: Sequence[Gap], sources: Mapping[str, Source], now: datetime) -> Iterator[str]:
    """Give every gap with the command that fills it, or what to do where none can."""
    if not gaps:
        yield "Everything is covered, as far as is known."
    for gap in gaps:
        yield f"{gap.source}: {say_moment(gap.since, now)} to {say_moment(gap.until, now)}, {gap.cause.rstrip('.')}."
        yield f"  {_fill(gap, sources)}"


def table(rows: Sequence[Sequence[str]], shares: Sequence[int], width: int) -> Iterator[str]:
    """Lay out rows; columns with a share of 0 are as wide as they must, the others share what is left and wrap."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(shares))]
    left = width - sum(own + 2 for own, share in zip(widths, shares, strict=True) if not share)
    for n, share in enumerate(shares):
        if share:
            widths[n] = min(widths[n], max(LEAST_WIDTH, left * share // sum(shares) - 2))
    for row in rows:
        cells = [textwrap.wrap(text, own) or [""] for text, own in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            yield "  ".join(part.ljust(own) for part, own in zip(parts, widths, strict=True)).rstrip()


def _source_row(source: SourceStatus, now: datetime) -> tuple[str, ...]:
    run = source.last_run
    idle = "pushed to us" if source.is_pushed else "by hand"
    return (
        source.name,
        source.collector,
        f"every {source.every}" if source.every else source.at or idle,
        f"{run.outcome} {say_moment(run.started_at, now)}" if run else "",
        say_moment(source.last_message, now) if source.last_message else "",
        ", ".join(_notes(source, now)),
    )


def _notes(source: SourceStatus, now: datetime) -> Iterator[str]:
    if not source.enabled:
        yield "switched off"
    if source.paused_until:
        yield f"paused until {say_moment(source.paused_until, now)}"
    if source.stopped:
        yield "stands still"
    if source.gaps:
        yield f"gaps {source.gaps}"
    if source.quarantined:
        yield f"in quarantine {source.quarantined:,}"
    yield from _budget_notes(source.budget or BudgetLeft())
    if source.expires_at:
        yield f"token until {source.expires_at.astimezone(JAKARTA):%Y-%m-%d}"


def _budget_notes(left: BudgetLeft) -> Iterator[str]:
    today, month = left.posts_today, left.posts_this_month
    yield from (
        f"{posts:,} posts left {when}" for posts, when in ((today, "today"), (month, "this month")) if posts is not None
    )
    amounts = ((left.money_today, "today"), (left.money_this_month, "this month"))
    yield from (f"${money:,.2f} left {when}" for money, when in amounts if money is not None)


def _fill(gap: Gap, sources: Mapping[str, Source]) -> str:
    source = sources.get(gap.source)
    if source is None or not source.is_pulled:
        return "Ask the source's owner for an export, and take that in by `dengar ingest FILE`."
    since, until = gap.since.astimezone(JAKARTA), (gap.until + SECOND - timedelta(milliseconds=1)).astimezone(JAKARTA)
    form = "%Y-%m-%dT%H:%M:%S%z"
    return f"dengar collect {gap.source} --since {since.strftime(form)} --until {until.strftime(form)}"
