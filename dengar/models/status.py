"""Status: how the whole is doing, for the command line, the status page and other programs."""

from datetime import datetime

import msgspec

from dengar.models.delivery import DeliveryState
from dengar.models.record import Record
from dengar.models.run import Gap, Run, Silence


class Ailment(Record, frozen=True, kw_only=True, omit_defaults=False):
    """What ails a source, or the whole, and what to do; `needs_person` when it does not mend itself.

    `kind` is an outcome of a run, or: unreachable, dead, long, stopped, expiring, expired, silent, nearly_silent; of
    the whole: store_down, no_scheduler, backlog, model, gazetteer, rules, drift, target_gone, target_down,
    dead_letters. `cause` is what the source or its collector said, `at` the moment that the sentence names.
    """

    kind: str
    says: str
    needs_person: bool = True
    cause: str | None = None
    at: datetime | None = None


class BudgetLeft(Record, frozen=True, kw_only=True, omit_defaults=False):
    """What a source may still use: posts, and US dollars (None: there is no limit)."""

    posts_today: int | None = None
    posts_this_month: int | None = None
    money_today: float | None = None
    money_this_month: float | None = None


class SourceStatus(Record, frozen=True, kw_only=True, omit_defaults=False):
    """One source.

    `last_good` is when its last run that went well began, `messages` how many it ever brought, `expected` how many
    usually come in the time since the last one. `gaps` and `quarantined` are counts. `ails` says all its ailments.
    """

    name: str
    collector: str
    enabled: bool
    every: str | None = None
    at: str | None = None
    is_pushed: bool = False
    last_run: Run | None = None
    last_good: datetime | None = None
    last_recheck: Run | None = None
    last_message: datetime | None = None
    messages: int = 0
    expected: float | None = None
    silence: Silence | None = None
    paused_until: datetime | None = None
    pause_reason: str | None = None
    stopped: str | None = None
    gaps: int = 0
    quarantined: int = 0
    budget: BudgetLeft | None = None
    expires_at: datetime | None = None
    ailments: tuple[Ailment, ...] = ()
    ails: str | None = None


class Status(Record, frozen=True, kw_only=True, omit_defaults=False):
    """The state of one Dengar at `at`.

    `problems` are sentences that an operator must act on, `warnings` those that may mend themselves; `ailments` are
    what concerns no single source. `waiting_since` is when the oldest message that waits came, `replies` counts what
    people are to be told, by state, `deliveries` what is not settled, by target and state.
    """

    at: datetime
    version: str
    store_ready: bool
    model: str | None = None
    scheduler: str | None = None
    posts: int = 0
    reports: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    review: int = 0
    quarantined: int = 0
    replies: dict[str, int] = msgspec.field(default_factory=dict)
    deliveries: dict[str, dict[DeliveryState, int]] = msgspec.field(default_factory=dict)
    sources: tuple[SourceStatus, ...] = ()
    gaps: tuple[Gap, ...] = ()
    ailments: tuple[Ailment, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
