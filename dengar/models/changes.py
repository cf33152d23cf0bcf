"""Changes: what one batch of the pipeline wants written, all or nothing."""

from dengar.models.item import Item
from dengar.models.post import Photo, Post, Quarantined
from dengar.models.record import Record
from dengar.models.report import Event, Report


class Pending(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A stored item that waits for the pipeline.

    `order` is its unique place in the queue; `revision` counts the different contents seen under its id, from 1.
    """

    item: Item
    order: str
    revision: int = 1


class Changes(Record, frozen=True, kw_only=True):
    """The outcome of one batch: judged posts, grown reports with their new events, photos, and what was bad.

    `settled` are the queue places of all items that need no further work. A report's version before this batch is its
    version minus the number of its events here.
    """

    posts: tuple[Post, ...] = ()
    reports: tuple[Report, ...] = ()
    events: tuple[Event, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    photos: tuple[tuple[str, Photo], ...] = ()
    settled: tuple[str, ...] = ()
