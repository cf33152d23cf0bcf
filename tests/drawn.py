"""Pictures that a seed decides: scenes as a street gives them, and what people do to a copy of one."""

import io
import random
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

Picture: TypeAlias = Image.Image
WIDTH, HEIGHT = 640, 480


def draw_scene(seed: int) -> Picture:
    """Draw a sky, house fronts, a road and things on it, under uneven light and grain."""
    choose = random.Random(seed)
    horizon = choose.randint(120, 260)
    picture = Image.new("RGB", (WIDTH, HEIGHT), _colour(choose, 130, 230))
    draw = ImageDraw.Draw(picture)
    left = 0
    while left < WIDTH:
        right = left + choose.randint(50, 180)
        draw.rectangle((left, horizon - choose.randint(10, 110), right, horizon + 20), fill=_colour(choose, 40, 210))
        left = right
    draw.rectangle((0, horizon, WIDTH, HEIGHT), fill=_colour(choose, 60, 140))
    vanishing = choose.randint(-100, WIDTH + 100)
    edges = sorted(choose.randint(-200, WIDTH + 200) for _ in "lr")
    draw.polygon([(vanishing, horizon), (edges[0], HEIGHT), (edges[1] + 150, HEIGHT)], fill=_colour(choose, 40, 110))
    for _ in range(choose.randint(6, 14)):
        _draw_thing(draw, choose, horizon)
    return _light(picture, seed)


def _colour(choose: random.Random, low: int, high: int) -> tuple[int, int, int]:
    grey = choose.randint(low, high)
    red, green, blue = (max(0, min(255, grey + choose.randint(-35, 35))) for _ in "rgb")
    return red, green, blue


def _draw_thing(draw: ImageDraw.ImageDraw, choose: random.Random, horizon: int) -> None:
    x, y = choose.randint(0, WIDTH), choose.randint(horizon - 60, HEIGHT)
    box = (x, y, x + choose.randint(15, 140), y + choose.randint(10, 90))
    form = choose.choice([draw.ellipse, draw.rectangle])
    form(box, fill=_colour(choose, 10, 240))


def _light(picture: Picture, seed: int) -> Picture:
    """Add clouds of light, which are strong where they are wide as in nature, and the grain of a camera."""
    noise = np.random.default_rng(seed)
    pixels = np.asarray(picture, dtype=np.float64)
    for size in (3, 6, 12, 48):
        rough = Image.fromarray(noise.normal(0, 60 / size**0.5, (size, size)).astype(np.float32))
        pixels = pixels + np.asarray(rough.resize(picture.size, Image.Resampling.BICUBIC))[..., None]
    pixels = pixels + noise.normal(0, 6, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def encode(picture: Picture, quality: int = 90, exif: Image.Exif | None = None) -> bytes:
    """Give the picture as JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif or Image.Exif())
    return out.getvalue()


def _crop(share: float) -> Callable[[Picture], Picture]:
    def crop(picture: Picture) -> Picture:
        wide, high = picture.width * share / 2, picture.height * share / 2
        return picture.crop((round(wide), round(high), round(picture.width - wide), round(picture.height - high)))

    return crop


def _stamp(picture: Picture) -> Picture:
    """Write place and time into a corner, as the time-stamp cameras of field staff do."""
    stamped = picture.copy()
    draw = ImageDraw.Draw(stamped)
    text = "22 Nov 2026 09:14:07 WIB\nJl. Karet Pasar Baru Barat\nSetiabudi, Jakarta Selatan\nDKI Jakarta"
    draw.multiline_text((12, HEIGHT - 96), text, fill="white", font_size=20)
    return stamped


def _post(picture: Picture) -> Picture:
    """Post it in a chat: half the size, strongly compressed."""
    small = picture.resize((picture.width // 2, picture.height // 2))
    return Image.open(io.BytesIO(encode(small, 40)))


def _turn(degrees: float) -> Callable[[Picture], Picture]:
    return lambda picture: _crop(0.06)(picture.rotate(degrees, Image.Resampling.BICUBIC))


def _screenshot(picture: Picture) -> Picture:
    """Show it on a telephone: black bars above and below."""
    return ImageOps.expand(picture, (0, 160), "black")


COPIES: dict[str, Callable[[Picture], Picture]] = {
    "compressed again": lambda picture: Image.open(io.BytesIO(encode(picture, 35))),
    "a quarter of the size": lambda picture: picture.resize((WIDTH // 4, HEIGHT // 4)),
    "sent through a chat": _post,
    "brighter by 30 %": lambda picture: ImageEnhance.Brightness(picture).enhance(1.3),
    "darker by 30 %": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "more contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(1.4),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "stamped with place and time": _stamp,
    "white border": lambda picture: ImageOps.expand(picture, 24, "white"),
    "screenshot with black bars": _screenshot,
    "cropped by 3 %": _crop(0.03),
    "cropped by 6 %": _crop(0.06),
    "cropped by 10 %": _crop(0.10),
    "cropped by 20 %": _crop(0.20),
    "turned by 1 degree": _turn(1),
    "turned by 3 degrees": _turn(3),
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "turned by 90 degrees": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned by 180 degrees": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
}


def take_again(picture: Picture) -> Picture:
    """Photograph the place again after the repair: another patch of road, standpoint, light and grain."""
    choose = random.Random(picture.tobytes()[:4096])
    repaired = picture.copy()
    left, top = choose.randint(150, 450), choose.randint(250, 400)
    ImageDraw.Draw(repaired).ellipse((left, top, left + 110, top + 60), fill=(90, 90, 90))
    moved = repaired.rotate(choose.uniform(-4, 4), Image.Resampling.BICUBIC)
    share = choose.uniform(0.16, 0.24)
    x, y = choose.uniform(0.05, share - 0.05) * WIDTH, choose.uniform(0.05, share - 0.05) * HEIGHT
    framed = moved.crop((round(x), round(y), round(x + (1 - share) * WIDTH), round(y + (1 - share) * HEIGHT)))
    return _light(ImageEnhance.Brightness(framed).enhance(choose.uniform(0.8, 1.2)), choose.randint(0, 9999))
