"""How the commands of the routing rules are answered in the terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dengar.models import WIB, RulesVersion
from dengar.rehearsing import Change, Rehearsal
from dengar.routing.calendar import Calendar, knows_shared_leave
from dengar.routing.deadlines import Duration, count_days

TIME = "%a %d %b %Y %H:%M"


def deadline_lines(duration: Duration, at: datetime, calendar: Calendar) -> Iterator[str]:
    """Tell when a duration ends, and how that was counted."""
    end = duration.end(at, calendar).astimezone(WIB)
    yield f"{duration} from {at.astimezone(WIB):{TIME}} WIB: {end:{TIME}} WIB"
    if duration.kind == "hour":
        yield "  hours by the clock: it never stops"
        return
    for one in count_days(duration, at, calendar):
        if one.free:
            yield f"  {one.day:%a %d %b %Y}  -  {one.free}"
        elif one.behind:
            yield f"  {one.day:%a %d %b %Y}  {one.behind:g} of {duration.count} {duration.kind}s"
        else:
            yield f"  {one.day:%a %d %b %Y}  -  {_why_not_counted(duration)}"
    for year in range(at.year, end.year + 1):
        if not knows_shared_leave(year):
            yield f"The cuti bersama of {year} are not known here: add them to [calendar] closed in the rules file."


def history_lines(versions: Sequence[RulesVersion]) -> Iterator[str]:
    """List versions; the one that decides is marked."""
    for place, one in enumerate(versions):
        mark = "*" if place == 0 else " "
        yield f"{mark} {one.number:>4}  {_by(one.at)}  {one.by}  {one.origin}: {one.name}  {one.note}".rstrip()


def rehearsal_lines(found: Rehearsal, width: int) -> Iterator[str]:
    """Tell what would be different."""
    gone = f", {found.missing} without their first message" if found.missing else ""
    changed = found.reports - found.unchanged - found.missing
    yield f"{found.reports:,} reports: {found.unchanged:,} unchanged, {changed:,} changed{gone}."
    if found.rules:
        yield f"  {'rule':<40}{'before':>9}{'after':>9}"
        yield from (f"  {one.rule[:39]:<40}{one.before:>9,}{one.after:>9,}" for one in found.rules)
    if found.moves:
        yield "Units:"
        yield from (f"  {count:>7,}  {move}" for move, count in found.moves.items())
    if found.examples:
        yield "Examples:"
        yield from (line[:width] for one in found.examples for line in _example(one))


def _example(one: Change) -> Iterator[str]:
    yield f"  {one.number}  {one.title}"
    yield (
        f"      {one.unit_before or '-'} > {one.unit_after or '-'}"
        f"  by {_by(one.resolve_by_before)} > {_by(one.resolve_by_after)}"
    )


def _by(at: datetime | None) -> str:
    return f"{at.astimezone(WIB):%Y-%m-%d %H:%M}" if at else "-"


def _why_not_counted(duration: Duration) -> str:
    return "day of receipt" if duration.kind == "working day" else "after office hours"
