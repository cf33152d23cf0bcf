"""Changes: what one batch of the pipeline wants written, all or nothing."""

from datetime import datetime
from typing import Literal

from dengar.models.item import Item
from dengar.models.post import Photo, Post, Quarantined
from dengar.models.record import Record
from dengar.models.report import Event, Report

OutboxState = Literal["pending", "sending", "sent", "failed", "unsure"]


class Pending(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A stored item that waits for the pipeline.

    `order` is its unique place in the queue; `revision` counts the different contents seen under its id, from 1.
    """

    item: Item
    order: str
    revision: int = 1


class OutboxMessage(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence for the author of an item, to be sent in the item's channel, at most once.

    `id` is the same however often the message is made: what it is about, and the post or author. `state` is pending,
    sending, sent, failed (nobody will try again) or unsure (the sender died, or got no answer, while it was under way).
    """

    id: str
    source: str
    item_id: str
    text: str
    made_at: datetime
    due_at: datetime
    state: OutboxState = "pending"
    attempts: int = 0
    sent_as: str | None = None
    error: str | None = None


class Changes(Record, frozen=True, kw_only=True):
    """The outcome of one batch: judged posts, grown reports with their new events, photos, and what was bad.

    `settled` are the queue places of all items that need no further work. A report's version before this batch is its
    version minus the number of its events here. `outbox` is what their authors are told.
    """

    posts: tuple[Post, ...] = ()
    reports: tuple[Report, ...] = ()
    events: tuple[Event, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    photos: tuple[tuple[str, Photo], ...] = ()
    settled: tuple[str, ...] = ()
    outbox: tuple[OutboxMessage, ...] = ()


class Erasing(Record, frozen=True, kw_only=True):
    """What is left of reports when messages are deleted: `blanked` replace stored events, `added` are new ones.

    `item_ids` are the messages. A report's version before is its version minus the number of its added events.
    """

    item_ids: tuple[str, ...]
    reports: tuple[Report, ...] = ()
    blanked: tuple[Event, ...] = ()
    added: tuple[Event, ...] = ()
