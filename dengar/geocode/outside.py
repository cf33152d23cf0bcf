"""Recognise that a text speaks of a place outside the city."""

from dengar.geocode.evidence import Evidence
from dengar.geocode.heads import next_word
from dengar.geocode.hits import Found, Hit
from dengar.geocode.words import words

PASSING = words("dari tol antar")
PASSED = frozenset({"towards", "route", "office", "like"})
WHOLE = words("bare tail")  # "Jl. Raya Bogor" is a street that the tables know as a whole
CITY_WORDS = words("jakarta dki jkt jakartans")
AREAS = words("kelurahan kecamatan area landmark waterway transit_stop road_structure")


def outside_name(found: Found, evidence: list[Evidence]) -> str | None:
    """Name the place outside the city that the text is about, None when it is about the city or about no place."""
    if any(one.hit is None for one in evidence) or not CITY_WORDS.isdisjoint(found.tokens.words):
        return None
    foreign = _foreign(found)
    if foreign is None or _is_city(found, foreign):
        return None
    known = [entry.name for entry in foreign.entries if entry.kind == "outside"]
    return known[0] if known else found.tokens.span(foreign.first, foreign.last)


def _foreign(found: Found) -> Hit | None:
    """Give the first foreign name that is no mere direction, or an area after "Desa" that the city does not have."""
    for hit in found.outside:
        before = found.tokens.words[hit.first - 1] if hit.first else ""
        if hit.role not in PASSED and before not in PASSING:
            return hit
    for hit in found.hits:
        start = next_word(found.tokens, hit.first + 1)
        for match in () if hit.entries and hit.said in WHOLE else hit.inner:
            foreign = tuple(entry for entry in match.entries if entry.kind == "outside")
            if foreign and match.last == hit.last and match.first > start:
                return Hit(match.first, match.last, "outside", foreign)
    return next((hit for hit in found.hits if _is_unknown(hit)), None)


def _is_unknown(hit: Hit) -> bool:
    """Say whether a hit is an official area that the city does not have."""
    return hit.said == "explicit" and not hit.entries and (not hit.inner or hit.kind != "kelurahan")


def _is_city(found: Found, foreign: Hit) -> bool:
    """Say whether the text names the city itself: an official area, or an earlier area apart from the foreign name."""
    for hit in found.hits:
        if hit.entries and (hit.said == "explicit" or hit.kind == "kota"):
            return True
        words_of_name = hit.last - hit.first
        apart = any(word[0].isalnum() for word in found.tokens.words[hit.last : foreign.first])
        if any(entry.kind == "outside" for entry in hit.entries):
            continue  # Kuningan is also a regency
        if hit.entries and hit.kind in AREAS and hit.role not in PASSED and hit.last <= foreign.first and apart:
            return True
        if hit.kind in {"kelurahan", "kecamatan"} and words_of_name > 1 and apart:
            return True
    return False
