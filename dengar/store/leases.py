"""leases: who may do what only one process may do at a time.

A lease is short and its holder renews it, so that others wait only seconds for one who died. The clocks of all machines
must agree within a few seconds. One who slept through the end of its lease writes nothing: every taking makes the token
larger, and writes are fenced with it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from dengar.errors import LeaseLost
from dengar.models import Record
from dengar.store.documents import Rows, Session

LEASE_SECONDS = 18.0
BEAT_SECONDS = 6.0  # two beats may be late before a lease is lost

_NOBODY = {"holder": "", "until": datetime.fromtimestamp(0, UTC)}


class Lease(Record, frozen=True, kw_only=True):
    """A right that ends at `until`; `token` grows with every holder, so a late writer is recognised.

    `former` is who had it before and did not give it back, empty when nobody.
    """

    name: str
    holder: str
    token: int
    until: datetime
    former: str = ""


class Leases:
    """Answers: may this process do it now."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        # A renewal that a failover forgets makes the lease end earlier, which is no harm; looking binds nobody.
        self._quick_rows = rows.with_options(write_concern=WriteConcern(1), read_concern=ReadConcern("local"))

    def take(self, name: str, holder: str, now: datetime, seconds: float = LEASE_SECONDS) -> Lease | None:
        """Take the lease when it is free, ended, or ours already; None when another process has it."""
        until = now + timedelta(seconds=seconds)
        free = {"_id": name, "$or": [{"until": {"$lte": now}}, {"holder": holder}]}
        change = {"$set": {"holder": holder, "until": until}, "$inc": {"token": 1}}
        try:
            row = self._rows.find_one_and_update(free, change, upsert=True, return_document=ReturnDocument.BEFORE)
        except DuplicateKeyError:
            return None
        before = row or {"holder": "", "token": 0}
        former = "" if before["holder"] == holder else before["holder"]
        return Lease(name=name, holder=holder, token=before["token"] + 1, until=until, former=former)

    def renew(self, lease: Lease, now: datetime, seconds: float = LEASE_SECONDS) -> Lease:
        """Hold on to the lease for longer; raises LeaseLost when it went to somebody else."""
        until = now + timedelta(seconds=seconds)
        done = self._quick_rows.update_one(_ours(lease), {"$set": {"until": until}})
        if not done.matched_count:
            raise LeaseLost(f"The lease {lease.name} went to another process.")
        return lease.replace(until=until)

    def fence(self, lease: Lease, now: datetime, session: Session) -> None:
        """Make the running transaction fail unless the lease is still ours; renews it."""
        until = now + timedelta(seconds=LEASE_SECONDS)
        # The count makes it a write in any case: one that changes nothing conflicts with nobody.
        change = {"$set": {"until": until}, "$inc": {"writes": 1}}
        done = self._rows.update_one(_ours(lease), change, session=session)
        if not done.matched_count:
            raise LeaseLost(f"The lease {lease.name} went to another process.")

    def release(self, lease: Lease) -> None:
        """Give the lease back early."""
        self._rows.update_one(_ours(lease), {"$set": _NOBODY})

    def free(self, holder: str) -> None:
        """Take all leases from a process that is dead, or will find itself fenced off when it was only asleep."""
        self._rows.update_many({"holder": holder}, {"$set": _NOBODY, "$inc": {"token": 1}})

    @contextmanager
    def keep(
        self, name: str, holder: str, clock: Callable[[], datetime], beat_seconds: float = BEAT_SECONDS
    ) -> Iterator[Lease | None]:
        """Hold the lease until the block ends, however long that takes; None when another process has it."""
        lease = self.take(name, holder, clock())
        if lease is None:
            yield None
            return
        done = threading.Event()
        beating = threading.Thread(
            target=self._beat, args=(lease, clock, beat_seconds, done), name=f"beat {name}", daemon=True
        )
        beating.start()
        try:
            yield lease
        finally:
            done.set()
            beating.join()
            self.release(lease)

    def _beat(self, lease: Lease, clock: Callable[[], datetime], seconds: float, done: threading.Event) -> None:
        while not done.wait(seconds):
            try:
                self.renew(lease, clock())
            except LeaseLost:
                return  # the next write of the block says so
            except PyMongoError:
                continue

    def holder_of(self, name: str, now: datetime) -> str | None:
        """Say who holds the lease."""
        row = self._quick_rows.find_one({"_id": name, "until": {"$gt": now}})
        return row["holder"] if row else None

    def taken_until(self, name: str, holder: str, now: datetime) -> datetime | None:
        """Say until when somebody else than `holder` has the lease; to look costs less than a write that fails."""
        row = self._quick_rows.find_one({"_id": name, "until": {"$gt": now}, "holder": {"$ne": holder}})
        return row["until"] if row else None


def _ours(lease: Lease) -> dict[str, object]:
    return {"_id": lease.name, "token": lease.token, "holder": lease.holder}
