"""The web form and its JSON twin: a resident's report, with photo, taken as the raw request body."""

import hashlib
import re
import secrets
from datetime import datetime

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.exif import read_photo
from dengar.ingest.formats.row import TEXT, field, read_point, read_row
from dengar.ingest.formats.submission import Form, Upload, read_form
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Photo, Request

LONGEST_TEXT = 5_000
SHORTEST_LETTERS = 4
SHORTEST_KEY = 8
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LETTERS = re.compile(r"[^\W\d_]")


class Settings(SourceSettings):
    """The form needs nothing but its name."""

    channel: str = "form"


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take a submission; raises BadRequest with a sentence for the resident when something is missing or wrong.

    The hidden field `kunci` (or the header Idempotency-Key) makes a second sending of the same form harmless.
    """
    media_type = request.headers.get("content-type", "")
    form = read_form(request.body, media_type)
    _refuse_bad(form)
    key = field(form.fields, ("kunci",)) or request.headers.get("idempotency-key", "")
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=_native_id(key),
        collector="form",
        source=settings.name,
        payload=request.body,
        media_type=media_type,
        observed_at=now,
    )
    return Batch(items=(item,), numbered=True)


def _native_id(key: str) -> str:
    """Make the id of a submission; one without a key, or with one too short to be unique, stands alone."""
    if len(key) < SHORTEST_KEY:
        return secrets.token_urlsafe(16)
    return key if _KEY.fullmatch(key) else hashlib.blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()


def parse(item: Item) -> Draft:
    """Read the submission as a draft; a photo's own place counts when the form has none."""
    try:
        form = read_form(item.payload, item.media_type)
    except BadRequest as error:
        raise Poison(str(error)) from error
    draft = read_row(form.fields, item.observed_at)
    photos = tuple(read_photo(one.data, one.media_type, one.name) for one in form.uploads)
    tagged = next((photo.geotag for photo in photos if photo.geotag), None)
    return draft.replace(photos=photos, geotag=draft.geotag or tagged, created_at=item.observed_at)


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="as long as Dengar keeps it", ordering="as sent", sees_edits=False, sees_deletions=False, price="free"
    )


def check(settings: Settings) -> list[str]:
    """Find nothing: the form has no credentials."""
    del settings
    return []


def _refuse_bad(form: Form) -> None:
    text = field(form.fields, TEXT)
    if field(form.fields, ("website",)):
        raise BadRequest("Kiriman ini tampak otomatis. Kosongkan bidang website lalu kirim lagi.")
    if len(_LETTERS.findall(text)) < SHORTEST_LETTERS:
        raise BadRequest("Tulis dulu apa masalahnya, sedikitnya beberapa kata.")
    if len(text) > LONGEST_TEXT:
        raise BadRequest(f"Tulisan terlalu panjang: paling banyak {LONGEST_TEXT:,} huruf.")
    _refuse_bad_point(field(form.fields, ("lat",)), field(form.fields, ("lon", "lng", "long")))
    for upload in form.uploads:
        _refuse_bad_photo(upload)


def _refuse_bad_point(lat: str, lon: str) -> None:
    if (lat or lon) and read_point(lat, lon) is None:
        raise BadRequest("Koordinat tidak masuk akal: lat antara -90 dan 90, lon antara -180 dan 180.")


def _refuse_bad_photo(upload: Upload) -> Photo:
    try:
        return read_photo(upload.data, upload.media_type, upload.name)
    except Poison as error:
        raise BadRequest(f"Foto tidak terbaca: {error}", status=415) from error
