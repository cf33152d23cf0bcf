"""What the words around a name say: a place, a person, a direction, or no name at all."""

from dengar.geocode.gazetteer import Match
from dengar.geocode.hits import Hit
from dengar.geocode.text import Tokens
from dengar.geocode.words import (
    COMMON,
    HEADS,
    HONORIFICS,
    OFFICES,
    PLACE_WORDS,
    PLAIN_PHRASES,
    TOWARDS,
    UNUSUAL,
)

AREA_WORDS = {"kelurahan": "kelurahan", "kecamatan": "kecamatan", "desa": "desa", "kabupaten": "kabupaten"}
RT_WORDS = frozenset({"rt", "rw", "ri"})


def word_before(tokens: Tokens, i: int) -> str:
    """Give the word before token i, over a full stop that shortens it ("Jl. Semarang")."""
    while i > 0 and tokens.words[i - 1] in {".", "-"}:
        i -= 1
    return tokens.words[i - 1] if i else ""


def believable(tokens: Tokens, match: Match) -> bool:
    """Say whether a name is meant as a place: everyday words need an area word, a place word or a capital."""
    word, before = tokens.words[match.first], word_before(tokens, match.first)
    written = tokens.capital(match.first) and not tokens.upper
    if match.last - match.first > 1:
        return written or " ".join(tokens.words[match.first : match.last]) not in PLAIN_PHRASES
    if before in AREA_WORDS or before in RT_WORDS:
        return True
    if before == "hari" or (before in HEADS and match.entries[0].kind == "outside"):
        return False
    if word in COMMON:
        return before in PLACE_WORDS and written
    if word in UNUSUAL or any(entry.source == "common" for entry in match.entries):
        return before in PLACE_WORDS or (written and match.first > 0)
    return True


def is_person(tokens: Tokens, hit: Hit) -> bool:
    """Say whether a bare name follows a form of address."""
    named = hit.said == "bare" and hit.kind != "rt_rw" and tokens.words[hit.first] not in HEADS
    return named and word_before(tokens, hit.first) in HONORIFICS


def is_direction(tokens: Tokens, hit: Hit) -> bool:
    """Say whether the place is only where somebody is going, or an office's name."""
    before = word_before(tokens, hit.first)
    return before in TOWARDS or before in OFFICES
