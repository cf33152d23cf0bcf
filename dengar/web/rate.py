"""Rate: how many reports one address may send."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_MINUTE = 10


class Rate:
    """A moving window of one minute for each address, kept in this process."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_seconds(self, address: str) -> int:
        """Take one turn; gives 0 when it is granted, otherwise the seconds until the next one."""
        if self._limiter.hit(self._limit, address):
            return 0
        reset, _ = self._limiter.get_window_stats(self._limit, address)
        return max(1, math.ceil(reset - time.time()))
