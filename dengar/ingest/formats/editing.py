"""What a photo's own bytes say of its making: by which program it was edited, or that it was generated."""

import io
import re

# Firmware and camera apps, those that stamp place and time among them, write their names in the same field as editors.
_EDITORS = re.compile(
    r"photoshop|lightroom|snapseed|picsart|gimp|canva|pixlr|facetune|affinity|paint\.net|meitu|remini|photoroom"
    r"|airbrush|krita|inshot|capcut|polarr|photodirector|vsco|faceapp|luminar|pixelmator|photoscape|fotor",
    re.IGNORECASE,
)
_SOFTWARE, _PROCESSING, _HOST = 0x0131, 0x000B, 0x013C
_CREATOR = re.compile(rb"(?:CreatorTool|softwareAgent)[=\"'>\s]{1,4}([^\"'<]{1,80})")
# The IPTC's words for pictures that a model made or changed; programs write them into XMP and Content Credentials.
# https://cv.iptc.org/newscodes/digitalsourcetype/
_GENERATED = re.compile(rb"(?:t|compositeWithT)rainedAlgorithmicMedia")


def find_editor(data: bytes) -> str | None:
    """Name the program that edited a photo, when its EXIF or XMP tells of one that people edit pictures with."""
    told = (*_exif_words(data), *(found.decode("utf-8", "replace") for found in _CREATOR.findall(data)))
    return next((" ".join(word.split())[:60] for word in told if _EDITORS.search(word)), None)


def is_generated(data: bytes) -> bool:
    """Say whether a photo declares itself made or changed by a generative model."""
    return _GENERATED.search(data) is not None


def _exif_words(data: bytes) -> list[str]:
    from PIL import Image

    try:
        exif = Image.open(io.BytesIO(data)).getexif()
        words = [exif.get(tag) for tag in (_SOFTWARE, _PROCESSING, _HOST)]
    except Exception:  # noqa: BLE001  broken EXIF raises nearly every built-in error
        return []
    return [word for word in words if isinstance(word, str)]
