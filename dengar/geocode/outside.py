"""Recognise that a text speaks of a place outside the city."""

from dengar.geocode.evidence import Evidence
from dengar.geocode.heads import next_word
from dengar.geocode.mentions import Found, Hit
from dengar.geocode.words import words

PASSING = words("dari tol")


def outside_name(found: Found, evidence: list[Evidence]) -> str | None:
    """Name the place outside the city that the text is about, None when it is about the city or about no place."""
    foreign = _foreign(found)
    if foreign is None or any(one.hit is None for one in evidence):
        return None
    return None if _is_city(found, evidence) else foreign


def _foreign(found: Found) -> str | None:
    """Give the first foreign name that is no mere direction, or an area after "Desa" that the city does not have."""
    for hit in found.outside:
        before = found.tokens.words[hit.first - 1] if hit.first else ""
        if not hit.towards and before not in PASSING:
            return hit.entries[0].name
    for hit in found.hits:
        for match in hit.inner:
            if (
                any(entry.kind == "outside" for entry in match.entries)
                and match.last == hit.last
                and match.first > hit.first + 1
            ):
                return match.entries[-1].name
    unknown = [
        hit
        for hit in found.hits
        if hit.said == "explicit" and not hit.entries and (not hit.inner or hit.kind != "kelurahan")
    ]
    return found.tokens.span(unknown[0].first, unknown[0].last) if unknown else None


def _is_city(found: Found, evidence: list[Evidence]) -> bool:
    """Say whether the text names the city itself: an official area, or two bare ones that agree."""
    if "jakarta" in found.tokens.words or "dki" in found.tokens.words or "jkt" in found.tokens.words:
        return True
    hits = [one.hit for one in evidence if one.hit]
    if any(hit.said == "explicit" and hit.entries for hit in hits):
        return True
    return any(hit.kind == "kota" for hit in hits) or any(_bare_area(hit) for hit in hits)


def _bare_area(hit: Hit) -> bool:
    """Say whether a hit is a whole name of two or more words of a kelurahan."""
    return hit.kind in {"kelurahan", "kecamatan"} and hit.last - hit.first > 1
