"""Photos that were fetched after their message: kept in the message's own JSON object, under a key of ours."""

import base64

from dengar.errors import Poison
from dengar.ingest.formats.exif import LARGEST_BYTES, read_photo
from dengar.models import Photo

KEY = "dengar_photo"
LARGEST_PHOTO = LARGEST_BYTES


def attach(payload: bytes, data: bytes) -> bytes:
    """Write a photo's bytes before everything else into a JSON object, which must not be empty."""
    return b'{"%b":"%b",%b' % (KEY.encode(), base64.b64encode(data), payload.lstrip()[1:])


def read_attached(encoded: str, name: str = "") -> tuple[Photo, ...]:
    """Read the photo back; none when there is none or it is no picture."""
    try:
        return (read_photo(base64.b64decode(encoded, validate=True), "", name),)
    except (ValueError, Poison):
        return ()
