"""Apps for complaints, as Qlue and JAKI are: each report is pushed here with its photo, point and category.

One app is one source, with a key or secret of its own.
"""

from datetime import datetime
from typing import Self

from pydantic import Field, SecretStr, model_validator

from dengar.errors import BadRequest, Poison
from dengar.ingest.apps.delivery import STATUS, Delivery, read_delivery, read_photos
from dengar.ingest.formats.row import (
    AUTHOR,
    CATEGORY,
    LAT,
    LON,
    LONGEST_ID,
    SUBJECT,
    TEXT,
    Row,
    contents_id,
    field,
    read_point,
    read_row,
)
from dengar.ingest.formats.signed import is_same, sign
from dengar.ingest.formats.submission import LARGEST_BYTES
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Kind, Photo, Point, Request

SHORTEST_SECRET = 16


class Settings(SourceSettings):
    """The channel's name, and what proves that the app speaks: its key, a secret that signs, or both.

    A report whose status is one of `done` is over.
    """

    channel: str = "app"
    api_key: SecretStr | None = Field(default=None, min_length=1)
    secret: SecretStr | None = Field(default=None, min_length=1)
    done: tuple[str, ...] = ("selesai",)

    @model_validator(mode="after")
    def _something_proves_it(self) -> Self:
        if self.api_key is None and self.secret is None:
            raise ValueError("set api_key or secret: without either of them anybody could report in the app's name")
        return self


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take one delivery; raises BadRequest without the app's key or signature, or for a body that is too large.

    The app's id of the report makes a second sending harmless. What cannot be read is taken all the same: the pipeline
    quarantines it. News of a report's state that is not its end gives nothing.
    """
    if len(request.body) > LARGEST_BYTES:
        raise BadRequest(f"The body is larger than {LARGEST_BYTES:,} bytes.", status=413)
    check_proof(settings, request)
    media_type = request.headers.get("content-type", "application/json")
    try:
        delivery = read_delivery(request.body, media_type)
    except Poison:
        return Batch(items=(_make_item(settings, request, contents_id(request.body), media_type, now),))
    if _is_news_of_state(settings, delivery):
        return Batch(items=())
    native_id = delivery.report_id or request.headers.get("idempotency-key", "")
    if not 0 < len(native_id) <= LONGEST_ID:
        native_id = contents_id(native_id.encode()) if native_id else delivery.digest
    item = _make_item(settings, request, native_id, media_type, now)
    kind = _find_kind(settings, delivery)
    if kind == "tombstone":
        item = item.replace(payload=b"")
    return Batch(items=(item.replace(kind=kind),), numbered=kind == "upsert")


def parse(item: Item) -> Draft:
    """Read the report; without words it says its category, where a photo and a point show the rest."""
    delivery = read_delivery(item.payload, item.media_type)
    fields = delivery.fields
    photos, is_left_out = read_photos(delivery)
    tagged = next((photo.geotag for photo in photos if photo.geotag), None)
    point = read_point(field(fields, LAT), field(fields, LON)) or tagged
    said = field(fields, TEXT)
    row = {name: value for name, value in fields.items() if said or name not in SUBJECT}
    row["text"] = said or field(fields, SUBJECT) or _stand_in(fields, photos, point)
    row["author"] = delivery.reporter or field(fields, AUTHOR)
    draft = read_row(row, item.observed_at)
    flags = (*draft.flags, "photo_left_out") if is_left_out else draft.flags
    return draft.replace(photos=photos, geotag=point, url=delivery.link, flags=flags)


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="none: what the app does not repeat is gone",
        ordering="as the app delivers",
        sees_edits=True,
        sees_deletions=True,
        price="free",
    )


def check(settings: Settings) -> list[str]:
    """Find a key or secret that is too short to protect anything."""
    given = {"api_key": settings.api_key, "secret": settings.secret}
    short = [name for name, one in given.items() if one and len(one.get_secret_value()) < SHORTEST_SECRET]
    return [
        f"The {name} of {settings.name} is shorter than {SHORTEST_SECRET} characters: make a longer one."
        for name in short
    ]


def check_proof(settings: Settings, request: Request) -> None:
    """Refuse a request that lacks the app's key, or is not signed with its secret."""
    headers = request.headers
    good = True
    if settings.api_key is not None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        good = is_same(given, settings.api_key.get_secret_value())
    if settings.secret is not None:
        given = headers.get("x-hub-signature-256") or headers.get("x-signature") or ""
        wanted = sign(settings.secret.get_secret_value(), request.body)
        good = is_same(given.removeprefix("sha256=").lower(), wanted) and good
    if not good:
        raise BadRequest("The key or signature of the app is missing or wrong.", status=401)


def _find_kind(settings: Settings, delivery: Delivery) -> Kind:
    """Say what happened to the report; a deletion that does not say of which one is no deletion."""
    if delivery.is_deletion and delivery.report_id:
        return "tombstone"
    done = {status.lower() for status in settings.done}
    return "ended" if field(delivery.fields, STATUS).lower() in done and delivery.report_id else "upsert"


def _is_news_of_state(settings: Settings, delivery: Delivery) -> bool:
    """Say whether it tells only how far the app is with a report that we have: that is not what the resident said."""
    says = field(delivery.fields, (*TEXT, *SUBJECT, *CATEGORY)) or delivery.uploads
    has_state = field(delivery.fields, STATUS) and delivery.report_id
    return bool(has_state) and not says and _find_kind(settings, delivery) == "upsert"


def _stand_in(fields: Row, photos: tuple[Photo, ...], point: Point | None) -> str:
    """Make the text of a report that has none: our codes are Indonesian words with _ between them."""
    category = field(fields, CATEGORY).replace("_", " ")
    if not (category and photos and point):
        raise Poison("The report has no text, and not all of photo, point and category instead.")
    return f"Laporan tanpa tulisan: {category[:1].upper()}{category[1:]}"


def _make_item(settings: Settings, request: Request, native_id: str, media_type: str, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.name,
        native_id=native_id,
        collector="app",
        source=settings.name,
        payload=request.body,
        media_type=media_type,
        observed_at=now,
    )
