"""One alert, jam or irregularity of Waze."""

import hashlib
from datetime import UTC, datetime

import msgspec

from dengar.errors import Poison
from dengar.ingest.formats.row import is_on_globe
from dengar.models import Point

# The lists of a snapshot, and what comes before the ids of their entries: each list counts for itself.
LISTS = {"alerts": "", "jams": "jam:", "irregularities": "irregularity:"}


class Spot(msgspec.Struct, frozen=True):
    """Degrees: x is the longitude."""

    x: float
    y: float


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """What an entry tells that lasts longer than a poll."""

    uuid: str | int | None = None
    id: str | int | None = None
    type: str | None = None
    subtype: str | None = None
    street: str | None = None
    city: str | None = None
    report_description: str | None = None
    report_by_municipality_user: str | bool | None = None
    pub_millis: int | None = None
    detection_date_millis: int | None = None
    location: Spot | None = None
    line: tuple[Spot, ...] | None = None

    @property
    def time(self) -> datetime | None:
        """When it was said."""
        return read_millis(self.pub_millis or self.detection_date_millis or 0)

    @property
    def point(self) -> Point | None:
        """Where it is; of a line its middle."""
        spot = self.location or (self.line[len(self.line) // 2] if self.line else None)
        point = Point(lat=spot.y, lon=spot.x) if spot else None
        return point if point and is_on_globe(point) else None

    @property
    def is_own(self) -> bool:
        """Whether the city itself told Waze."""
        return str(self.report_by_municipality_user).lower() == "true"


def read_entry(payload: bytes) -> Entry:
    """Read the bytes of an entry; raises Poison."""
    try:
        return msgspec.json.decode(payload, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"The entry cannot be read: {error}.") from error


def find_id(entry: Entry, prefix: str) -> str:
    """Give the id by which Waze repeats the entry; raises Poison when it has none."""
    for own in (entry.uuid, entry.id):
        if own is not None and str(own).strip():
            return prefix + str(own).strip()
    raise Poison("The entry has neither uuid nor id.")


def find_codes(entry: Entry, native_id: str) -> tuple[str, str]:
    """Give the subtype (the type again where there is none) and the type; raises Poison when it has neither."""
    prefix = native_id.partition(":")[0]
    kind = {"jam": "JAM", "irregularity": "IRREGULARITY"}.get(prefix) or (entry.type or "").strip().upper()
    if kind.startswith("WEATHERHAZARD"):  # its name in older feeds
        kind = "HAZARD"
    subtype = (entry.subtype or "").strip().upper()
    code = kind if subtype in {"", "NO_SUBTYPE"} else subtype
    if not code:
        raise Poison("The entry does not say of what type it is.")
    return code, kind


def sum_up(entry: Entry, native_id: str) -> str:
    """Give the digest of what the entry tells: thumbs, reliability, speed and delay are others at every poll."""
    point = entry.point if entry.location else None  # the line of a jam breathes
    spot = (round(point.lat, 4), round(point.lon, 4)) if point else None
    telling = (find_codes(entry, native_id), entry.street, entry.city, entry.report_description, spot)
    return hashlib.blake2b(msgspec.json.encode(telling), digest_size=8).hexdigest()


def read_millis(millis: int) -> datetime | None:
    """Read milliseconds since 1970; None for what is no time."""
    try:
        return datetime.fromtimestamp(millis / 1000, UTC) if millis > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
