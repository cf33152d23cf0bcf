"""Post: one message, cleaned, masked and judged."""

from datetime import datetime

from dengar.models.item import Item
from dengar.models.labels import Labels
from dengar.models.place import Mention, Place, Point
from dengar.models.record import Record


class Photo(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A picture as it came with a message; `geotag` and `taken_at` are what its EXIF claims."""

    data: bytes
    media_type: str
    name: str = ""
    geotag: Point | None = None
    taken_at: datetime | None = None


class Draft(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a collector's `parse` reads out of an item: still unmasked, the author still by name.

    `place_hint` is the place that the author gave in a field of its own, `category_hint` the category they picked.
    `same_as` is the report about which the author says that it is the same problem, `other_than` those that they were
    shown and that are another one.
    """

    text: str
    author: str
    created_at: datetime
    url: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    geotag: Point | None = None
    place_hint: str | None = None
    category_hint: str | None = None
    same_as: str | None = None
    other_than: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    flags: tuple[str, ...] = ()


class Media(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A stored picture: `id` is the digest of its cleaned bytes, `print` its perceptual hash (hex)."""

    id: str
    media_type: str
    size: int
    print: str = ""


class Post(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One message: masked text, keyed pseudonym of its author, labels and place.

    A post that joined a report carries its number in `report`. `flags` are short words such as `auto_reply`.
    `hidden_since`: the source did not return it then, and it is not shown while that lasts. `ended_at`: the source said
    then that the matter is over.
    """

    id: str
    item_id: str
    source: str
    channel: str
    author: str
    text: str
    created_at: datetime
    observed_at: datetime
    revision: int = 1
    url: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    media: tuple[Media, ...] = ()
    geotag: Point | None = None
    place_hint: str | None = None
    category_hint: str | None = None
    same_as: str | None = None
    other_than: tuple[str, ...] = ()
    number: str | None = None
    flags: tuple[str, ...] = ()
    labels: Labels | None = None
    mentions: tuple[Mention, ...] = ()
    place: Place | None = None
    outside: str | None = None
    report: str | None = None
    hidden_since: datetime | None = None
    ended_at: datetime | None = None


class Quarantined(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An item that could not be used, with the reason in one sentence and the traceback for a developer."""

    item: Item
    reason: str
    traceback: str = ""
    at: datetime
