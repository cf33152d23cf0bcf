"""Photos: what their EXIF claims, and a copy without it."""

import io
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dengar.errors import Poison
from dengar.models import WIB, Photo, Point

if TYPE_CHECKING:
    from PIL import Image

LARGEST_BYTES = 10_000_000
LARGEST_PIXELS = 60_000_000
LONGEST_SIDE = 1600
_KINDS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_KINDS |= {"BMP": "image/bmp", "TIFF": "image/tiff", "AVIF": "image/avif"}
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_YEARS = range(1990, 2100)  # outside of them a clock was never set


def read_photo(data: bytes, media_type: str, name: str = "") -> Photo:
    """Read a picture's kind, place and time; raises Poison for anything but a picture of a sensible size.

    The kind is read from the bytes: `media_type` is only what the sender claims.
    """
    if len(data) > LARGEST_BYTES:
        raise Poison(f"The photo {name!r} has {len(data) / 1e6:.0f} MB; the limit is {LARGEST_BYTES / 1e6:.0f} MB.")
    image = _open(data, media_type, name)
    try:
        exif = image.getexif()
        gps = dict(exif.get_ifd(_GPS_IFD))
        taken = dict(exif.get_ifd(_EXIF_IFD))
    except Exception:  # noqa: BLE001  broken EXIF raises nearly every built-in error; the picture is still good
        gps, taken = {}, {}
    return Photo(data=data, media_type=_KINDS[image.format or ""], name=name, geotag=_point(gps), taken_at=_time(taken))


def clean(photo: Photo) -> Photo:
    """Make a JPEG of at most 1600 pixels a side, turned upright, with no EXIF; raises Poison for broken pixels.

    The record keeps the place and time that were read before.
    """
    from PIL import Image, ImageOps

    # a photo that was cut off on its way still shows its upper part when the end marker is put back
    data = photo.data + b"\xff\xd9" if photo.data.startswith(b"\xff\xd8") else photo.data
    image = _open(data, photo.media_type, photo.name)
    try:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        image = ImageOps.exif_transpose(image)
        if image.mode != "RGB":
            image = image.convert("RGBA")
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image).convert("RGB")
        image.info.clear()  # comments and colour profiles would be written again
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85, optimize=True)
    except Exception as error:
        raise Poison(f"The photo {photo.name!r} cannot be decoded: {error}.") from error
    return photo.replace(data=out.getvalue(), media_type="image/jpeg")


def _open(data: bytes, media_type: str, name: str) -> "Image.Image":
    """Open a picture, still undecoded.

    The size is checked here and Pillow's own bomb check stays on behind it. Its warning is not turned into an error by
    `warnings.catch_warnings`, which is not safe in threads.
    """
    from PIL import Image

    Image.init()
    try:
        image = Image.open(io.BytesIO(data), formats=[kind for kind in _KINDS if kind in Image.OPEN])
    except Exception as error:
        raise Poison(f"{name or 'The file'!r} ({media_type}) is no picture that can be read.") from error
    if image.width * image.height > LARGEST_PIXELS:
        raise Poison(f"The photo {name!r} has {image.width} x {image.height} pixels; that is too many to open safely.")
    return image


def _point(gps: dict[int, Any]) -> Point | None:
    lat = _degrees(gps.get(2), gps.get(1), "NS", 90)
    lon = _degrees(gps.get(4), gps.get(3), "EW", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return Point(lat=lat, lon=lon)


def _degrees(parts: Any, ref: Any, signs: str, limit: int) -> float | None:  # noqa: ANN401  whatever a camera wrote
    try:
        sign = {signs[0]: 1, signs[1]: -1}[_word(ref)[:1].upper()]
        degrees, minutes, seconds = (float(part) for part in (*parts, 0, 0)[:3])
    except (TypeError, ValueError, KeyError, ZeroDivisionError, OverflowError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or min(degrees, minutes, seconds) < 0 or value > limit:  # 0/0 is NaN
        return None
    return sign * round(value, 7)


def _time(taken: dict[int, Any]) -> datetime | None:
    """Read DateTimeOriginal; a time without a readable offset is taken as western Indonesian time."""
    try:
        local = datetime.strptime(_word(taken.get(0x9003)), "%Y:%m:%d %H:%M:%S").replace(tzinfo=WIB)
    except ValueError:
        return None
    try:
        zone = datetime.strptime(_word(taken.get(0x9011)), "%z").tzinfo
    except ValueError:
        zone = WIB
    return local.replace(tzinfo=zone) if local.year in _YEARS else None


def _word(value: Any) -> str:  # noqa: ANN401  whatever a camera wrote
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""
