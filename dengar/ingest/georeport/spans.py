"""Which stretches of time are read next: newest first, in whole hours, so that the same ones come again."""

from datetime import datetime, timedelta

from dengar.ingest.protocol import Window

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

Left = tuple[Window, ...]


def plan_window(window: Window) -> Left:
    """Give the window in whole hours."""
    return (Window(since=_floor(window.since), until=_floor(window.until + HOUR - timedelta(milliseconds=1))),)


def plan(left: Left, begun_at: datetime | None, now: datetime, days: int) -> Left:
    """Give what is to be read now: the last `days` again, or what an earlier run left over and what came since then.

    The end lies ahead, as the clocks of other systems may.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = today + 2 * DAY
    if not left or begun_at is None:
        return (Window(since=today - days * DAY, until=ahead),)
    if left[0].until > now:
        return left
    return (Window(since=_floor(begun_at) - DAY, until=ahead), *left)


def cut(left: Left, longest: timedelta) -> tuple[Window, Left]:
    """Give the newest piece that may be asked for at once, and what is left then."""
    first, *others = left
    since = max(first.since, first.until - longest)
    older = [Window(since=first.since, until=since)] if since > first.since else []
    return Window(since=since, until=first.until), (*older, *others)


def halve(piece: Window) -> Left:
    """Give both halves, the newer one first; none when it is an hour."""
    hours = (piece.until - piece.since) // HOUR
    middle = piece.since + hours // 2 * HOUR
    return (Window(since=middle, until=piece.until), Window(since=piece.since, until=middle)) if hours > 1 else ()


def _floor(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)
