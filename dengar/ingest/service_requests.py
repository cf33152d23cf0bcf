"""Open311 (GeoReport v2), the other way round: requests that programs of others post to us, taken as the raw body.

The web has looked at the key and the service before; the place, the text and the photos are checked here.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from datetime import datetime

from dengar.errors import BadRequest, Poison
from dengar.ingest.formats.exif import read_photo
from dengar.ingest.formats.html import to_text
from dengar.ingest.formats.row import Row, field, read_point
from dengar.ingest.formats.submission import Form, read_form
from dengar.ingest.protocol import Batch, Description, SourceSettings
from dengar.models import Draft, Item, Point, Request

LONGEST_TEXT = 4_000
LONGEST_VALUE = 200
_ATTRIBUTE = re.compile(r"attribute\[(\w{1,60})\](?:\[\])?")
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")


class Settings(SourceSettings):
    """Posted requests count as Open311, like those that are pulled."""

    channel: str = "open311"


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take a POST of /requests; raises BadRequest with a sentence when something is missing or wrong.

    The header Idempotency-Key makes a second sending harmless; each key of a client has its own.
    """
    media_type = request.headers.get("content-type", "")
    form = read_form(request.body, media_type)
    _refuse_bad(form)
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=_native_id(form, request),
        collector="service_requests",
        source=settings.name,
        payload=request.body,
        media_type=media_type,
        observed_at=now,
    )
    return Batch(items=(item,), numbered=True)


def parse(item: Item) -> Draft:
    """Read the request as a draft: the description without HTML, and the answers to the service's questions.

    A request without description says at least which service it wants.
    """
    try:
        form = read_form(item.payload, item.media_type)
    except BadRequest as error:
        raise Poison(str(error)) from error
    fields = form.fields
    service = field(fields, ("service_code",))
    said = field(fields, ("description",)).replace("\0", "")
    said = to_text(said.replace("\n", "<br>")) if _HTML.search(said) else said  # plain text with a tag has lines too
    photos = tuple(read_photo(one.data, one.media_type, one.name) for one in form.uploads)
    tagged = next((photo.geotag for photo in photos if photo.geotag), None)
    media = field(fields, ("media_url",))
    return Draft(
        text="\n".join((said or service.replace("_", " "), *_answers(fields))),
        author=_name_author(fields),
        created_at=item.observed_at,
        url=media if media.startswith(("https://", "http://")) else None,
        geotag=_point(fields) or tagged,
        place_hint=field(fields, ("address_string", "address_id")) or None,
        category_hint=service or None,
        photos=photos,
    )


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="as long as Dengar keeps it", ordering="as sent", sees_edits=False, sees_deletions=False, price="free"
    )


def check(settings: Settings) -> list[str]:
    """Find nothing: clients have keys, the source has none."""
    del settings
    return []


def _native_id(form: Form, request: Request) -> str:
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        return secrets.token_urlsafe(16)
    whose = field(form.fields, ("api_key",)) or request.query
    return hashlib.blake2b(f"{whose}\n{key}".encode(errors="replace"), digest_size=16).hexdigest()


def _name_author(fields: Row) -> str:
    """Name who reports by what is theirs alone; an account's id belongs to one client."""
    account = field(fields, ("account_id",))
    client = hashlib.blake2b(field(fields, ("api_key",)).encode(), digest_size=8).hexdigest()
    names = (field(fields, (name,)) for name in ("first_name", "last_name"))
    return (
        field(fields, ("email", "phone"))
        or (f"{client}:{account}" if account else "")
        or field(fields, ("device_id",))
        or " ".join(filter(None, names))
    )


def _answers(fields: Row) -> Iterator[str]:
    """Give the answers to a service's questions as lines: `attribute[tinggi_air]=71-150 cm`."""
    for name in fields:
        asked = _ATTRIBUTE.fullmatch(name)
        value = field(fields, (name,))
        if asked and value:
            yield f"{asked[1].replace('_', ' ')}: {value[:LONGEST_VALUE]}"


def _point(fields: Row) -> Point | None:
    return read_point(field(fields, ("lat",)), field(fields, ("long",)))


def _refuse_bad(form: Form) -> None:
    fields = form.fields
    lat, long = field(fields, ("lat",)), field(fields, ("long",))
    if (lat or long) and _point(fields) is None:
        raise BadRequest("lat and long: give both, in degrees of WGS84.")
    if not lat and not field(fields, ("address_string", "address_id")):
        raise BadRequest("Where is it? Give lat and long, address_string or address_id.")
    if len(field(fields, ("description",))) > LONGEST_TEXT:
        raise BadRequest(f"description: at most {LONGEST_TEXT:,} characters.")
    for upload in form.uploads:
        try:
            read_photo(upload.data, upload.media_type, upload.name)
        except Poison as error:
            raise BadRequest(f"The photo cannot be read: {error}") from error
