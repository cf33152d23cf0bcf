"""Whether a name is believable as a place at all: everyday words need an area word, a place word or a capital."""

from dengar.geocode.gazetteer import Match
from dengar.geocode.text import Tokens
from dengar.geocode.words import COMMON, HEADS, PLACE_WORDS, PLAIN_PHRASES, STOP, UNUSUAL

AREA_WORDS = {"kelurahan": "kelurahan", "kecamatan": "kecamatan", "desa": "desa", "kabupaten": "kabupaten"}
RT_WORDS = frozenset({"rt", "rw", "ri"})
OPENERS = frozenset(HEADS) | frozenset(AREA_WORDS) | RT_WORDS  # what a name may begin with


def word_before(tokens: Tokens, i: int) -> str:
    """Give the word before token i, over a full stop that shortens it ("Jl. Semarang")."""
    while i > 0 and tokens.words[i - 1] in {".", "-"}:
        i -= 1
    return tokens.words[i - 1] if i else ""


def believable(tokens: Tokens, match: Match) -> bool:
    """Say whether a name is meant as a place."""
    word, before = tokens.words[match.first], word_before(tokens, match.first)
    written = tokens.capital(match.first) and not tokens.upper
    if match.last - match.first > 1:
        return written or " ".join(tokens.words[match.first : match.last]) not in PLAIN_PHRASES
    return before in AREA_WORDS or before in RT_WORDS or _believable_alone(match, word, before, written=written)


def _believable_alone(match: Match, word: str, before: str, *, written: bool) -> bool:
    """Say whether a single word is meant as a place; `written` says that it has a capital."""
    if before == "hari" or (before in HEADS and "outside" in match.entries.kinds):
        return False
    if word in COMMON:
        return before in PLACE_WORDS and written
    if word in UNUSUAL or match.entries.is_common:
        return before in PLACE_WORDS or (written and match.first > 0)
    # A city's map names a shop after every word.
    return match.entries.is_built_in or (word not in STOP and before in PLACE_WORDS and written)
