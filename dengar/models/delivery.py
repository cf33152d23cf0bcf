"""Delivery: one event of a report that one target must get; TargetHealth: whether the target takes any."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record
from dengar.models.report import EventKind

DeliveryState = Literal["waiting", "sent", "dead", "dropped"]
# The later deliveries of the same report to the same target stand behind these.
UNSETTLED: tuple[DeliveryState, ...] = ("waiting", "dead")


class Delivery(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One event on its way to one target; it names what is sent, and holds none of it.

    `id` is the same however often the delivery is made or sent: receivers know a repetition by it. `since` is when the
    days began after which it is given up; `due_at` when it is tried next. `token` is what an Open311 server gave in
    place of a number, `receipt` what the target said when it took it, `error` why it did not.
    """

    id: str
    target: str
    event: str
    report: str
    seq: int
    kind: EventKind
    made_at: datetime
    since: datetime
    due_at: datetime
    state: DeliveryState = "waiting"
    attempts: int = 0
    token: str | None = None
    receipt: str | None = None
    error: str | None = None
    settled_at: datetime | None = None


class TargetHealth(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How a target answers: `failures` in a row, until when it is left alone, and why a person stopped it or it us."""

    target: str
    failures: int = 0
    resting_until: datetime | None = None
    stopped: str | None = None
    error: str | None = None
