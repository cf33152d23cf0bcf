"""What a run may use, from the limits of its source and what was used already."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from dengar.ingest.protocol import Budget, Limits
from dengar.store.spending import Spent

N = TypeVar("N", int, float)


def make_budget(
    limits: Limits, today: Spent, month: Spent, now: datetime, on_spend: Callable[[int, float], None]
) -> Budget:
    """Give what is left of the tightest limits, and when there is more."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    posts, posts_until = _tightest(
        (
            (limits.posts_per_run, 0, None),
            (limits.posts_per_day, today.posts, tomorrow),
            (limits.posts_per_month, month.posts, next_month),
        )
    )
    money, money_until = _tightest(
        (
            (limits.money_per_run, 0.0, None),
            (limits.money_per_day, today.money, tomorrow),
            (limits.money_per_month, month.money, next_month),
        )
    )
    return Budget(
        posts=posts, money=money, posts_until=posts_until, money_until=money_until, on_spend=on_spend
    )  # fmt: skip


def _tightest(limits: Iterable[tuple[N | None, N, datetime | None]]) -> tuple[N | None, datetime | None]:
    """Give what the tightest of (limit, used, when there is more) leaves; of two equal ones the later counts."""
    left = [(max(limit - used, type(limit)(0)), until) for limit, used, until in limits if limit is not None]
    if not left:
        return None, None
    least = min(amount for amount, _ in left)
    ends = [until for amount, until in left if amount == least]
    return least, max((until for until in ends if until), default=None)
