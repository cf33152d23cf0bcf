"""Selection: which reports somebody wants to see."""

from datetime import datetime
from typing import Literal

from dengar.models.labels import Urgency
from dengar.models.record import Record, Timeless
from dengar.models.report import State


class Box(Timeless, frozen=True, kw_only=True):
    """A rectangle in WGS84 degrees; its edges belong to it."""

    west: float
    south: float
    east: float
    north: float


class Circle(Timeless, frozen=True, kw_only=True):
    """What lies at most so many metres from a point in WGS84 degrees."""

    lat: float
    lon: float
    metres: float


class Selection(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a report must be; None asks nothing.

    `area` is the code of a kelurahan, kecamatan or kota, `number` how the report's number begins; a report has one of
    the `categories` where any are named. Times: since is included, until is not. Hidden reports, duplicates, and those
    of which every message was deleted belong to no selection.
    """

    category: str | None = None
    categories: tuple[str, ...] = ()
    area: str | None = None
    unit: str | None = None
    state: State | Literal["open", "closed"] | None = None
    urgency: Urgency | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None
    updated_since: datetime | None = None
    updated_until: datetime | None = None
    box: Box | None = None
    circle: Circle | None = None
    number: str | None = None
