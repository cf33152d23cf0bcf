"""How far a timeline was read that shows its newest posts first: the gap cursor, and what to ask for next.

`high` never moves while pages remain. What is still to be read lies between `high` and the gap's `until`; when that is
read too, `high` becomes the gap's `newest`. So a crash between any two pages loses nothing, and the next run goes on
where this one was.

Search finds some posts late. Every `minutes_between_overlaps` a reading therefore goes down to 15 minutes before the
last such reading instead of to `high`. So a post is read three times at most, however often the source is asked; going
15 minutes back each time would pay for it with every look.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from dengar.ingest.protocol import Window
from dengar.ingest.xapi.door import write_time

OVERLAP = timedelta(minutes=15)
MARGIN = timedelta(minutes=1)  # X's clock and ours; what is just about to leave is not asked for
FRESHEST = timedelta(seconds=11)  # X refuses an end_time of the last ten seconds
SECOND = timedelta(seconds=1)


class OpenGap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reading that was not finished: it began at `began`, and what is older than the post `until` is still open.

    `newest` is its newest post, `seen` how many there were. It ends at `since` when it is a reading by time, else at
    `high`; `reaches` is that end as a time, as well as it is known.
    """

    newest: str
    until: str
    began: datetime
    newest_at: datetime | None = None
    until_at: datetime | None = None
    since: datetime | None = None
    reaches: datetime | None = None
    seen: int = 0


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything up to the post `high` was read; `read_at` is when the last reading that came to its end began.

    `overlapped_at` is when the last one began that looked for late posts too.
    """

    high: str = ""
    high_at: datetime | None = None
    read_at: datetime | None = None
    overlapped_at: datetime | None = None
    gap: OpenGap | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The newest and the oldest post of a page, with their times, and how many there were."""

    newest: str
    newest_at: datetime | None
    oldest: str
    oldest_at: datetime | None
    count: int


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask for (`bounds`), and what of it can no longer be had (`lost`).

    `is_over` says that nothing is left to ask for.
    """

    bounds: Mapping[str, str]
    began: datetime
    since: datetime | None = None
    reaches: datetime | None = None
    lost: tuple[datetime, datetime] | None = None
    is_over: bool = False


def begin(mark: Mark, now: datetime, *, days: int | None, overlap_every: timedelta | None) -> Reading:
    """Begin a new reading, down to what is known or to what is kept.

    `overlap_every` None never looks for late posts.
    """
    floor = _floor(now, days)
    lost = (mark.read_at, floor) if mark.read_at and floor and mark.read_at < floor else None
    if not mark.high:
        return Reading(bounds={}, began=now, reaches=floor, lost=lost)
    if overlap_every is not None and (mark.overlapped_at is None or now - mark.overlapped_at >= overlap_every):
        since = _later((mark.overlapped_at or now) - OVERLAP, floor)
        return Reading(bounds={"start_time": write_time(since)}, began=now, since=since, reaches=since, lost=lost)
    if _is_kept(mark.high_at, floor):
        return Reading(bounds={"since_id": mark.high}, began=now, reaches=mark.high_at, lost=lost)
    return Reading(bounds={}, began=now, reaches=floor, lost=lost)


def begin_window(window: Window, now: datetime, *, days: int | None) -> Reading:
    """Begin to read a window by time."""
    floor = _floor(now, days)
    since = _later(window.since, floor)
    lost = (window.since, min(floor, window.until)) if floor and window.since < floor else None
    is_over = since >= window.until or since > now - FRESHEST
    bounds = {"start_time": write_time(since)} | _end(window.until, now)
    return Reading(bounds=bounds, began=now, since=since, reaches=since, lost=lost, is_over=is_over)


def go_on(mark: Mark, gap: OpenGap, now: datetime, *, days: int | None) -> Reading:
    """Go on with a reading that was broken off; X takes either ids or times as bounds, not both."""
    floor = _floor(now, days)
    reaches = _later(gap.reaches, floor) if gap.reaches else floor
    lost = (gap.reaches, min(floor, gap.until_at or floor)) if gap.reaches and floor and gap.reaches < floor else None
    is_over = not _is_kept(gap.until_at, floor)
    if gap.since is None:
        below = {"since_id": mark.high} if mark.high and _is_kept(mark.high_at, floor) else {}
        bounds = below | {"until_id": gap.until}
    else:
        # The second of the last post is read again: times are whole seconds.
        end = _end(gap.until_at + SECOND, now) if gap.until_at else {}
        bounds = {"start_time": write_time(_later(gap.since, floor))} | end
    return Reading(bounds=bounds, began=gap.began, since=gap.since, reaches=reaches, lost=lost, is_over=is_over)


def advance(mark: Mark, reading: Reading, seen: Seen) -> Mark:
    """Note a page behind which others follow."""
    gap = mark.gap
    newest, newest_at = (seen.newest, seen.newest_at)
    if gap and int(gap.newest) >= int(newest):
        newest, newest_at = gap.newest, gap.newest_at
    return replace(
        mark,
        gap=OpenGap(
            newest=newest,
            newest_at=newest_at,
            until=seen.oldest,
            until_at=seen.oldest_at,
            began=reading.began,
            since=reading.since,
            reaches=reading.reaches,
            seen=(gap.seen if gap else 0) + seen.count,
        ),
    )


def finish(mark: Mark, reading: Reading) -> Mark:
    """Close the gap: everything down to where the reading began is read."""
    gap = mark.gap
    high, high_at = mark.high, mark.high_at
    if gap and int(gap.newest) > int(high or 0):
        high, high_at = gap.newest, gap.newest_at
    looked_late = reading.since is not None or not mark.high
    overlapped_at = reading.began if looked_late else mark.overlapped_at
    return Mark(high=high, high_at=high_at, read_at=reading.began, overlapped_at=overlapped_at)


def _floor(now: datetime, days: int | None) -> datetime | None:
    return now - timedelta(days=days) + MARGIN if days else None


def _later(time: datetime, floor: datetime | None) -> datetime:
    return max(time, floor) if floor else time


def _is_kept(time: datetime | None, floor: datetime | None) -> bool:
    return floor is None or time is None or time >= floor


def _end(until: datetime, now: datetime) -> dict[str, str]:
    """Write an end that X takes: whole seconds, and not of the last ten; what is newer needs no end."""
    whole = until if not until.microsecond else until.replace(microsecond=0) + SECOND
    return {"end_time": write_time(whole)} if whole <= now - FRESHEST else {}
