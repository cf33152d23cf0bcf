"""Whether a photo shows anything: large enough, not of one colour, not blurred."""

import io

from dengar.ingest.formats.printing import make_print, read_small

LEAST_SIDE = 200  # pixels of the shorter side: less is an icon or a preview
_SIDE = 128
# Deviation of the Laplacian as a share of the picture's: 0.19 and more for sharp scenes, 0.07 and less for those
# blurred by 12 of 640 pixels.
_LEAST_SHARPNESS = 0.07


def find_flaw(data: bytes) -> str | None:
    """Say in Indonesian why a cleaned photo cannot show what was done; None when it may."""
    from PIL import Image

    width, height = Image.open(io.BytesIO(data), formats=["JPEG"]).size
    if min(width, height) < LEAST_SIDE:
        return f"terlalu kecil ({width} x {height} piksel)"
    if not make_print(data):
        return "hanya memperlihatkan satu warna"
    if _measure_sharpness(data) < _LEAST_SHARPNESS:
        return "terlalu kabur untuk dinilai"
    return None


def _measure_sharpness(data: bytes) -> float:
    import numpy as np

    grey = np.asarray(read_small(data, _SIDE), dtype=np.float64)
    inner = grey[1:-1, 1:-1]
    edges = 4 * inner - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(edges.std() / max(grey.std(), 1.0))
