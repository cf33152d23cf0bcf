"""Submissions: bodies of forms, in the three ways in which browsers and programs send them."""

import base64
import json
from collections.abc import Mapping
from email.message import Message
from urllib.parse import parse_qsl

from dengar.errors import BadRequest
from dengar.models import Record

LARGEST_BYTES = 12_000_000
MOST_PHOTOS = 5
MOST_FIELDS = 100


class Upload(Record, frozen=True, kw_only=True):
    """A file field of a form."""

    data: bytes
    media_type: str
    name: str


class Form(Record, frozen=True, kw_only=True):
    """The fields of a submission and its files."""

    fields: Mapping[str, object]
    uploads: tuple[Upload, ...] = ()


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
