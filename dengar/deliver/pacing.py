"""When a delivery is tried again, when it is given up, when a target is left alone: pure decisions."""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from dengar.deliver.protocol import Receipt
from dengar.errors import AuthExpired, Gone, RateLimited, Refused, StopSource
from dengar.models import Delivery, TargetHealth

AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=30))  # then every hour
EVERY_HOUR = timedelta(hours=1)
JITTER = 0.2  # at most so much longer, so that what failed together does not come back together
GIVE_UP_AFTER = timedelta(days=3)
FAILURES = 5
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)

Result = Receipt | StopSource | Refused


def settle(delivery: Delivery, result: Result, now: datetime) -> Delivery:
    """Say what becomes of a delivery that was tried."""
    tried = delivery.replace(attempts=delivery.attempts + 1)
    if isinstance(result, Receipt):
        return _take(tried, result, now)
    if isinstance(result, Refused) and not isinstance(result, Gone):
        return tried.replace(state="dead", error=str(result), due_at=now)
    return _put_off(tried, str(result), now, result.until if isinstance(result, RateLimited) else now)


def _take(tried: Delivery, receipt: Receipt, now: datetime) -> Delivery:
    if receipt.number is None:
        return _put_off(tried.replace(token=receipt.token), receipt.note or "It gave no number yet.", now, now)
    return tried.replace(state="sent", receipt=receipt.number, error=receipt.note, settled_at=now)


def _put_off(tried: Delivery, reason: str, now: datetime, least: datetime) -> Delivery:
    if now - tried.since >= GIVE_UP_AFTER:
        days = GIVE_UP_AFTER.days
        return tried.replace(state="dead", error=f"It could not be delivered for {days} days: {reason}", due_at=now)
    return tried.replace(error=reason, due_at=max(next_try(tried, now), least))


def next_try(tried: Delivery, now: datetime) -> datetime:
    """Give when a delivery is tried next after so many attempts."""
    wait = dict(enumerate(AGAIN_AFTER, start=1)).get(tried.attempts, EVERY_HOUR)
    chance = zlib.crc32(f"{tried.id}:{tried.attempts}".encode()) / 2**32
    return now + wait * (1 + JITTER * chance)


def judge(health: TargetHealth, results: Iterable[Result], now: datetime) -> TargetHealth:
    """Say how a target does after these answers, in their order.

    After five failures in a row it is left alone, for a minute and then twice as long each time up to an hour; then
    one delivery is a probe. Credentials that are refused count as five. A delivery that is refused is no failure.
    """
    for result in results:
        health = _judge_one(health, result, now)
    return health


def _judge_one(health: TargetHealth, result: Result, now: datetime) -> TargetHealth:
    if isinstance(result, Gone):
        return health.replace(stopped=str(result))
    if isinstance(result, Receipt | Refused):
        until = None if is_probe(health) else health.resting_until
        return health.replace(failures=0, resting_until=until, error=None)
    if isinstance(result, RateLimited):
        return health.replace(resting_until=result.until, error=str(result))
    failures = health.failures + 1
    if isinstance(result, AuthExpired):
        failures = max(failures, FAILURES)
    failed = health.replace(failures=failures, error=str(result))
    return failed.replace(resting_until=now + _rest(failures)) if failures >= FAILURES else failed


def _rest(failures: int) -> timedelta:
    doublings = min(failures - FAILURES, 10)
    return min(FIRST_REST * float(1 << doublings), LONGEST_REST)


def is_resting(health: TargetHealth, now: datetime) -> bool:
    """Say whether nothing may be sent now."""
    return health.stopped is not None or (health.resting_until is not None and health.resting_until > now)


def is_probe(health: TargetHealth) -> bool:
    """Say whether the next delivery shall find out alone whether the target answers again."""
    return health.failures >= FAILURES
