"""What a post tells of its problem, in few words: names of places, numbers of houses, telling words."""

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from dengar.models import Place, Point, Post
from dengar.routing.naming import make_name

WORDS = Path(__file__).with_name("words.tsv")
LatLon = tuple[float, float]

FAR_METRES = 2000  # what a post names is elsewhere than where it was sent from
MOST_WORDS = 24
SHORTEST_WORD = 3
GISTS_KEPT = 20_000  # the same open reports are looked at by every batch
STREET, MARK, AREA, NUMBER, NEAR, POINT = "@", "&", "~", "#", "?", "^"
SIGNS = {
    "street": STREET,
    "landmark": MARK,
    "transit_stop": MARK,
    "road_structure": MARK,
    "waterway": MARK,
    "area": AREA,
}
AREA_LABELS = ("Kel. ", "Kec. ", "Kota ", "Jakarta ")  # how the locator calls whole areas
_WORD = re.compile(r"[^\W\d_]+")
_HOUSE = re.compile(r"\b(?:no|nomor|nomer)\b[. ]*(\d{1,4})", re.IGNORECASE)
_RT_RW = re.compile(r"\brt\b[. :]*0*(\d{1,3})\W+(?:rw\b[. :]*)?0*(\d{1,3})\b", re.IGNORECASE)
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """yang dengan untuk dari pada sudah belum tidak mohon tolong segera saya kami kita pak bapak ibu admin
        warga daerah wilayah jalan kelurahan kecamatan kota jakarta dekat depan belakang sampai karena juga
        masih banyak sekali lagi selamat pagi siang sore malam terima kasih ini itu agar bisa akan ada lapor
        laporan telepon assalamualaikum ditindaklanjuti tindakan perhatian melaporkan dilaporkan terkait
        bantuannya min dan kel kec jln yth sini situ dkt dpn seberang samping banget bgt dong nih udah""",
    )
)
_ENDINGS = ("nya", "kan", "an")
_BEGINNINGS = ("ber", "ter", "di", "meng", "men", "mem", "me", "ke", "se")
_SHORTEST_STEM = 4


class Gist(NamedTuple):
    """A gist taken apart: names by what they name, numbers, and the stems of the words beside the names.

    `near` are names of what stands near the post's geotag, and `point` is that geotag.
    """

    streets: frozenset[str]
    marks: frozenset[str]
    areas: frozenset[str]
    near: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]
    point: LatLon | None

    @property
    def is_placed(self) -> bool:
        """Say whether a place finer than a kelurahan is told."""
        return bool(self.streets or self.marks or self.point)


def make_gist(post: Post) -> tuple[str, ...]:
    """Give the gist of a post: signed names of places and numbers, then telling words."""
    text = post.text
    for mention in sorted(post.mentions, key=lambda one: -one.start):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    words = [word for word in dict.fromkeys(words_of(text)) if word not in _COMMON][:MOST_WORDS]
    return (*sorted(set(_names(post))), *words)


def names_of(gist: tuple[str, ...]) -> tuple[str, ...]:
    """Give only the names and numbers of a gist."""
    return tuple(one for one in gist if not one[0].isalpha() and one[0] != POINT)


def places_of(gist: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names and numbers of a gist, and its geotag."""
    return tuple(one for one in gist if not one[0].isalpha())


def words_of(text: str) -> list[str]:
    """Give the words of a text, in lower case, without the shortest."""
    return [word for word in _WORD.findall(text.lower()) if len(word) >= SHORTEST_WORD]


@lru_cache(maxsize=GISTS_KEPT)
def read_gist(gist: tuple[str, ...]) -> Gist:
    """Take a gist apart."""
    signed: dict[str, set[str]] = {sign: set() for sign in (STREET, MARK, AREA, NUMBER, NEAR, POINT)}
    for one in gist:
        if not one[0].isalpha():
            signed.setdefault(one[0], set()).add(one[1:])
    return Gist(
        streets=frozenset(signed[STREET]),
        marks=frozenset(signed[MARK]),
        areas=frozenset(signed[AREA]),
        near=frozenset(signed[NEAR]),
        numbers=frozenset(signed[NUMBER]),
        words=frozenset(stem(one) for one in gist if one[0].isalpha()),
        point=_read_point(signed[POINT]),
    )


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Drop an ending and a beginning, so that "lubangnya" and "berlubang" are one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            break
    for beginning in _BEGINNINGS:
        if word.startswith(beginning) and len(word) - len(beginning) >= _SHORTEST_STEM:
            return word[len(beginning) :]
    return word


def _names(post: Post) -> Iterator[str]:
    for mention in post.mentions:
        sign, name = SIGNS.get(mention.type), make_name(mention.text)
        if sign and name and not _is_said_of_street(mention.text, name):
            yield sign + name
    yield from (f"{NUMBER}no {house}" for house in _HOUSE.findall(post.text)[:2])
    yield from (f"{NUMBER}rt {rt}/{rw}" for rt, rw in _RT_RW.findall(post.text)[:2])
    tag = find_tag(post)
    if tag:
        yield f"{POINT}{tag.lat:.5f},{tag.lon:.5f}"
    if post.place:
        yield from _names_of_place(
            post.place, is_measured=(post.place.lat, post.place.lon) == (tag and tag.lat, tag and tag.lon)
        )


def _is_said_of_street(text: str, name: str) -> bool:
    """Say whether "jalan ..." goes on with everyday words: "jalan ketutup" names no street."""
    return text.startswith(("jalan", "jln")) and all(stem(word) in everyday_words() for word in name.split())


@cache
def everyday_words() -> frozenset[str]:
    """Give the words that one complaint in a thousand holds."""
    line = WORDS.read_text(encoding="utf-8").partition("\n")[0]
    return frozenset(pair.partition(":")[0] for pair in line.split())


def find_tag(post: Post) -> Point | None:
    """Give the geotag of a post, unless its words tell of a place far away."""
    tag, place = post.geotag, post.place
    if tag is None or place is None or place.lat is None or place.lon is None:
        return None
    return tag if metres((tag.lat, tag.lon), (place.lat, place.lon)) <= FAR_METRES else None


def metres(a: LatLon, b: LatLon) -> float:
    """Measure between two points of a city, on a flat earth."""
    north = (a[0] - b[0]) * 110_574
    east = (a[1] - b[1]) * 111_320 * math.cos(math.radians(a[0]))
    return math.hypot(north, east)


def _read_point(said: Iterable[str]) -> LatLon | None:
    for one in said:
        lat, _, lon = one.partition(",")
        return float(lat), float(lon)
    return None


def _names_of_place(place: Place, *, is_measured: bool) -> Iterator[str]:
    """Give what the locator calls the place: an official name for what was said in other words."""
    parts = [part.removeprefix("Dekat ").removeprefix("dekat ") for part in place.label.split(", ")]
    names = [(part, name) for part in parts if not part.startswith(AREA_LABELS) and (name := make_name(part))]
    if is_measured:
        yield from (NEAR + name for _, name in names)
    elif place.precision == "street":
        yield from (STREET + name for _, name in names[:1])
    elif place.precision == "point":
        yield from (MARK + name for _, name in names[:1])
