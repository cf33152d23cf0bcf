"""The web form and its JSON twin: a resident's report, with photo, taken as the raw request body."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from urllib.parse import parse_qsl

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.exif import read_photo
from dengar.ingest.formats.row import TEXT, field, read_point, read_row
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Photo, Record, Request

LARGEST_BYTES = 12_000_000
LONGEST_TEXT = 5_000
SHORTEST_LETTERS = 4
MOST_PHOTOS = 3
MOST_FIELDS = 100
SHORTEST_KEY = 8
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LETTERS = re.compile(r"[^\W\d_]")


class Settings(SourceSettings):
    """The form needs nothing but its name."""

    channel: str = "form"


class Upload(Record, frozen=True, kw_only=True):
    """A file field of a form."""

    data: bytes
    media_type: str
    name: str


class Form(Record, frozen=True, kw_only=True):
    """The fields of a submission and its files."""

    fields: Mapping[str, object]
    uploads: tuple[Upload, ...] = ()


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


def read_form(body: bytes, media_type: str) -> Form:
    """Read a body of multipart/form-data, x-www-form-urlencoded or JSON; raises BadRequest for anything else."""
    if len(body) > LARGEST_BYTES:
        raise BadRequest("Kiriman terlalu besar: paling banyak 12 MB.", status=413)
    readers = {
        "multipart/form-data": _read_multipart,
        "application/x-www-form-urlencoded": _read_urlencoded,
        "application/json": _read_json,
    }
    kind, parameters = _split_media_type(media_type)
    reader = readers.get(kind)
    if reader is None:
        raise BadRequest("Kirim sebagai multipart/form-data, x-www-form-urlencoded atau application/json.", status=415)
    return reader(body, parameters)


def _split_media_type(media_type: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["content-type"] = media_type
    parameters = message.get_params([])[1:]
    return message.get_content_type(), {name: str(value) for name, value in parameters}


def _read_urlencoded(body: bytes, parameters: Mapping[str, str]) -> Form:
    del parameters
    try:
        return Form(fields=dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)))
    except ValueError as error:
        raise BadRequest(f"Formulir tidak terbaca: lebih dari {MOST_FIELDS} bidang.") from error


def _read_json(body: bytes, parameters: Mapping[str, str]) -> Form:
    del parameters
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"Isi bukan JSON yang sah: {error}") from error
    if not isinstance(fields, dict):
        raise BadRequest("Isi harus objek JSON dengan bidang text.")
    photo = fields.pop("foto", None)
    return Form(fields=fields, uploads=(_read_base64(photo),) if photo else ())


def _read_base64(photo: object) -> Upload:
    text = photo.partition(",")[2] if isinstance(photo, str) and photo.startswith("data:") else photo
    try:
        return Upload(data=base64.b64decode(str(text), validate=True), media_type="image/jpeg", name="foto")
    except ValueError as error:
        raise BadRequest("Bidang foto harus gambar dalam base64.") from error


def _read_multipart(body: bytes, parameters: Mapping[str, str]) -> Form:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import Field, File, FormParser

    fields: dict[str, object] = {}
    uploads: list[Upload] = []
    ends: list[bool] = []

    def on_field(one: Field) -> None:
        fields[(one.field_name or b"").decode("utf-8", "replace")] = (one.value or b"").decode("utf-8", "replace")

    def on_file(one: File) -> None:
        one.file_object.seek(0)
        data = one.file_object.read()
        if data:
            name = (one.file_name or b"").decode("utf-8", "replace")
            uploads.append(Upload(data=data, media_type=one.content_type or "", name=name))

    try:
        parser = FormParser(
            "multipart/form-data", on_field, on_file, lambda: ends.append(True),
            boundary=parameters.get("boundary") or None,
            # the body is in memory already: no part of it needs a file of its own
            config={"MAX_MEMORY_FILE_SIZE": LARGEST_BYTES, "MAX_FIELDS": MOST_FIELDS},
        )  # fmt: skip
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise BadRequest(f"Formulir tidak terbaca: {error}") from error
    if not ends:
        raise BadRequest("Formulir terputus di tengah jalan: kirim sekali lagi.")
    return Form(fields=fields, uploads=tuple(uploads[:MOST_PHOTOS]))


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
