"""Names of streets and landmarks as they are compared."""

import re
from functools import lru_cache

LEAST_RATIO = 88  # of 100: one slip in eight letters
LONGEST_NAME = 4  # words of a name that are kept, from its end
NAMES_KEPT = 20_000
_TOKEN = re.compile(r"[^\W_]+")
_CUT = re.compile(r"\b(?:no|nomor|nomer|rt|rw|blok|km)\b.*", re.IGNORECASE | re.DOTALL)
_ROMAN = dict(zip(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], map(str, range(1, 11)), strict=True))
# words before a name that people write or leave out, and titles
_HEADS = frozenset(
    re.findall(r"\S+", "jl jln jalan jalanan gang gg lorong halte prof dr ir h hj kh jend jenderal letjen mayjen st")
)
_SIDES = frozenset(re.findall(r"\S+", "barat timur utara selatan tengah dalam raya baru lama atas bawah besar kecil"))


def make_name(text: str) -> str:
    """Give a place's name as it is compared: "Jl. Prof. Dr. Satrio No. 5" and "jln satrio" are both "satrio"."""
    tokens = [_ROMAN.get(token, token) for token in _TOKEN.findall(_CUT.sub("", text.lower()))]
    telling = [token for token in tokens if token not in _HEADS]
    return " ".join(telling[-LONGEST_NAME:])


def are_alike(some: frozenset[str], others: frozenset[str]) -> bool:
    """Say whether two sets share a name, written alike."""
    return bool(some & others) or any(_is_slip(one, other) for one in some for other in others)


@lru_cache(maxsize=NAMES_KEPT)
def _is_slip(one: str, other: str) -> bool:
    """Say whether two names differ by slips of the keyboard: not in a number, and not in the part of the town."""
    from rapidfuzz.fuzz import ratio

    mine, theirs = set(one.split()), set(other.split())
    if {word for word in mine ^ theirs if word.isdigit()} or ((mine - theirs) & _SIDES and (theirs - mine) & _SIDES):
        return False
    return ratio(one, other) >= LEAST_RATIO
