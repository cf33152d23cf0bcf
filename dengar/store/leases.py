"""leases: who may do what only one process may do at a time."""

from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from dengar.errors import LeaseLost
from dengar.models import Record
from dengar.store.documents import Rows, Session, must


class Lease(Record, frozen=True, kw_only=True):
    """A right that ends at `until`; `token` grows with every holder, so a late writer is recognised."""

    name: str
    holder: str
    token: int
    until: datetime


class Leases:
    """Answers: may this process do it now."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, name: str, holder: str, now: datetime, seconds: float) -> Lease | None:
        """Take the lease when it is free, ended, or ours already; None when another process has it."""
        until = now + timedelta(seconds=seconds)
        free = {"_id": name, "$or": [{"until": {"$lte": now}}, {"holder": holder}]}
        change = {"$set": {"holder": holder, "until": until}, "$inc": {"token": 1}}
        try:
            row = must(self._rows.find_one_and_update(free, change, upsert=True, return_document=ReturnDocument.AFTER))
        except DuplicateKeyError:
            return None
        return Lease(name=name, holder=holder, token=row["token"], until=until)

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Hold on to the lease for longer; raises LeaseLost when it went to somebody else."""
        until = now + timedelta(seconds=seconds)
        done = self._rows.update_one({"_id": lease.name, "token": lease.token}, {"$set": {"until": until}})
        if not done.matched_count:
            raise LeaseLost(f"The lease {lease.name} went to another process.")
        return lease.replace(until=until)

    def fence(self, lease: Lease, now: datetime, session: Session) -> None:
        """Make the running transaction fail unless the lease is still ours."""
        done = self._rows.update_one(
            {"_id": lease.name, "token": lease.token}, {"$set": {"used": now}}, session=session
        )
        if not done.matched_count:
            raise LeaseLost(f"The lease {lease.name} went to another process.")

    def release(self, lease: Lease) -> None:
        """Give the lease back early."""
        self._rows.update_one(
            {"_id": lease.name, "token": lease.token}, {"$set": {"holder": "", "until": datetime.fromtimestamp(0, UTC)}}
        )

    def holder_of(self, name: str, now: datetime) -> str | None:
        """Say who holds the lease."""
        row = self._rows.find_one({"_id": name, "until": {"$gt": now}})
        return row["holder"] if row else None
