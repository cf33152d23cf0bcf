"""One delivery of an app: fields by their usual names, and photos as files or base64."""

import base64
import json
import re
from collections.abc import Iterator

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.exif import read_photo
from dengar.ingest.formats.row import LAT, LON, PLACE, URL, Row, contents_id, field
from dengar.ingest.formats.submission import MOST_PHOTOS, Upload, read_form
from dengar.models import Photo, Record

REPORT_ID = ("report_id", "id_laporan", "laporan_id", "id", "uuid")
REPORTER = ("reporter_id", "user_id", "id_pelapor", "reporter", "pelapor", "user")
PHOTO = ("photos", "photo", "foto", "images", "image", "gambar")
WHERE = ("location", "lokasi", "point", "koordinat", "coordinates")
VERB = ("action", "aksi", "event", "verb", "method")
STATUS = ("status",)
_PAIR = re.compile(r"\s*(-?[0-9]{1,3}\.[0-9]+)\s*,\s*(-?[0-9]{1,3}\.[0-9]+)\s*")
_WEB = ("https://", "http://")
DELETING = {"delete", "deleted", "hapus", "dihapus"}


class Delivery(Record, frozen=True, kw_only=True):
    """The fields, with the point among them, and the files."""

    fields: Row
    uploads: tuple[Upload, ...]

    @property
    def report_id(self) -> str:
        """The app's own id of the report."""
        return field(self.fields, REPORT_ID)

    @property
    def reporter(self) -> str:
        """The app's id of the person."""
        inner = (value for name in REPORTER if isinstance(value := self.fields.get(name), dict))
        return field(self.fields, REPORTER) or next((field(one, ("id", *REPORTER)) for one in inner), "")

    @property
    def link(self) -> str | None:
        """The address of the report in the app, or of its photo."""
        photos = (one for name in PHOTO for one in _as_list(self.fields.get(name)))
        links = [field(self.fields, URL), *photos]
        return next((one for one in links if isinstance(one, str) and one.startswith(_WEB)), None)

    @property
    def is_deletion(self) -> bool:
        """Whether the report was deleted in the app."""
        said = str(self.fields.get("deleted")).lower()
        verbs = re.split(r"[^a-z]+", field(self.fields, VERB).lower())
        return said in {"true", "1"} or not DELETING.isdisjoint(verbs)

    @property
    def digest(self) -> str:
        """A name for it by its contents, which is the same when it is sent again."""
        text = json.dumps(self.fields, sort_keys=True, default=str)
        return contents_id(text.encode() + b"".join(upload.data for upload in self.uploads))


def read_delivery(body: bytes, media_type: str) -> Delivery:
    """Read a body of JSON, multipart/form-data or x-www-form-urlencoded; raises Poison."""
    if "json" in media_type.lower():
        fields = _read_object(body)
        return Delivery(fields=_put_point(fields), uploads=tuple(_find_photos(fields)))
    try:
        form = read_form(body, media_type)
    except BadRequest as error:
        raise Poison(str(error)) from error
    return Delivery(fields=_put_point(form.fields), uploads=(*form.uploads, *_find_photos(form.fields)))


def read_photos(delivery: Delivery) -> tuple[tuple[Photo, ...], bool]:
    """Read the photos, and say whether some were left out: what is no picture does not cost the complaint."""
    photos: list[Photo] = []
    for upload in delivery.uploads[:MOST_PHOTOS]:
        try:
            photos.append(read_photo(upload.data, upload.media_type, upload.name))
        except Poison:
            continue
    return tuple(photos), len(photos) < len(delivery.uploads)


def _read_object(body: bytes) -> Row:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Poison("The delivery is no JSON.") from error
    if not isinstance(fields, dict):
        raise Poison("The delivery is no JSON object.")
    return fields


def _find_photos(fields: Row) -> Iterator[Upload]:
    """Decode base64, alone or in a list, also inside objects; links to photos elsewhere are left where they are."""
    for name in PHOTO:
        for one in _as_list(fields.get(name)):
            text = field(one, ("data", "base64", "content")) if isinstance(one, dict) else one
            if isinstance(text, str) and text and not text.startswith(_WEB):
                yield Upload(data=_decode(text), media_type="image/jpeg", name=name)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _decode(text: str) -> bytes:
    """Decode base64 with or without `data:image/…;base64,`; what is none gives no bytes, which are no picture."""
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text)
    except ValueError:
        return b""


def _put_point(fields: Row) -> Row:
    """Put the point and place that stand in a field of their own beside the others."""
    flat: dict[str, object] = {}
    for value in (fields.get(name) for name in WHERE):
        inner = value if isinstance(value, dict) else {}
        flat |= _read_pair(value) | _read_pair(inner.get("coordinates"))
        flat |= {name: inner[name] for name in (*LAT, *LON, *PLACE) if name in inner}
    return flat | {name: value for name, value in fields.items() if name not in WHERE or isinstance(value, str)}


def _read_pair(value: object) -> dict[str, object]:
    """Read GeoJSON's [longitude, latitude], or the "latitude, longitude" of maps."""
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004
        return {"lon": value[0], "lat": value[1]}
    pair = _PAIR.fullmatch(value) if isinstance(value, str) else None
    return {"lat": pair[1], "lon": pair[2]} if pair else {}
