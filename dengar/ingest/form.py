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
UNREADABLE = "Foto tidak terbaca: kirim sebagai JPEG, PNG, atau WebP, paling besar 10 MB."
UNREADABLE_HEIC = "Foto HEIC belum bisa dibaca: ubah dulu menjadi JPEG, atau kirim tangkapan layarnya."
SHORTEST_KEY = 8
MOST_OTHERS = 10
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_NUMBER = re.compile(r"[A-Z]{2,8}-\d{4}-\d{6,9}")  # programs call their text `laporan` too
_HEIC = re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)
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
    """Read the submission as a draft; a photo's own place counts when the form has none, unless its sender denies it.

    `laporan` is the number of the report of which its sender says that it is the same problem, `bukan` those that they
    were shown and that are not.
    """
    try:
        form = read_form(item.payload, item.media_type)
    except BadRequest as error:
        raise Poison(str(error)) from error
    draft = read_row(form.fields, item.observed_at)
    photos = tuple(read_photo(one.data, one.media_type, one.name) for one in form.uploads)
    is_elsewhere = field(form.fields, ("tempat_foto",)) == "tidak"
    tagged = None if is_elsewhere else next((photo.geotag for photo in photos if photo.geotag), None)
    return draft.replace(
        photos=photos,
        geotag=draft.geotag or tagged,
        created_at=item.observed_at,
        same_as=next(iter(_numbers(form, "laporan")), None),
        other_than=_numbers(form, "bukan"),
    )


def _numbers(form: Form, name: str) -> tuple[str, ...]:
    """Give the numbers of reports that stand in a field."""
    words = field(form.fields, (name,)).split()[:MOST_OTHERS]
    return tuple(word for word in words if _NUMBER.fullmatch(word))


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
    if len(_LETTERS.findall(text)) < SHORTEST_LETTERS or _NUMBER.fullmatch(text):
        raise BadRequest("Tulis dulu apa masalahnya, sedikitnya beberapa kata.", field="text")
    if len(text) > LONGEST_TEXT:
        raise BadRequest(f"Tulisan terlalu panjang: paling banyak {LONGEST_TEXT:,} huruf.", field="text")
    _refuse_bad_point(field(form.fields, ("lat",)), field(form.fields, ("lon", "lng", "long")))
    for upload in form.uploads:
        read_upload(upload)


def _refuse_bad_point(lat: str, lon: str) -> None:
    if (lat or lon) and read_point(lat, lon) is None:
        raise BadRequest("Koordinat tidak masuk akal: lat antara -90 dan 90, lon antara -180 dan 180.", field="lokasi")


def read_upload(upload: Upload) -> Photo:
    """Read a photo; raises BadRequest with a sentence for the resident when it is none."""
    try:
        return read_photo(upload.data, upload.media_type, upload.name)
    except Poison as error:
        told = UNREADABLE_HEIC if _HEIC.match(upload.data) else UNREADABLE
        raise BadRequest(told, status=415, field="foto") from error
