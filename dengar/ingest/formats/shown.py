"""What a mail program would show of a mail: its texts and its photos."""

import re

from dengar.errors import Poison
from dengar.ingest.formats import charset, exif, html, mime
from dengar.models import Photo

_LONGEST_PART = 4_000_000
_MOST_TEXTS = 10
_LONGEST_COMPARED = 20_000
_MOST_PHOTOS = 5
_DECORATION = 2_000
_IMAGE_NAME = re.compile(r"\.(jpe?g|png|gif|webp|bmp|avif|tiff?)$", re.IGNORECASE)


def find_texts(raw: bytes, part: mime.Part) -> list[str]:
    """Collect what a mail program would show: of alternatives the plain one, of other parts each that says more."""
    if not part.children:
        return _leaf_text(raw, part)
    if part.media_type == "multipart/alternative":
        plain_first = sorted(part.children, key=lambda child: child.media_type != "text/plain")
        return next(filter(None, (find_texts(raw, child) for child in plain_first)), [])
    own = [child for child in part.children if child.media_type != "message/rfc822"]
    found = [text for child in own for text in find_texts(raw, child)]
    if not found:  # a mail forwarded as an attachment
        found = [text for child in part.children if child not in own for text in find_texts(raw, child)]
    return _drop_repeats(found)


def _drop_repeats(texts: list[str]) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if not any(_words(text) in _words(other) for other in kept):
            kept = [other for other in kept if _words(other) not in _words(text)] + [text]
        if len(kept) == _MOST_TEXTS:
            break
    return kept


def _words(text: str) -> str:
    return "".join(text[:_LONGEST_COMPARED].split())


def _leaf_text(raw: bytes, part: mime.Part) -> list[str]:
    if part.disposition == "attachment" or not part.media_type.startswith("text/"):
        return []
    if part.media_type in {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv"}:
        return []
    text = charset.decode(mime.decode_body(raw, part, part.start + _LONGEST_PART), part.parameters.get("charset"))
    text = html.to_text(text) if part.media_type == "text/html" else charset.readable(text)
    return [text] if text.strip() else []


def find_photos(raw: bytes, root: mime.Part) -> tuple[tuple[Photo, ...], tuple[str, ...]]:
    """Collect the photos, and the flag that says that some were left out."""
    photos: list[Photo] = []
    left_out = False
    for part in mime.leaves(root):
        if not part.media_type.startswith("image/") and not _IMAGE_NAME.search(part.name):
            continue
        if len(photos) == _MOST_PHOTOS or part.end - part.start > exif.LARGEST_BYTES * 1.45:  # base64 and line ends
            left_out = True
            continue
        data = mime.decode_body(raw, part, part.end)
        small = part.media_type in {"image/gif", "image/png"} and len(data) < _DECORATION
        if small and part.disposition != "attachment":  # tracking pixels, icons of a signature
            continue
        try:
            photos.append(exif.read_photo(data, part.media_type, part.name))
        except Poison:
            left_out = True
    return tuple(photos), ("photo_left_out",) if left_out else ()
