"""Perceptual hashes: what a photo looks like, in 64 bits."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

_SIDE = 128
_SMALL = 32  # what the hash is made of
_EVEN = 4.0  # standard deviation, in 256 steps of grey, below which a row is part of a frame and a picture is flat
_LEAST_LIKENESS = 0.85  # correlation of pixels: copies have more, other scenes of an alike hash less (docs/proof.md)
_LARGEST_FRAME = 0.35  # on each of two opposite sides: a wide picture shown on a tall telephone


def make_print(data: bytes) -> str:
    """Hash a cleaned photo to 16 hex digits; "" when it shows nothing (one colour) or cannot be read.

    A frame around the picture, such as a white border or the bars of a screenshot, is left out.
    """
    return next(_print_ways(data), "")


def make_prints(data: bytes) -> tuple[str, ...]:
    """Hash a photo as it is, and then mirrored and turned: eight hashes, none when it shows nothing."""
    return tuple(_print_ways(data))


def _print_ways(data: bytes) -> Iterator[str]:
    import imagehash
    import numpy as np
    from PIL import Image

    try:
        small = read_small(data)
    except (OSError, ValueError):
        return
    if np.asarray(small, dtype=np.float32).std() < _EVEN:
        return
    yield str(imagehash.phash(small))
    yield from (str(imagehash.phash(small.transpose(way))) for way in Image.Transpose)


def is_copy(one: bytes, other: bytes) -> bool:
    """Compare the pixels of two cleaned photos, also mirrored and turned: hashes are alike by chance among millions."""
    import numpy as np
    from PIL import Image

    try:
        small, still = read_small(one), np.asarray(read_small(other), dtype=np.float64).ravel()
    except (OSError, ValueError):
        return False
    turned = (small, *(small.transpose(way) for way in Image.Transpose))
    pixels = np.array([np.asarray(way, dtype=np.float64).ravel() for way in turned])
    if still.std() < _EVEN or pixels.std() < _EVEN:
        return False
    return bool(np.corrcoef(pixels, still)[-1, :-1].max() >= _LEAST_LIKENESS)


def read_small(data: bytes, side: int = _SMALL) -> "Image.Image":
    """Read what is inside a photo's frame as a grey picture of so many pixels a side; raises OSError, ValueError."""
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.draft("L", (2 * _SIDE, 2 * _SIDE))
    grey = image.convert("L")
    return grey.resize((side, side), Image.Resampling.LANCZOS, box=_find_inside(grey))


def _find_inside(grey: "Image.Image") -> tuple[float, float, float, float]:
    """Give the box (left, top, right, bottom) inside an even frame of the same width on opposite sides.

    An even stripe on one side alone is rather a bright sky than a frame.
    """
    import numpy as np
    from PIL import Image

    pixels = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32)
    rows, columns = (_frame(pixels.std(axis=axis) < _EVEN) for axis in (1, 0))
    return columns * grey.width, rows * grey.height, (1 - columns) * grey.width, (1 - rows) * grey.height


def _frame(is_even: "NDArray[np.bool_]") -> float:
    """Give the share of a side that the frame takes at either end."""
    lines = [int(line) for line in (~is_even).nonzero()[0]]
    if not lines:
        return 0.0
    width = min(lines[0], len(is_even) - 1 - lines[-1]) / len(is_even)
    return width if width <= _LARGEST_FRAME else 0.0
