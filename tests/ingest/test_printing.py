from functools import cache
from itertools import combinations, starmap

import pytest
from drawn import COPIES, Picture, draw_scene, encode
from PIL import Image

from dengar.ingest.formats.printing import make_print, make_prints
from dengar.models.prints import NEAR_IDENTICAL, differing_bits

SCENES = 12
TURNED = {"mirrored", "upside down", "turned by 90 degrees", "turned by 180 degrees"}
# Shares of copies that are found by their hash at least; what is not named here is always found.
FOUND = {"cropped by 6 %": 0.9, "turned by 1 degree": 0.85, "turned by 3 degrees": 0.6, "cropped by 10 %": 0.4}
LOST = "cropped by 20 %"


@cache
def scenes() -> list[tuple[Picture, str]]:
    """Give scenes and their hashes."""
    drawn = [draw_scene(seed) for seed in range(SCENES)]
    return [(scene, make_print(encode(scene))) for scene in drawn]


@pytest.mark.parametrize("copy", [name for name in COPIES if name != LOST])
def test_copies_look_the_same(copy: str) -> None:
    ways = 8 if copy in TURNED else 1
    found = [
        min(differing_bits(one, whole) for one in make_prints(encode(COPIES[copy](scene)))[:ways]) <= NEAR_IDENTICAL
        for scene, whole in scenes()
    ]
    assert sum(found) / SCENES >= FOUND.get(copy, 1)


def test_other_scenes_do_not_look_the_same() -> None:
    prints = [whole for _, whole in scenes()]
    assert min(starmap(differing_bits, combinations(prints, 2))) > NEAR_IDENTICAL


@pytest.mark.parametrize("size", [(640, 480), (1, 1), (3, 900)])
def test_a_picture_of_one_colour_has_no_print(size: tuple[int, int]) -> None:
    assert make_print(encode(Image.new("RGB", size, "gray"))) == ""


def test_what_is_no_picture_has_no_print() -> None:
    assert make_print(b"123") == make_print(encode(draw_scene(0))[:300]) == ""
