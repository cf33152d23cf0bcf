"""The lead among schedulers: one has it, the others stand by and take it when its holder is silent."""

from pymongo.errors import PyMongoError

from dengar.errors import LeaseLost
from dengar.ingest.protocol import Clock
from dengar.store.leases import BEAT_SECONDS, LEASE_SECONDS, Lease, Leases

LEASE = "scheduler"


class Leading:
    """This process's claim to the lead; its methods wait for the store."""

    def __init__(self, leases: Leases, clock: Clock, holder: str) -> None:
        self._leases = leases
        self._clock = clock
        self._holder = holder
        self._lease: Lease | None = None
        self.rest_seconds = BEAT_SECONDS  # until the next beat

    @property
    def leads(self) -> bool:
        """Say whether this process leads; one that slept through the end of its lease does not."""
        return self._lease is not None and self._lease.until > self._clock()

    def beat(self) -> Lease | None:
        """Take the lead, or hold on to it; gives the lease when the lead has just begun."""
        led = self.leads
        try:
            self._lease = self._hold()
        except PyMongoError:
            return None  # what we hold is ours until it ends
        return self._lease if self.leads and not led else None

    def _hold(self) -> Lease | None:
        self.rest_seconds = BEAT_SECONDS
        if self._lease is None:
            return self._take()
        try:
            return self._leases.renew(self._lease, self._clock()).replace(former="")
        except LeaseLost:
            return None

    def _take(self) -> Lease | None:
        """Take the lead when it is free; otherwise look again when its lease ends, unless it is renewed."""
        now = self._clock()
        taken_until = self._leases.taken_until(LEASE, self._holder, now)
        if taken_until is None:
            return self._leases.take(LEASE, self._holder, now)
        self.rest_seconds = min((taken_until - now).total_seconds(), LEASE_SECONDS)
        return None

    def release(self) -> None:
        """Give the lead to whoever stands by."""
        if self._lease is not None:
            self._leases.release(self._lease)
